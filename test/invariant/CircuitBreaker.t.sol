// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TargetState} from "../../contracts/types/Breaker.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {vm} from "../contracts/support/Vm.sol";
import {BreakerHandler} from "./BreakerHandler.t.sol";

contract CircuitBreakerInvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    uint256 internal constant CAPACITY = 6 hours;
    uint256 internal constant REFILL_PER_DAY = 6 hours;

    BreakerHandler internal handler;

    function setUp() public {
        handler = new BreakerHandler();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](4);
        targets[0].selectors[0] = handler.score.selector;
        targets[0].selectors[1] = handler.trip.selector;
        targets[0].selectors[2] = handler.release.selector;
        targets[0].selectors[3] = handler.wait.selector;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_pausedSecondsInAnyWindowStayWithinTheBudget() public view {
        uint256 count = handler.pauseCount();
        for (uint256 i = count > 4 ? count - 4 : 0; i < count; ++i) {
            (, uint256 end) = handler.pauses(i);
            uint256[4] memory windows = [uint256(1 hours), 8 hours, 1 days, 3 days];
            for (uint256 w; w < 4; ++w) {
                uint256 budget = CAPACITY + (windows[w] * REFILL_PER_DAY) / 1 days;
                vm.assertLe(handler.pausedWithin(end, windows[w]), budget);
            }
        }
    }

    function invariant_whatIsLeftAndWhatIsTakenStayWithinTheCapacity() public view {
        TargetState memory state = handler.state();
        uint256 end = state.graceUntil;
        if (state.level >= Level.Throttle && state.until > end) end = state.until;
        uint256 taken = end > block.timestamp ? end - block.timestamp : 0;
        vm.assertLe(handler.budgetLeft() + taken, CAPACITY);
    }

    function invariant_everyLevelAboveWatchEndsWithTimeAlone() public view {
        TargetState memory state = handler.state();
        vm.assertEq(state.level > Level.Watch, state.until != 0);
        vm.assertEq(state.level > Level.Watch, state.noNewLeverageUntil != 0);
        vm.assertLe(state.until, state.noNewLeverageUntil);
        vm.assertLe(state.noNewLeverageUntil, block.timestamp + 7 days);
        if (state.level == Level.Halt) vm.assertLe(state.until, uint256(handler.enteredAt()) + 4 hours);
    }

    function invariant_borrowingIsBlockedWhileLiquidationsAreLimited() public view {
        vm.assertTrue(handler.liquidationLevel() <= Level.Watch || !handler.allows(Action.WithdrawCollateral));
    }

    function invariant_whatTheScoresBlockedNobodyButGovernanceOpensEarlier() public view {
        vm.assertTrue(block.timestamp >= handler.blockedUntil() || !handler.allows(Action.WithdrawCollateral));
    }

    function invariant_repayAndAddCollateralAreNeverBlocked() public view {
        vm.assertTrue(handler.allows(Action.Repay));
        vm.assertTrue(handler.allows(Action.AddCollateral));
    }

    function invariant_anAccountUnderTheFloorCanBeLiquidated() public view {
        vm.assertTrue(handler.allowsLiquidation(0.95e18 - 1));
        vm.assertTrue(handler.allowsLiquidation(0));
    }

    function invariant_epochsOnlyGrow() public view {
        vm.assertEq(handler.oracleEpoch(), handler.epoch());
        vm.assertLe(handler.lastEpoch(), handler.epoch());
    }

    function afterInvariant() public view {
        vm.assertTrue(handler.scores() > 0);
        vm.assertTrue(handler.trips() + handler.releases() > 0);
        vm.assertTrue(handler.waits() > 0);
    }
}
