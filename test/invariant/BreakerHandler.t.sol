// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TargetLedger, TargetState} from "../../contracts/types/Breaker.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {Report} from "../../contracts/types/Score.sol";
import {BreakerFixture} from "../contracts/support/BreakerFixture.sol";
import {bound, vm} from "../contracts/support/Vm.sol";

/// @dev Everybody who can move a level, in any order: the scores, the guardian, governance, and time. Records when
/// liquidations were throttled or halted.
contract BreakerHandler is BreakerFixture {
    struct Pause {
        uint256 from;
        uint256 to;
    }

    Pause[] public pauses;
    uint256 public scores;
    uint256 public trips;
    uint256 public refusals;
    uint256 public releases;
    uint256 public waits;
    uint48 public epoch;
    /// @dev Until when the newest epoch blocks borrowing, if only guardians and time follow it.
    uint256 public blockedUntil;

    constructor() {
        setUp();
    }

    function score(uint256 seed) external {
        ++epoch;
        vm.roll(uint256(epoch) * 1_000 + 1);
        vm.setBlockhash(uint256(epoch) * 1_000, keccak256(abi.encode("block", epoch * 1_000)));
        uint16 leverage = uint16(bound(seed, 100, 300));
        uint16 atRisk = uint16(bound(seed >> 16, 0, 6_000));
        uint8 advice = uint8(bound(seed >> 32, 0, 3));
        Report memory report = _report(epoch, _word(_lane(leverage, atRisk, advice)));
        report.observedAt = uint48(block.timestamp);
        oracle.publish(report, _sign(report, 2));
        breaker.poke(venueId);
        // What calls for NoNewLeverage in the fixture's rules; one epoch is enough, and lasts 12 hours.
        blockedUntil = leverage >= 143 || atRisk >= 2_000 || advice >= 1 ? block.timestamp + 12 hours : 0;
        _note();
        ++scores;
    }

    function trip(uint256 seed) external {
        Level level = Level(bound(seed, 2, 4));
        if (level <= breaker.levelOf(venueId)) return;
        uint256 grace = level == Level.Halt ? 10 minutes : 0;
        uint256 longest = level == Level.Halt ? 4 hours : 24 hours;
        uint256 left = breaker.pauseBudgetOf(venueId);
        if (level > Level.NoNewLeverage) {
            if (left < grace + 5 minutes) return;
            if (left - grace < longest) longest = left - grace;
        }
        uint32 duration = uint32(bound(seed >> 8, level > Level.NoNewLeverage ? 5 minutes : 1, longest));
        vm.prank(GUARDIAN);
        // Refused when it would end before the pause in force: what follows holds either way.
        try breaker.trip(venueId, level, duration, "drill") {
            ++trips;
        } catch {
            ++refusals;
        }
        _note();
    }

    function release(uint256 seed) external {
        Level level = Level(bound(seed, 0, 2));
        if (level >= breaker.levelOf(venueId)) return;
        breaker.release(venueId, level, "");
        blockedUntil = 0;
        _note();
        ++releases;
    }

    function wait(uint256 seed) external {
        vm.warp(block.timestamp + bound(seed, 1, 3 hours));
        breaker.armGuardian(GUARDIAN);
        ++waits;
    }

    /// @dev Seconds of pause in the `window` seconds before `end`.
    function pausedWithin(uint256 end, uint256 window) public view returns (uint256 paused) {
        uint256 start = end > window ? end - window : 0;
        for (uint256 i; i < pauses.length; ++i) {
            uint256 from = pauses[i].from > start ? pauses[i].from : start;
            uint256 to = pauses[i].to < end ? pauses[i].to : end;
            if (to > from) paused += to - from;
        }
    }

    function pauseCount() external view returns (uint256) {
        return pauses.length;
    }

    function state() public view returns (TargetState memory current) {
        (current, ) = breaker.stateOf(venueId);
    }

    function lastEpoch() external view returns (uint48) {
        (, TargetLedger memory ledger) = breaker.stateOf(venueId);
        return ledger.lastEpoch;
    }

    function enteredAt() external view returns (uint40) {
        (, TargetLedger memory ledger) = breaker.stateOf(venueId);
        return ledger.dwellSince;
    }

    function liquidationLevel() external view returns (Level) {
        return breaker.liquidationLevelOf(venueId);
    }

    function allows(Action action) external view returns (bool) {
        return breaker.isAllowed(venueId, action);
    }

    function allowsLiquidation(uint256 healthFactor) external view returns (bool) {
        return breaker.liquidationAllowed(venueId, healthFactor, type(uint128).max);
    }

    function budgetLeft() external view returns (uint256) {
        return breaker.pauseBudgetOf(venueId);
    }

    function oracleEpoch() external view returns (uint48) {
        return oracle.header().epoch;
    }

    /// @dev The end of the pause in force moves; a pause that is over stays as it was.
    function _note() private {
        TargetState memory current = state();
        uint256 end = current.graceUntil;
        if (current.level >= Level.Throttle && current.until > end) end = current.until;
        if (end < block.timestamp) end = block.timestamp;
        uint256 count = pauses.length;
        if (count > 0 && pauses[count - 1].to >= block.timestamp) pauses[count - 1].to = end;
        else if (end > block.timestamp) pauses.push(Pause(block.timestamp, end));
    }
}
