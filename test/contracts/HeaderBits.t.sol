// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Headers} from "../../contracts/libraries/Headers.sol";
import {vm} from "./support/Vm.sol";

/// @dev Single bits: those of {Header}'s flags, and the one that no header has.
contract HeaderBitsTest {
    using Headers for uint256;

    function test_flags_areTheBitsThatHeaderNames() public pure {
        vm.assertEq(Headers.ORACLE_GAP, 1 << 0);
        vm.assertEq(Headers.ALL_VENUES_HAVE_LANES, 1 << 1);
        vm.assertEq(Headers.QUARANTINED, 1 << 2);
        vm.assertEq(uint256(0).quarantine().decode().flags, Headers.QUARANTINED);
    }

    /// @dev Not zero, so that the first header of a slot costs no more than the next; above the 255 bits of a header.
    function test_EMPTY_isTheBitAboveEveryHeader() public pure {
        vm.assertEq(Headers.EMPTY, 1 << 255);
    }
}
