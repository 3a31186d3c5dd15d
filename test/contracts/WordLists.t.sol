// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LaneWords} from "../../contracts/libraries/LaneWords.sol";
import {vm} from "./support/Vm.sol";

/// @dev Lists of words in memory, against the compiler's own ways.
contract WordListsTest {
    using LaneWords for uint256;
    using LaneWords for uint256[];

    function _words(uint256 count) private pure returns (uint256[] memory words) {
        words = new uint256[](count);
        for (uint256 i; i < count; ++i) words[i] = uint256(keccak256(abi.encode(i)));
    }

    function test_wordsOf_isAQuarterRoundedUp() public pure {
        uint16[8] memory counts = [uint16(0), 1, 3, 4, 5, 8, 9, 256];
        uint8[8] memory words = [0, 1, 1, 1, 2, 2, 3, 64];
        for (uint256 i; i < 8; ++i) vm.assertEq(uint256(counts[i]).wordsOf(), words[i]);
    }

    function test_atAndSet_areTheElementsOfTheList() public pure {
        uint256[] memory words = _words(4);
        for (uint256 i; i < 4; ++i) vm.assertEq(words.at(i), words[i]);
        for (uint256 i; i < 4; ++i) {
            uint256[] memory expected = _words(4);
            words = _words(4);
            words.set(i, 7 + i);
            expected[i] = 7 + i;
            vm.assertEq(abi.encode(words), abi.encode(expected));
        }
    }

    function test_copy_isAnotherListRightBehind() public pure {
        for (uint256 count; count < 4; ++count) {
            uint256[] memory words = _words(count);
            uint256 free = _free();
            uint256[] memory copied = words.copy();
            vm.assertEq(_free() - free, 0x20 * (count + 1));
            vm.assertEq(abi.encode(copied), abi.encode(words));
            if (count > 0) copied[0] = 1;
            vm.assertEq(abi.encode(words), abi.encode(_words(count)));
        }
    }

    function _free() private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    function test_hash_isThatOfTheWordsPacked() public pure {
        for (uint256 count; count < 4; ++count)
            vm.assertEq(_words(count).hash(), keccak256(abi.encodePacked(_words(count))));
    }
}
