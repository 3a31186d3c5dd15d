// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Action, Level} from "../../contracts/types/Level.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Nobody who may only raise a level can lower what is protected, and nothing lapses while the scores hold it.
contract ProtectionTest is BreakerFixture {
    function _assertBorrowing(bool allowed, string memory when) private view {
        vm.assertEq(breaker.isAllowed(venueId, Action.Borrow), allowed, when);
        vm.assertEq(breaker.isAllowed(venueId, Action.WithdrawCollateral), allowed, when);
    }

    function test_trip_aShortPauseEndsInTheNoNewLeverageThatWasInForce() public {
        _score(1, 145, 0);
        uint256 end = block.timestamp + 12 hours;
        _trip(Level.Throttle, 5 minutes);
        vm.warp(block.timestamp + 5 minutes);
        _assertLevel(Level.NoNewLeverage);
        breaker.poke(venueId);
        _assertLevel(Level.NoNewLeverage);
        vm.warp(end - 1);
        _assertLevel(Level.NoNewLeverage);
        vm.warp(end);
        _assertLevel(Level.Watch);
    }

    function test_poke_anEscalationEndsInTheNoNewLeverageThatWasInForce() public {
        vm.warp(START + 1_000);
        _trip(Level.NoNewLeverage, 24 hours);
        _throttle();
        _assertLevel(Level.Throttle);
        vm.warp(block.timestamp + 2 hours);
        _assertLevel(Level.NoNewLeverage);
        _assertBorrowing(false, "after the throttle");
        vm.warp(START + 1_000 + 24 hours - 1);
        _assertLevel(Level.NoNewLeverage);
        vm.warp(START + 1_000 + 24 hours);
        _assertLevel(Level.Watch);
    }

    function test_poke_renewsNoNewLeverageUnderAPause() public {
        _throttle();
        _trip(Level.Halt, 2 hours);
        _score(3, 145, 0);
        uint256 end = block.timestamp + 12 hours;
        vm.warp(end - 1);
        _assertLevel(Level.NoNewLeverage);
        vm.warp(end);
        _assertLevel(Level.Watch);
    }

    function test_poke_renewalNeverShortensWhatAGuardianAskedFor() public {
        _trip(Level.NoNewLeverage, 7 days);
        uint256 end = block.timestamp + 7 days;
        _score(1, 145, 0);
        vm.warp(end - 1);
        _assertLevel(Level.NoNewLeverage);
        vm.warp(end);
        _assertLevel(Level.Watch);
    }

    function test_trip_doesNotStopTheScoresFromCounting() public {
        _score(1, 250, 3);
        _trip(Level.Throttle, 5 minutes);
        vm.assertEq(uint256(_score(2, 250, 3)), uint256(Level.Halt));
    }

    function test_poke_renewsNoNewLeverageWhenTheBudgetIsEmpty() public {
        TargetConfig memory config = _config();
        config.terms.budgetRefillPerDay = 0;
        breaker.configureTarget(venueId, config);
        for (uint256 i; i < 3; ++i) {
            _trip(Level.Throttle, 2 hours);
            vm.warp(block.timestamp + 2 hours);
        }
        vm.assertEq(breaker.pauseBudgetOf(venueId), 0);
        for (uint48 epoch = 7; epoch <= 18; ++epoch) {
            vm.assertEq(uint256(_score(epoch, 250, 3)), uint256(Level.NoNewLeverage));
        }
        // Twelve hours after the first epoch, one after the last.
        vm.warp(START + 7 * 3_600 + 10 + 12 hours);
        _assertLevel(Level.NoNewLeverage);
    }

    function test_halt_borrowingStaysBlockedWhileLiquidationsAreThrottled() public {
        _trip(Level.Halt, 1 hours);
        vm.warp(block.timestamp + 1 hours);
        _assertLevel(Level.NoNewLeverage);
        _assertBorrowing(false, "during the grace");
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Throttle));
        vm.warp(block.timestamp + 10 minutes);
        _assertLevel(Level.Watch);
        _assertBorrowing(true, "after the grace");
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Watch));
    }

    function test_release_leavesNoThrottleBehindAnOpenMarket() public {
        _trip(Level.Halt, 1 hours);
        breaker.release(venueId, Level.Watch, "over");
        _assertBorrowing(true, "released");
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Watch));
        vm.assertEq(breaker.pauseBudgetOf(venueId), 6 hours);
    }

    function test_release_survivesAHaltLongerThanTheBudgetOfANewConfiguration() public {
        _trip(Level.Halt, 1 hours);
        TargetConfig memory config = _config();
        config.terms.throttleSeconds = config.terms.haltSeconds = config.terms.budgetCapacity = 5 minutes;
        config.terms.graceSeconds = 0;
        breaker.configureTarget(venueId, config);
        breaker.release(venueId, Level.NoNewLeverage, "over");
        _assertLevel(Level.NoNewLeverage);
        vm.assertLe(breaker.pauseBudgetOf(venueId), 5 minutes);
    }

    /// @dev Whatever a guardian does after the scores called for NoNewLeverage, borrowing stays blocked as long as without him.
    function testFuzz_trip_neverOpensBorrowingEarlier(uint256 seed, uint256 wait) public {
        _score(1, 145, 0);
        uint256 end = block.timestamp + 12 hours;
        for (uint256 i; i < 3; ++i) {
            vm.warp(block.timestamp + bound(wait >> (64 * i), 0, 2 hours));
            Level level = Level(bound(seed >> (64 * i), 3, 4));
            uint32 duration = uint32(bound(seed >> (64 * i + 8), 5 minutes, 2 hours));
            vm.prank(GUARDIAN);
            (bool done, ) = address(breaker).call(abi.encodeCall(breaker.trip, (venueId, level, duration, "")));
            done;
            vm.assertTrue(breaker.levelOf(venueId) >= Level.NoNewLeverage);
        }
        vm.warp(end - 1);
        _assertBorrowing(false, "until the end");
    }
}
