// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {TargetState} from "../../contracts/types/Breaker.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {bound, vm} from "./support/Vm.sol";
import {StalePolicy, TargetConfig} from "../../contracts/types/TargetConfig.sol";

contract GuardsTest is BreakerFixture {
    uint256 internal constant SOUND = 0.97e18;
    uint256 internal constant BELOW_FLOOR = 0.95e18 - 1;

    /// @dev Borrow, WithdrawCollateral, Liquidate, Repay, AddCollateral.
    function _assertAllowed(bool[5] memory expected, string memory what) internal view {
        for (uint256 i; i < 5; ++i) vm.assertEq(breaker.isAllowed(venueId, Action(i)), expected[i], what);
    }

    function test_isAllowed_atEachLevel() public {
        _assertAllowed([true, true, true, true, true], "Normal");
        _trip(Level.Watch, 0);
        _assertAllowed([true, true, true, true, true], "Watch");
        _trip(Level.NoNewLeverage, 1 hours);
        _assertAllowed([false, false, true, true, true], "NoNewLeverage");
        _trip(Level.Throttle, 1 hours);
        _assertAllowed([false, false, true, true, true], "Throttle");
        _trip(Level.Halt, 1 hours);
        _assertAllowed([false, false, false, true, true], "Halt");
        vm.warp(block.timestamp + 1 hours);
        _assertAllowed([false, false, true, true, true], "its grace");
        vm.warp(block.timestamp + 10 minutes);
        _assertAllowed([true, true, true, true, true], "after it");
    }

    function test_isAllowed_whenStale() public {
        vm.warp(START + 2 hours);
        _assertAllowed([true, true, true, true, true], "at maxAge");
        vm.warp(START + 2 hours + 1);
        _assertAllowed([false, true, true, true, true], "past it");
        TargetConfig memory config = _config();
        config.stalePolicy = StalePolicy.AllowBorrowing;
        breaker.configureTarget(venueId, config);
        _assertAllowed([true, true, true, true, true], "allowed by policy");
    }

    function test_isAllowed_isRefreshedByAPokeWithAScore() public {
        _score(2, 100, 0);
        vm.assertTrue(breaker.isAllowed(venueId, Action.Borrow));
        vm.warp(START + 2 * 3_600 + 2 hours + 1);
        vm.assertFalse(breaker.isAllowed(venueId, Action.Borrow));
    }

    function test_isAllowed_everythingOnATargetThatIsNotConfigured() public view {
        for (uint256 i; i < 5; ++i) {
            vm.assertTrue(breaker.isAllowed(SubjectId.wrap(bytes32(uint256(1))), Action(i)));
        }
    }

    function testFuzz_isAllowed_repayAndAddCollateralAlways(uint256 seed) public {
        Level level = Level(bound(seed, 1, 4));
        _trip(level, level == Level.Watch ? 0 : 1 hours);
        vm.warp(block.timestamp + bound(seed >> 8, 0, 365 days));
        vm.assertTrue(breaker.isAllowed(venueId, Action.Repay));
        vm.assertTrue(breaker.isAllowed(venueId, Action.AddCollateral));
    }

    function testFuzz_liquidation_alwaysBelowTheFloor(uint256 seed, uint256 healthFactor, uint256 value) public {
        Level level = Level(bound(seed, 1, 4));
        _trip(level, level == Level.Watch ? 0 : 1 hours);
        vm.warp(block.timestamp + bound(seed >> 8, 0, 2 hours));
        healthFactor = bound(healthFactor, 0, BELOW_FLOOR);
        vm.assertTrue(breaker.liquidationAllowed(venueId, healthFactor, value));
        vm.assertTrue(breaker.consumeLiquidation(venueId, healthFactor, value));
    }

    function test_liquidation_blockedByHaltFromTheFloorUp() public {
        _trip(Level.Halt, 1 hours);
        vm.assertTrue(breaker.liquidationAllowed(venueId, BELOW_FLOOR, 1));
        vm.assertFalse(breaker.liquidationAllowed(venueId, BELOW_FLOOR + 1, 1));
        vm.assertFalse(breaker.consumeLiquidation(venueId, SOUND, 1));
    }

    function test_liquidation_throttledByVolumeAndRefilled() public {
        _trip(Level.Throttle, 2 hours);
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, 700));
        vm.assertFalse(breaker.liquidationAllowed(venueId, SOUND, 301));
        vm.assertFalse(breaker.consumeLiquidation(venueId, SOUND, 301));
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, 300));
        vm.assertFalse(breaker.consumeLiquidation(venueId, SOUND, 1));
        vm.warp(block.timestamp + 30 minutes);
        vm.assertTrue(breaker.liquidationAllowed(venueId, SOUND, 500));
        vm.assertFalse(breaker.liquidationAllowed(venueId, SOUND, 501));
    }

    function test_liquidation_takesFromTheCallersOwnThrottle() public {
        _trip(Level.Throttle, 2 hours);
        vm.prank(address(0xbad));
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, 1_000));
        vm.assertTrue(breaker.liquidationAllowed(venueId, SOUND, 1_000));
    }

    function test_liquidation_throttledDuringTheGrace() public {
        _trip(Level.Halt, 1 hours);
        vm.warp(block.timestamp + 1 hours);
        _assertLevel(Level.NoNewLeverage);
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, 1_000));
        vm.assertFalse(breaker.consumeLiquidation(venueId, SOUND, 100));
        vm.assertTrue(breaker.consumeLiquidation(venueId, BELOW_FLOOR, 100));
        vm.warp(block.timestamp + 10 minutes);
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, 5_000));
    }

    /* THE THROTTLE */

    function _assertThrottle(address host, uint256 used, uint256 available) private view {
        (uint256 seenUsed, uint256 seenAvailable) = breaker.throttleOf(venueId, host);
        vm.assertEq(seenUsed, used, "used");
        vm.assertEq(seenAvailable, available, "available");
    }

    function test_throttleOf_followsWhatAHostTakes() public {
        _assertThrottle(address(this), 0, 1_000);
        _trip(Level.Throttle, 2 hours);
        breaker.consumeLiquidation(venueId, SOUND, 250);
        _assertThrottle(address(this), 250, 750);
        breaker.consumeLiquidation(venueId, SOUND, 751);
        breaker.consumeLiquidation(venueId, BELOW_FLOOR, 100);
        _assertThrottle(address(this), 250, 750);
        _assertThrottle(address(0xbad), 0, 1_000);
        vm.warp(block.timestamp + 9 minutes);
        _assertThrottle(address(this), 100, 900);
    }

    function test_throttleOf_countsNothingBelowThrottleOrAtHalt() public {
        breaker.consumeLiquidation(venueId, SOUND, 100);
        _trip(Level.NoNewLeverage, 2 hours);
        breaker.consumeLiquidation(venueId, SOUND, 100);
        _trip(Level.Halt, 1 hours);
        breaker.consumeLiquidation(venueId, SOUND, 100);
        _assertThrottle(address(this), 0, 1_000);
    }

    function test_RevertWhen_ThrottleOfATargetThatIsNotConfigured() public {
        SubjectId other = SubjectId.wrap(bytes32(uint256(1)));
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.TargetNotConfigured.selector, other));
        breaker.throttleOf(other, address(this));
        vm.assertTrue(breaker.consumeLiquidation(other, SOUND, type(uint256).max));
    }

    function test_configureTarget_whatAHostUsedStaysUsed() public {
        _trip(Level.Throttle, 4 hours);
        breaker.consumeLiquidation(venueId, SOUND, 1_000);
        vm.warp(block.timestamp + 30 minutes);
        TargetConfig memory config = _config();
        config.maxAge = 3 hours;
        breaker.configureTarget(venueId, config);
        _assertThrottle(address(this), 500, 500);
        config.throttleCapacity = 2_000;
        breaker.configureTarget(venueId, config);
        // What came back so far does not: it would have come back at a rate that nobody remembers.
        _assertThrottle(address(this), 1_000, 1_000);
        vm.warp(block.timestamp + 15 minutes);
        _assertThrottle(address(this), 500, 1_500);
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, 1_500));
        vm.assertFalse(breaker.consumeLiquidation(venueId, SOUND, 1));
    }

    function testFuzz_configureTarget_noReconfigurationResetsAMeter(uint96 capacity, uint24 window) public {
        _trip(Level.Throttle, 4 hours);
        breaker.consumeLiquidation(venueId, SOUND, 800);
        TargetConfig memory config = _config();
        config.throttleCapacity = capacity == 0 ? 1 : capacity;
        config.throttleWindow = uint24(bound(window, 1, 24 hours));
        breaker.configureTarget(venueId, config);
        (uint256 used, uint256 available) = breaker.throttleOf(venueId, address(this));
        // All of a capacity that is lower than that.
        vm.assertEq(used, config.throttleCapacity > 800 ? 800 : config.throttleCapacity);
        vm.assertEq(available, config.throttleCapacity - used);
    }

    /* SHADOW */

    function _observeOnly(bool shadow) private {
        TargetConfig memory config = _config();
        config.shadow = shadow;
        breaker.configureTarget(venueId, config);
    }

    function _expectWouldHaveBlocked(Level level, uint256 healthFactor, uint256 value) private {
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.WouldHaveBlocked(venueId, address(this), level, healthFactor, value);
        vm.assertTrue(breaker.consumeLiquidation(venueId, healthFactor, value));
    }

    function test_shadow_recordsWhatItWouldHaveBlocked() public {
        _observeOnly(true);
        _trip(Level.Throttle, 1 hours);
        breaker.consumeLiquidation(venueId, SOUND, 700);
        _expectWouldHaveBlocked(Level.Throttle, SOUND, 301);
        _assertThrottle(address(this), 700, 300);
        _trip(Level.Halt, 1 hours);
        _expectWouldHaveBlocked(Level.Halt, SOUND, 1);
        _expectWouldHaveBlocked(Level.Halt, BELOW_FLOOR + 1, 0);
        vm.warp(block.timestamp + 1 hours);
        breaker.consumeLiquidation(venueId, SOUND, 1_000);
        _expectWouldHaveBlocked(Level.Throttle, SOUND, 1);
    }

    function test_shadow_recordsNothingThatWouldHavePassed() public {
        _observeOnly(true);
        vm.recordLogs();
        breaker.consumeLiquidation(venueId, SOUND, 5_000);
        vm.assertEq(vm.getRecordedLogs().length, 0);
        _trip(Level.Throttle, 1 hours);
        vm.recordLogs();
        breaker.consumeLiquidation(venueId, SOUND, 1_000);
        breaker.consumeLiquidation(venueId, BELOW_FLOOR, 5_000);
        vm.assertEq(vm.getRecordedLogs().length, 0);
        _trip(Level.Halt, 1 hours);
        vm.recordLogs();
        breaker.consumeLiquidation(venueId, BELOW_FLOOR, 5_000);
        vm.assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_consumeLiquidation_emitsNothingWhereTheTargetProtects() public {
        _trip(Level.Throttle, 1 hours);
        vm.recordLogs();
        breaker.consumeLiquidation(venueId, SOUND, 1_000);
        vm.assertFalse(breaker.consumeLiquidation(venueId, SOUND, 1));
        vm.assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_shadow_theMeterGoesOnWhenItEnds() public {
        _observeOnly(true);
        _trip(Level.Throttle, 1 hours);
        breaker.consumeLiquidation(venueId, SOUND, 900);
        _observeOnly(false);
        vm.assertFalse(breaker.consumeLiquidation(venueId, SOUND, 101));
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, 100));
    }

    /* STALE SCORES */

    /// @dev What a score that is too old blocks, by policy and action: borrowing, under one policy, and nothing else.
    function test_isAllowed_stalePolicyByAction() public {
        bool[5][2] memory allowed = [[false, true, true, true, true], [true, true, true, true, true]];
        for (uint256 policy; policy < 2; ++policy) {
            TargetConfig memory config = _config();
            config.stalePolicy = StalePolicy(policy);
            breaker.configureTarget(venueId, config);
            vm.warp(START + 365 days);
            _assertAllowed(allowed[policy], "stale");
            vm.assertTrue(breaker.liquidationAllowed(venueId, SOUND, type(uint256).max));
            vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, type(uint256).max));
            vm.warp(START + 2 hours);
            _assertAllowed([true, true, true, true, true], "fresh");
        }
    }

    /// @dev An epoch in which the target has no score does not make it fresh.
    function test_isAllowed_anUnknownScoreGrowsStale() public {
        _score(1, 100, 0);
        _publish(2, _word(_lane(100, 0, 0)));
        oracle.quarantine(2, new uint256[](0), "void");
        breaker.poke(venueId);
        vm.warp(START + 3_600 + 2 hours);
        _assertAllowed([true, true, true, true, true], "at maxAge of the last known");
        vm.warp(START + 3_600 + 2 hours + 1);
        _assertAllowed([false, true, true, true, true], "past it");
    }

    function test_shadow_blocksNothingButMoves() public {
        TargetConfig memory config = _config();
        config.shadow = true;
        breaker.configureTarget(venueId, config);
        _halt();
        (TargetState memory state, ) = breaker.stateOf(venueId);
        vm.assertEq(uint256(state.level), uint256(Level.Halt));
        _assertLevel(Level.Normal);
        _assertAllowed([true, true, true, true, true], "shadow");
        vm.assertTrue(breaker.consumeLiquidation(venueId, SOUND, type(uint128).max));
    }
}
