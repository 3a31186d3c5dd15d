// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ConfigCode, ConfigData} from "../../contracts/libraries/ConfigCode.sol";
import {vm} from "./support/Vm.sol";

/// @dev How much a configuration takes: of memory when it is read, and of the header that names it.
contract ConfigCodeExtentTest {
    /// @dev The free memory pointer must stay at whole words, right behind what was read.
    function test_read_allocatesTheStructAndItsSigners() public {
        for (uint256 i; i < 4; ++i) {
            ConfigData memory data;
            data.signers = new address[](i);
            ConfigCode.write(data, i + 1);
            uint256 free = _free();
            ConfigCode.read(i + 1);
            // Nine fields; the length of the list; the list.
            vm.assertEq(_free() - free, (9 + 1 + i) * 32);
        }
    }

    function _free() private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    /// @dev A header names it in 14 bits.
    function test_MAX_NUMBER_isTheLastThatAHeaderHolds() public pure {
        vm.assertEq(ConfigCode.MAX_NUMBER, (1 << 14) - 1);
    }
}
