// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Easing, KnownLane, KnownLanes} from "../../contracts/libraries/KnownLanes.sol";
import {vm} from "./support/Vm.sol";

contract KnownWordsTest {
    using KnownLanes for mapping(uint256 index => KnownLane);

    mapping(uint256 index => KnownLane) internal known;

    /// @dev What is remembered of a lane of one word is nothing to the lanes of another.
    function test_step_wordsRememberApart() public {
        Easing memory easing = KnownLanes.easingOf(0, 1 hours, 2 hours);
        vm.assertEq(known.step(1, 0, 300, easing), 0);
        vm.assertEq(known.step(0, 150, 0, easing), 150);
        vm.assertEq(known.step(2, 150, 0, easing), 150);
        vm.assertEq(known.step(1, 150, 0, easing), 300);
    }
}
