// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {vm} from "../contracts/support/Vm.sol";
import {MarginHandler} from "./MarginHandler.t.sol";

/// hardhat-config: invariant.runs = 16
/// hardhat-config: invariant.depth = 200
contract MarginPolicyInvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    MarginHandler internal handler;

    function setUp() public {
        handler = new MarginHandler();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](9);
        targets[0].selectors[0] = handler.score.selector;
        targets[0].selectors[1] = handler.calm.selector;
        targets[0].selectors[2] = handler.syncAgain.selector;
        targets[0].selectors[3] = handler.open.selector;
        targets[0].selectors[4] = handler.ramp.selector;
        targets[0].selectors[5] = handler.cancel.selector;
        targets[0].selectors[6] = handler.raiseThreshold.selector;
        targets[0].selectors[7] = handler.setTerms.selector;
        targets[0].selectors[8] = handler.wait.selector;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_scoresMoveNoThreshold() public view {
        (, uint256 threshold, , ) = handler.current();
        vm.assertEq(threshold, handler.silentThreshold());
    }

    function invariant_openingLtvIsBelowEveryThresholdAnnounced() public view {
        (uint256 ltv, uint256 threshold, uint256 lowest, uint256 gap) = handler.current();
        vm.assertTrue(ltv != 0);
        vm.assertLe(ltv + gap, lowest);
        vm.assertLe(lowest, threshold);
        vm.assertLe(threshold, 10_000);
    }

    function invariant_noPositionIsReachedWithinAMonthOfItsOpening() public view {
        (uint256 opened, , ) = handler.counts();
        (, uint256 threshold, , ) = handler.current();
        for (uint256 i; i < opened; ++i) {
            (uint256 ltv, uint256 gap, uint256 openedAt) = handler.positions(i);
            if (block.timestamp <= openedAt + 30 days) vm.assertLe(ltv + gap, threshold);
        }
    }

    function invariant_nothingLowersWhatWasAnnouncedForTheNextMonth() public view {
        (, uint256 count, ) = handler.counts();
        (, uint256 threshold, , ) = handler.current();
        for (uint256 i; i < count; ++i) {
            (uint256 from, uint256 to, uint256 start, uint256 end, uint256 at) = handler.announced(i);
            if (block.timestamp > at + 30 days) continue;
            uint256 promised = from;
            if (block.timestamp >= end) promised = to;
            else if (block.timestamp > start)
                promised = from - ((from - to) * (block.timestamp - start)) / (end - start);
            vm.assertGe(threshold, promised);
        }
    }

    function invariant_aPositionLosesOnePercentOfItsHealthADayAtMost() public view {
        (, , uint256 count) = handler.counts();
        (, uint256 threshold, , ) = handler.current();
        for (uint256 i; i < count; ++i) {
            (uint256 earlier, uint256 at) = handler.samples(i);
            // In whole basis points, rounded up.
            uint256 lost = (threshold * (block.timestamp - at) + 100 days - 1) / 100 days;
            vm.assertGe(threshold + lost + 1, earlier);
        }
    }

    function invariant_openingLtvRisesByAStepEachCooldown() public view {
        vm.assertLe(handler.largestRise(), 100);
        vm.assertGe(handler.closestRises(), 6 hours);
    }

    function afterInvariant() public view {
        vm.assertTrue(handler.scores() > 0);
        vm.assertTrue(handler.raises() + handler.ramps() > 0);
        vm.assertTrue(handler.governed() > 0);
        vm.assertTrue(handler.waits() > 0);
    }
}
