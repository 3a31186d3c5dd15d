// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreaker} from "../../contracts/CircuitBreaker.sol";
import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {TargetState} from "../../contracts/types/Breaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {BreakerFixture} from "../contracts/support/BreakerFixture.sol";
import {Log, bound, mixed, vm} from "../contracts/support/Vm.sol";

/// @dev Three hosts that liquidate on one target, whose throttle governance changes, and on which pauses come and go.
contract ThrottleHandler is BreakerFixture {
    /// @dev What a host took from its throttle, and the terms in force then.
    struct Taking {
        uint256 at;
        uint256 value;
        uint256 capacity;
        uint256 window;
    }

    uint256 public constant HOSTS = 3;
    uint256 internal constant SOUND = 2e18;

    mapping(uint256 host => Taking[]) public takings;
    /// @dev Every capacity and window that there was, with when it was set.
    Taking[] public terms;
    uint256 public taken;
    uint256 public refused;
    uint256 public observed;
    uint256 public belowFloor;
    uint256 public free;
    uint256 public pauses;
    uint256 public retunes;
    uint256 public waits;

    constructor() {
        setUp();
        TargetConfig memory config = _long();
        breaker.configureTarget(venueId, config);
        _noteTerms(config);
    }

    function target() external view returns (CircuitBreaker) {
        return breaker;
    }

    function hostOf(uint256 i) public pure returns (address) {
        return address(uint160(0x40571 + i));
    }

    /* HOSTS */

    /// @dev A liquidation of an account above the floor, up to a little more than the throttle holds.
    function liquidate(uint256 seed) external {
        seed = mixed(seed);
        TargetConfig memory config = breaker.configOf(venueId);
        uint256 i = seed % HOSTS;
        bool any = (seed >> 4) % 8 == 0;
        uint256 value = bound(seed >> 8, 0, any ? type(uint256).max - 1 : uint256(config.throttleCapacity) / 2 + 2);
        uint256[HOSTS] memory before = _used();
        (, uint256 left) = breaker.throttleOf(venueId, hostOf(i));
        uint256 limit = _limit();
        bool fits = limit == 0 || (limit == 3 && value <= left);
        vm.prank(hostOf(i));
        vm.assertEq(breaker.liquidationAllowed(venueId, SOUND, value), fits || config.shadow);
        vm.recordLogs();
        vm.prank(hostOf(i));
        vm.assertEq(breaker.consumeLiquidation(venueId, SOUND, value), fits || config.shadow);
        _assertSaysWhatItWouldHaveBlocked(!fits && config.shadow, value);
        bool takes = limit == 3 && fits;
        _assertOnlyTook(before, i, takes ? value : 0);
        if (takes) takings[i].push(Taking(block.timestamp, value, config.throttleCapacity, config.throttleWindow));
        if (limit == 0) ++free;
        else if (fits) ++taken;
        else if (config.shadow) ++observed;
        else ++refused;
    }

    /// @dev Of any size, and takes nothing.
    function liquidateBelowFloor(uint256 seed) external {
        seed = mixed(seed);
        uint256[HOSTS] memory before = _used();
        uint256 floor = breaker.configOf(venueId).healthFactorFloor;
        vm.prank(hostOf(seed % HOSTS));
        vm.assertTrue(breaker.consumeLiquidation(venueId, bound(seed >> 8, 0, floor - 1), seed));
        _assertOnlyTook(before, 0, 0);
        ++belowFloor;
    }

    /* GOVERNANCE, GUARDIAN, TIME */

    function pause(uint256 seed) external {
        seed = mixed(seed);
        breaker.armGuardian(GUARDIAN);
        if (_limit() != 0) {
            // One below NoNewLeverage ends the release grace as well.
            if (seed % 4 == 0) breaker.release(venueId, Level(seed % 2), "");
            return;
        }
        Level level = seed % 8 == 0 ? Level.Halt : Level.Throttle;
        uint256 duration = bound(seed >> 8, 5 minutes, 4 hours);
        if (breaker.pauseBudgetOf(venueId) < duration + 10 minutes) return;
        vm.prank(GUARDIAN);
        breaker.trip(venueId, level, uint32(duration), "drill");
        ++pauses;
    }

    function retune(uint256 seed) external {
        seed = mixed(seed);
        TargetConfig memory config = _long();
        // Often only one of them, or neither.
        TargetConfig memory now_ = breaker.configOf(venueId);
        (config.throttleCapacity, config.throttleWindow) = (now_.throttleCapacity, now_.throttleWindow);
        if (seed % 3 != 0)
            config.throttleCapacity = uint96(bound(seed >> 8, 1, seed % 5 == 0 ? type(uint96).max : 2_000));
        if (seed % 3 != 1) config.throttleWindow = uint24(bound(seed >> 110, 1, 24 hours));
        config.shadow = (seed >> 140) % 6 == 0;
        breaker.configureTarget(venueId, config);
        _noteTerms(config);
        ++retunes;
    }

    function wait(uint256 seed) external {
        seed = mixed(seed);
        vm.warp(block.timestamp + bound(seed >> 8, 1, seed % 4 == 0 ? 6 hours : 10 minutes));
        ++waits;
    }

    /* WHAT IS SEEN */

    function takingCount(uint256 host) external view returns (uint256) {
        return takings[host].length;
    }

    /// @dev What could be taken at once, all in all, since `from`: the capacity then and whatever governance added to it; and the
    /// fastest refill since, in units of 1e-18 a second.
    function mostSince(uint256 from) external view returns (uint256 capacity, uint256 refill) {
        for (uint256 k = terms.length; k > 0; --k) {
            Taking memory t = terms[k - 1];
            uint256 speed = (t.capacity * 1e18) / t.window + 1;
            if (speed > refill) refill = speed;
            bool isFirst = k == 1 || t.at < from;
            if (isFirst) return (capacity + t.capacity, refill);
            uint256 before = terms[k - 2].capacity;
            if (t.capacity > before) capacity += t.capacity - before;
        }
    }

    /* INTERNAL */

    function _used() private view returns (uint256[HOSTS] memory used) {
        for (uint256 i; i < HOSTS; ++i) (used[i], ) = breaker.throttleOf(venueId, hostOf(i));
    }

    /// @dev Nobody's meter moved but that of `host`, by `value`.
    function _assertOnlyTook(uint256[HOSTS] memory before, uint256 host, uint256 value) private view {
        uint256[HOSTS] memory used = _used();
        for (uint256 i; i < HOSTS; ++i) vm.assertEq(used[i], i == host ? before[i] + value : before[i]);
    }

    function _assertSaysWhatItWouldHaveBlocked(bool would, uint256 value) private {
        Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, would ? 1 : 0);
        if (!would) return;
        vm.assertEq(logs[0].topics[0], ICircuitBreaker.WouldHaveBlocked.selector);
        vm.assertEq(uint256(logs[0].topics[3]), _limit());
        vm.assertEq(logs[0].data, abi.encode(SOUND, value));
    }

    /// @dev What limits liquidations, whether or not the target only observes: 3 Throttle, 4 Halt, 0 nothing.
    function _limit() private view returns (uint256) {
        (TargetState memory s, ) = breaker.stateOf(venueId);
        if (s.level >= Level.Throttle && block.timestamp < s.until) return uint256(s.level);
        return block.timestamp < s.graceUntil ? 3 : 0;
    }

    function _noteTerms(TargetConfig memory config) private {
        terms.push(Taking(block.timestamp, 0, config.throttleCapacity, config.throttleWindow));
    }

    /// @dev The fixture's, with a budget for a pause most of the time.
    function _long() private pure returns (TargetConfig memory config) {
        config = _config();
        config.terms.budgetCapacity = 24 hours;
        config.terms.budgetRefillPerDay = 1 days - 1;
    }
}
