// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Easing, KnownLane, KnownLanes} from "../../contracts/libraries/KnownLanes.sol";
import {vm} from "./support/Vm.sol";

/// @dev By hand, in lanes of a leverage alone; {EasingWordsTest} has lanes of any kind against the slow rule.
contract KnownLanesTest {
    using KnownLanes for mapping(uint256 index => KnownLane);

    mapping(uint256 index => KnownLane) internal known;

    function test_step_aDetourThroughUnknownIsNoWayToEase() public {
        Easing memory easing = KnownLanes.easingOf(0, 1 hours, 2 hours);
        vm.assertEq(known.step(0, 300, 0, easing), 300);
        vm.assertEq(known.step(0, 0, 300, easing), 0);
        vm.assertEq(known.step(0, 150, 0, easing), 300);
    }

    /// @dev No oracle stores a lane that gives something without a leverage. Were there one, what is remembered would stand.
    function test_step_remembersNothingOfALaneWithoutLeverage() public {
        Easing memory easing = KnownLanes.easingOf(0, 1 hours, 2 hours);
        uint256 onlyRehypothecation = 500 << 32;
        vm.assertEq(known.step(0, 0, 300, easing), 0);
        vm.assertEq(known.step(0, 0, onlyRehypothecation, easing), 0);
        vm.assertEq(known.step(0, 150, 0, easing), 300);
    }
}
