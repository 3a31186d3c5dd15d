// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

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
