// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AaveV3Sentinel} from "../../contracts/adapters/AaveV3Sentinel.sol";
import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {Level} from "../../contracts/types/Level.sol";
import {vm} from "../contracts/support/Vm.sol";
import {GuardHandler} from "./GuardHandler.t.sol";

/// hardhat-config: invariant.runs = 16
/// hardhat-config: invariant.depth = 200
contract CircuitBreakerGuardInvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev A call of its own and its data, a cold account, a slot written for the first time, and what the market does besides.
    uint256 internal constant HOST_GAS = 21_000 + 1_000 + 2_600 + 22_100 + 10_000;
    uint256 internal constant CYCLE_SECONDS = 300;

    GuardHandler internal handler;
    AaveV3Sentinel internal sentinel;

    function setUp() public {
        handler = new GuardHandler();
        sentinel = handler.sentinel();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(handler);
        selectors[0].selectors = new bytes4[](8);
        selectors[0].selectors[0] = handler.borrow.selector;
        selectors[0].selectors[1] = handler.liquidate.selector;
        selectors[0].selectors[2] = handler.repay.selector;
        selectors[0].selectors[3] = handler.starve.selector;
        selectors[0].selectors[4] = handler.breakDown.selector;
        selectors[0].selectors[5] = handler.mend.selector;
        selectors[0].selectors[6] = handler.trip.selector;
        selectors[0].selectors[7] = handler.wait.selector;
    }

    function targetContracts() external view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = address(handler);
    }

    function invariant_theGuardCostsItsHostTheStipendAndAConstantAtMost() public view {
        vm.assertLe(handler.mostForBorrow(), CircuitBreakerGuard.READ_STIPEND + HOST_GAS);
        vm.assertLe(handler.mostForLiquidation(), CircuitBreakerGuard.CONSUME_STIPEND + HOST_GAS);
    }

    function invariant_aBreakerThatFailsBlocksNothing() public view {
        if (!handler.broken()) return;
        vm.assertTrue(sentinel.isBorrowAllowed());
        vm.assertTrue(sentinel.isLiquidationAllowed());
    }

    function invariant_theSentinelSaysWhatTheLevelSays() public {
        vm.assertEq(sentinel.isBorrowAllowed(), handler.borrowAllowed());
        Level level = handler.liquidationLevel();
        if (level < Level.Throttle) vm.assertTrue(sentinel.isLiquidationAllowed());
        if (level == Level.Halt) vm.assertFalse(sentinel.isLiquidationAllowed());
        if (level != Level.Throttle) return;
        // At the start of the next cycle it is open, whether or not the Throttle lasts that long.
        uint256 now_ = block.timestamp;
        vm.warp(now_ + CYCLE_SECONDS - (now_ % CYCLE_SECONDS));
        vm.assertTrue(sentinel.isLiquidationAllowed());
        vm.warp(now_);
    }

    function afterInvariant() public view {
        vm.assertEq(handler.allowed() > 0, true, "allowed");
        vm.assertEq(handler.blocked() > 0, true, "blocked");
        vm.assertEq(handler.repaid() > 0, true, "repaid");
        vm.assertEq(handler.starved() > 0, true, "starved");
        vm.assertEq(handler.breakdowns() > 0, true, "breakdowns");
        vm.assertEq(handler.trips() > 0, true, "trips");
        vm.assertEq(handler.waits() > 0, true, "waits");
    }
}
