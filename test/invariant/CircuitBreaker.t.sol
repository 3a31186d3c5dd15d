// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreaker} from "../../contracts/CircuitBreaker.sol";
import {TargetLedger, TargetState} from "../../contracts/types/Breaker.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {vm} from "../contracts/support/Vm.sol";
import {BreakerHandler} from "./BreakerHandler.t.sol";

/// hardhat-config: invariant.runs = 16
/// hardhat-config: invariant.depth = 200
contract CircuitBreakerInvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Of the fixture's configuration, which no other exceeds.
    uint256 internal constant CAPACITY = 6 hours;
    uint256 internal constant REFILL_PER_DAY = 6 hours;
    uint256 internal constant TARGETS = 2;

    BreakerHandler internal handler;
    CircuitBreaker internal breaker;

    function setUp() public {
        handler = new BreakerHandler();
        breaker = handler.target();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(handler);
        selectors[0].selectors = new bytes4[](8);
        selectors[0].selectors[0] = handler.score.selector;
        selectors[0].selectors[1] = handler.trip.selector;
        selectors[0].selectors[2] = handler.release.selector;
        selectors[0].selectors[3] = handler.wait.selector;
        selectors[0].selectors[4] = handler.poke.selector;
        selectors[0].selectors[5] = handler.showAlive.selector;
        selectors[0].selectors[6] = handler.configure.selector;
        selectors[0].selectors[7] = handler.stranger.selector;
    }

    function targetContracts() external view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = address(handler);
    }

    function invariant_pausedSecondsInAnyWindowStayWithinTheBudget() public view {
        for (uint256 i; i < TARGETS; ++i) {
            uint256 count = handler.pauseCount(i);
            for (uint256 k = count > 2 ? count - 2 : 0; k < count; ++k) {
                (, uint256 end) = handler.pauses(i, k);
                uint256[4] memory windows = [uint256(1 hours), 8 hours, 1 days, 3 days];
                for (uint256 w; w < 4; ++w) {
                    uint256 budget = CAPACITY + (windows[w] * REFILL_PER_DAY) / 1 days;
                    vm.assertLe(handler.pausedWithin(i, end, windows[w]), budget);
                }
            }
        }
    }

    function invariant_whatIsLeftAndWhatIsTakenStayWithinTheCapacity() public view {
        for (uint256 i; i < TARGETS; ++i)
            vm.assertLe(breaker.pauseBudgetOf(handler.targets(i)) + handler.pauseLeft(i), CAPACITY);
    }

    function invariant_everyLevelAboveWatchEndsWithTimeAlone() public view {
        for (uint256 i; i < TARGETS; ++i) {
            (TargetState memory state, TargetLedger memory ledger) = breaker.stateOf(handler.targets(i));
            vm.assertEq(state.level > Level.Watch, state.until != 0);
            vm.assertEq(state.level > Level.Watch, state.noNewLeverageUntil != 0);
            vm.assertLe(state.until, state.noNewLeverageUntil);
            vm.assertLe(state.noNewLeverageUntil, block.timestamp + 7 days);
            if (state.level == Level.Halt) vm.assertLe(state.until, uint256(ledger.dwellSince) + 4 hours);
        }
    }

    function invariant_afterTheLongestLevelEverythingIsAllowed() public {
        uint256 now_ = block.timestamp;
        vm.warp(now_ + 7 days);
        for (uint256 i; i < TARGETS; ++i) {
            SubjectId id = handler.targets(i);
            vm.assertTrue(breaker.levelOf(id) <= Level.Watch);
            vm.assertTrue(breaker.liquidationLevelOf(id) <= Level.Watch);
            vm.assertTrue(breaker.liquidationAllowed(id, type(uint256).max, type(uint256).max));
            vm.assertTrue(breaker.isAllowed(id, Action.WithdrawCollateral));
        }
        vm.warp(now_);
    }

    function invariant_borrowingIsBlockedWhileLiquidationsAreLimited() public view {
        for (uint256 i; i < TARGETS; ++i) {
            SubjectId id = handler.targets(i);
            vm.assertTrue(
                breaker.liquidationLevelOf(id) <= Level.Watch || !breaker.isAllowed(id, Action.WithdrawCollateral)
            );
            if (!breaker.isAllowed(id, Action.WithdrawCollateral)) vm.assertFalse(breaker.isAllowed(id, Action.Borrow));
        }
    }

    function invariant_whatTheScoresBlockedNobodyButGovernanceOpensEarlier() public view {
        for (uint256 i; i < TARGETS; ++i) {
            if (block.timestamp >= handler.blockedUntil(i)) continue;
            vm.assertGe(handler.stateOf(i).noNewLeverageUntil, handler.blockedUntil(i));
            bool shadow = handler.stateOf(i).shadow;
            vm.assertEq(breaker.isAllowed(handler.targets(i), Action.WithdrawCollateral), shadow);
        }
    }

    function invariant_repayAndAddCollateralAreNeverBlocked() public view {
        for (uint256 i; i < TARGETS; ++i) {
            vm.assertTrue(breaker.isAllowed(handler.targets(i), Action.Repay));
            vm.assertTrue(breaker.isAllowed(handler.targets(i), Action.AddCollateral));
        }
    }

    function invariant_anAccountUnderTheFloorCanBeLiquidated() public view {
        for (uint256 i; i < TARGETS; ++i) {
            SubjectId id = handler.targets(i);
            uint256 floor = breaker.configOf(id).healthFactorFloor;
            vm.assertTrue(floor >= 0.9e18 && floor <= 1e18);
            vm.assertTrue(breaker.liquidationAllowed(id, floor - 1, type(uint256).max));
            vm.assertTrue(breaker.liquidationAllowed(id, 0, type(uint256).max));
        }
    }

    function invariant_missingScoresLimitNoLiquidation() public view {
        for (uint256 i; i < TARGETS; ++i) {
            TargetState memory state = handler.stateOf(i);
            bool paused = handler.pauseLeft(i) != 0 && !state.shadow;
            bool allowed = breaker.liquidationAllowed(handler.targets(i), type(uint256).max, 1);
            vm.assertTrue(allowed || paused);
        }
    }

    function invariant_aTargetThatOnlyObservesBlocksNothing() public view {
        for (uint256 i; i < TARGETS; ++i) {
            SubjectId id = handler.targets(i);
            if (!handler.stateOf(i).shadow) continue;
            vm.assertTrue(breaker.isAllowed(id, Action.Borrow) && breaker.isAllowed(id, Action.Liquidate));
            vm.assertTrue(breaker.liquidationAllowed(id, type(uint256).max, type(uint256).max));
            vm.assertEq(uint256(breaker.levelOf(id)), 0);
        }
    }

    function invariant_levelsFollowWhatIsStored() public view {
        for (uint256 i; i < TARGETS; ++i) {
            bool shadow = handler.stateOf(i).shadow;
            vm.assertEq(uint256(breaker.levelOf(handler.targets(i))), shadow ? 0 : handler.levelOf(i));
        }
    }

    function invariant_eventsAloneGiveTheStateBack() public view {
        for (uint256 i; i < TARGETS; ++i) {
            (TargetState memory state, TargetLedger memory ledger) = breaker.stateOf(handler.targets(i));
            vm.assertEq(keccak256(abi.encode(state, ledger)), handler.stateEvent(i));
            vm.assertEq(keccak256(abi.encode(breaker.configOf(handler.targets(i)))), handler.configEvent(i));
            vm.assertEq(uint256(state.level), handler.levelEvent(i));
        }
    }

    function invariant_noEpochIsCountedThatWasNotPublished() public view {
        vm.assertEq(handler.epoch(), handler.oracleEpoch());
        for (uint256 i; i < TARGETS; ++i) {
            (, TargetLedger memory ledger) = breaker.stateOf(handler.targets(i));
            vm.assertLe(ledger.lastEpoch, handler.epoch());
        }
    }

    function invariant_noCallGivesTheCallerARole() public view {
        vm.assertFalse(handler.somebodyGainedPower());
    }

    function afterInvariant() public view {
        vm.assertEq(handler.epoch() > 0, true, "epoch");
        vm.assertEq(handler.trips() > 0, true, "trips");
        vm.assertEq(handler.releases() > 0, true, "releases");
        vm.assertEq(handler.refusals() > 0, true, "refusals");
        vm.assertEq(handler.configured() > 0, true, "configured");
        vm.assertEq(handler.waits() > 0, true, "waits");
        vm.assertEq(handler.highestByScores() > 1, true, "highestByScores");
    }
}
