// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {CircuitBreaker} from "../../contracts/CircuitBreaker.sol";
import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {TargetLedger, TargetState} from "../../contracts/types/Breaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {Report, Score} from "../../contracts/types/Score.sol";
import {SubjectId, SubjectIds} from "../../contracts/types/SubjectId.sol";
import {StalePolicy, TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {BreakerFixture} from "../contracts/support/BreakerFixture.sol";
import {Log, bound, mixed, vm} from "../contracts/support/Vm.sol";

/// @dev Everybody who can move a level, in any order: the scores, guardians, governance, strangers, and time. What must be refused
/// is foretold, by selector; whatever else reverts fails the run. Two targets: the venue, and SYSTEM, which at first only observes.
contract BreakerHandler is BreakerFixture {
    struct Pause {
        uint256 from;
        uint256 to;
    }

    address internal constant STRANGER = address(0xbad);
    uint256 public constant TARGETS = 2;

    SubjectId[TARGETS] public targets;
    /// @dev When liquidations were throttled or halted, by target.
    mapping(uint256 target => Pause[]) public pauses;
    /// @dev Until when the newest epoch blocks borrowing, if only guardians and time follow it.
    uint256[TARGETS] public blockedUntil;
    /// @dev The last {ICircuitBreaker.TargetUpdated} and {ICircuitBreaker.TargetConfigured}, hashed.
    bytes32[TARGETS] public stateEvent;
    bytes32[TARGETS] public configEvent;
    /// @dev Level when {ICircuitBreaker.LevelChanged} was last emitted.
    uint256[TARGETS] public levelEvent;
    uint48 public epoch;
    uint256 public trips;
    uint256 public refusals;
    uint256 public releases;
    uint256 public configured;
    uint256 public lapses;
    uint256 public waits;
    /// @dev Highest level that the scores alone entered.
    uint256 public highestByScores;

    constructor() {
        setUp();
        targets = [venueId, systemId];
        vm.recordLogs();
        TargetConfig memory config = _config();
        breaker.configureTarget(targets[0], config);
        config.shadow = true;
        breaker.configureTarget(targets[1], config);
        _readEvents();
    }

    function target() external view returns (CircuitBreaker) {
        return breaker;
    }

    /* SCORES AND TIME */

    function score(uint256 seed) external {
        seed = mixed(seed);
        ++epoch;
        vm.roll(uint256(epoch) * 1_000 + 1);
        vm.setBlockhash(uint256(epoch) * 1_000, keccak256(abi.encode("block", epoch * 1_000)));
        // A quarter of the epochs is grave, so that some follow each other.
        uint16 leverage = uint16(bound(seed, seed % 4 == 0 ? 200 : 100, 300));
        uint8 advice = uint8(bound(seed >> 32, seed % 4 == 0 ? 2 : 0, 3));
        Report memory report = _report(epoch, _word(_lane(leverage, uint16(bound(seed >> 16, 0, 6_000)), advice)));
        report.observedAt = uint48(block.timestamp);
        if (seed % 16 == 1) report.flags |= 1;
        if (seed % 16 == 2) report.coverage = Bps.wrap(8_000);
        SubjectId[] memory both = new SubjectId[](TARGETS);
        (both[0], both[1]) = (targets[0], targets[1]);
        vm.recordLogs();
        breaker.publishAndPoke(report, _sign(report, 2), both);
        _readEvents();
        (Score memory stored, ) = oracle.score(venueId);
        // What calls for NoNewLeverage in the fixture's rules; one epoch is enough, and lasts 12 hours.
        bool calls =
            Cx.unwrap(stored.leverage) >= 143 || Bps.unwrap(stored.liquidationAtRisk) >= 2_000 || stored.advice >= 1;
        for (uint256 i; i < TARGETS; ++i) {
            blockedUntil[i] = calls ? block.timestamp + 12 hours : 0;
            (, TargetLedger memory ledger) = breaker.stateOf(targets[i]);
            if (ledger.byScores && levelOf(i) > highestByScores) highestByScores = levelOf(i);
            _note(i);
        }
    }

    /// @dev Mostly hours; now and then long enough for a guardian to lapse.
    function wait(uint256 seed) external {
        seed = mixed(seed);
        vm.warp(block.timestamp + bound(seed, 1, seed % 64 == 0 ? 31 days : 3 hours));
        ++waits;
    }

    function poke(uint256 seed) external {
        seed = mixed(seed);
        uint256 i = seed % TARGETS;
        vm.recordLogs();
        vm.prank(STRANGER);
        breaker.poke(targets[i]);
        _readEvents();
        _note(i);
        vm.prank(STRANGER);
        _refusedBy(abi.encodeCall(breaker.poke, (SubjectIds.venue(1, STRANGER))), _notConfigured());
    }

    /* PEOPLE */

    function trip(uint256 seed) external {
        seed = mixed(seed);
        uint256 i = (seed >> 64) % TARGETS;
        // Mostly something to raise to, for as long as a pause may last.
        bool any = (seed >> 72) % 4 == 0;
        uint256 lowest = any || levelOf(i) == 4 ? 0 : levelOf(i) + 1;
        Level level = Level(bound(seed, lowest, 4));
        uint32 duration = uint32(any ? bound(seed >> 8, 0, 8 days) : bound(seed >> 8, 5 minutes, 1 hours));
        bytes4 expected = _refusalOfTrip(i, level, duration);
        bytes memory call = abi.encodeCall(breaker.trip, (targets[i], level, duration, "drill"));
        vm.prank(GUARDIAN);
        if (expected != 0) {
            _refusedBy(call, expected);
            ++refusals;
            return;
        }
        _done(call);
        _note(i);
        ++trips;
    }

    /// @dev As documented: the refusal of a trip by the guardian, zero when it is none.
    function _refusalOfTrip(uint256 i, Level level, uint256 duration) private returns (bytes4) {
        if (block.timestamp > breaker.aliveUntil(GUARDIAN)) {
            ++lapses;
            return ICircuitBreaker.GuardianLapsed.selector;
        }
        if (uint256(level) <= levelOf(i)) return ICircuitBreaker.LevelNotHigher.selector;
        TargetConfig memory config = breaker.configOf(targets[i]);
        uint256 grace = level == Level.Halt ? config.terms.graceSeconds : 0;
        uint256 taken = pauseLeft(i);
        uint256 shortest = level == Level.NoNewLeverage ? 1 : 0;
        uint256 longest = level == Level.NoNewLeverage ? 7 days : 0;
        if (level >= Level.Throttle) {
            longest = level == Level.Halt ? 4 hours : 24 hours;
            shortest = 5 minutes;
            // Not to end before the pause in force, unless it is of the longest.
            if (taken > duration + grace && duration < longest) return ICircuitBreaker.DurationOutOfRange.selector;
        }
        if (duration < shortest || duration > longest) return ICircuitBreaker.DurationOutOfRange.selector;
        if (level < Level.Throttle) return 0;
        uint256 left = breaker.pauseBudgetOf(targets[i]) + taken;
        if (left > config.terms.budgetCapacity) left = config.terms.budgetCapacity;
        return duration + grace > left ? ICircuitBreaker.PauseBudgetExceeded.selector : bytes4(0);
    }

    function release(uint256 seed) external {
        seed = mixed(seed);
        uint256 i = (seed >> 64) % TARGETS;
        uint256 level = bound(seed, 0, 4);
        bytes memory call = abi.encodeCall(breaker.release, (targets[i], Level(level), ""));
        if (level >= levelOf(i) || level > 2) {
            _refusedBy(call, ICircuitBreaker.LevelNotLower.selector);
            ++refusals;
            return;
        }
        _done(call);
        blockedUntil[i] = 0;
        _note(i);
        ++releases;
    }

    function showAlive(uint256 seed) external {
        seed = mixed(seed);
        bool alive = block.timestamp <= breaker.aliveUntil(GUARDIAN);
        vm.prank(GUARDIAN);
        if (alive) breaker.heartbeat();
        else _refusedBy(abi.encodeCall(breaker.heartbeat, ()), ICircuitBreaker.GuardianLapsed.selector);
        if (!alive && seed % 2 == 0) breaker.armGuardian(GUARDIAN);
    }

    /// @dev Anything but the rules and the length of NoNewLeverage; the budget never above the fixture's.
    function configure(uint256 seed) external {
        seed = mixed(seed);
        uint256 i = (seed >> 128) % TARGETS;
        TargetConfig memory config = _config();
        config.terms.throttleSeconds = uint32(bound(seed, 5 minutes, 24 hours));
        config.terms.haltSeconds = uint32(bound(seed >> 8, 5 minutes, 3 hours));
        config.terms.graceSeconds = uint32(bound(seed >> 16, 0, 1 hours));
        config.terms.minDwell = uint32(bound(seed >> 24, 0, 2 hours));
        config.terms.budgetCapacity = uint32(bound(seed >> 32, 4 hours, 6 hours));
        config.terms.budgetRefillPerDay = uint32(bound(seed >> 40, 0, 6 hours));
        config.healthFactorFloor = uint64(bound(seed >> 48, 9_000, 10_000) * 1e14);
        config.maxAge = uint16(bound(seed >> 56, 1, type(uint16).max));
        config.stalePolicy = StalePolicy((seed >> 64) % 2);
        config.shadow = (seed >> 72) % 4 == 0;
        vm.recordLogs();
        breaker.configureTarget(targets[i], config);
        _readEvents();
        _note(i);
        config.healthFactorFloor -= 1;
        _refusedBy(
            abi.encodeCall(breaker.configureTarget, (targets[i], config)),
            ICircuitBreaker.TargetConfigInvalid.selector
        );
        ++configured;
    }

    /// @dev Whoever has no role moves nothing; a guardian does not govern.
    function stranger(uint256 seed) external {
        seed = mixed(seed);
        bytes[6] memory calls = [
            abi.encodeCall(breaker.release, (targets[0], Level.Normal, "")),
            abi.encodeCall(breaker.armGuardian, (STRANGER)),
            abi.encodeCall(breaker.disarmGuardian, (GUARDIAN)),
            abi.encodeCall(breaker.configureTarget, (targets[0], _config())),
            abi.encodeCall(breaker.trip, (targets[0], Level.Halt, 1 hours, "")),
            abi.encodeCall(breaker.heartbeat, ())
        ];
        uint256 kind = bound(seed, 0, 5);
        vm.prank(kind < 4 && (seed >> 8) % 2 == 0 ? GUARDIAN : STRANGER);
        _refusedBy(calls[kind], IAccessManaged.AccessManagedUnauthorized.selector);
        ++refusals;
    }

    /* WHAT IS SEEN */

    /// @dev The level in force, also of a target that only observes, from what is stored.
    function levelOf(uint256 i) public view returns (uint256) {
        TargetState memory s = stateOf(i);
        if (s.level <= Level.Watch || block.timestamp < s.until) return uint256(s.level);
        return block.timestamp < s.noNewLeverageUntil ? 2 : 1;
    }

    function stateOf(uint256 i) public view returns (TargetState memory state) {
        (state, ) = breaker.stateOf(targets[i]);
    }

    function oracleEpoch() external view returns (uint48) {
        return oracle.header().epoch;
    }

    /// @dev Seconds of the pause in force, its grace included, that are still to come.
    function pauseLeft(uint256 i) public view returns (uint256) {
        TargetState memory s = stateOf(i);
        uint256 end = s.graceUntil;
        if (s.level >= Level.Throttle && s.until > end) end = s.until;
        return end > block.timestamp ? end - block.timestamp : 0;
    }

    /// @dev Seconds of pause in the `window` seconds before `end`.
    function pausedWithin(uint256 i, uint256 end, uint256 window) public view returns (uint256 paused) {
        uint256 start = end > window ? end - window : 0;
        // Latest first: they are in order, and none overlaps another.
        for (uint256 k = pauses[i].length; k > 0 && pauses[i][k - 1].to > start; --k) {
            Pause memory pause = pauses[i][k - 1];
            uint256 from = pause.from > start ? pause.from : start;
            uint256 to = pause.to < end ? pause.to : end;
            if (to > from) paused += to - from;
        }
    }

    function pauseCount(uint256 i) external view returns (uint256) {
        return pauses[i].length;
    }

    /// @dev Whether somebody without a role, or the guardian, can do now what they could not do at first.
    function somebodyGainedPower() external view returns (bool) {
        bytes4[4] memory governed = [
            breaker.release.selector,
            breaker.armGuardian.selector,
            breaker.disarmGuardian.selector,
            breaker.configureTarget.selector
        ];
        for (uint256 i; i < 4; ++i) if (_canCall(STRANGER, governed[i]) || _canCall(GUARDIAN, governed[i])) return true;
        (bool isAdmin, ) = manager.hasRole(manager.ADMIN_ROLE(), GUARDIAN);
        (bool isGuardian, ) = manager.hasRole(GUARDIAN_ROLE, STRANGER);
        return isAdmin || isGuardian || _canCall(STRANGER, breaker.trip.selector);
    }

    function _canCall(address caller, bytes4 selector) private view returns (bool immediate) {
        (immediate, ) = manager.canCall(caller, address(breaker), selector);
    }

    /* INTERNAL */

    function _refusedBy(bytes memory call, bytes4 expected) private {
        (bool done, bytes memory answer) = address(breaker).call(call);
        vm.assertFalse(done);
        vm.assertEq(bytes32(bytes4(answer)), bytes32(expected));
    }

    function _done(bytes memory call) private {
        vm.recordLogs();
        (bool done, ) = address(breaker).call(call);
        vm.assertTrue(done);
        _readEvents();
    }

    function _notConfigured() private pure returns (bytes4) {
        return ICircuitBreaker.TargetNotConfigured.selector;
    }

    /// @dev Keeps what the events say, and nothing else.
    function _readEvents() private {
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 k; k < logs.length; ++k) {
            if (logs[k].emitter != address(breaker)) continue;
            bytes32 topic = logs[k].topics[0];
            uint256 i = logs[k].topics[1] == SubjectId.unwrap(targets[0]) ? 0 : 1;
            if (topic == ICircuitBreaker.TargetUpdated.selector) stateEvent[i] = keccak256(logs[k].data);
            if (topic == ICircuitBreaker.TargetConfigured.selector) configEvent[i] = keccak256(logs[k].data);
            if (topic == ICircuitBreaker.LevelChanged.selector) {
                // One level follows the other: none is left out.
                vm.assertEq(uint256(logs[k].topics[2]), levelEvent[i]);
                levelEvent[i] = uint256(logs[k].topics[3]);
            }
        }
    }

    /// @dev The end of the pause in force moves; a pause that is over stays as it was.
    function _note(uint256 i) private {
        uint256 end = block.timestamp + pauseLeft(i);
        uint256 count = pauses[i].length;
        if (count > 0 && pauses[i][count - 1].to >= block.timestamp) pauses[i][count - 1].to = end;
        else if (end > block.timestamp) pauses[i].push(Pause(block.timestamp, end));
    }
}
