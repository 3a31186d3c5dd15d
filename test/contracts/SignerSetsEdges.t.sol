// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SignerSets} from "../../contracts/libraries/SignerSets.sol";
import {vm} from "./support/Vm.sol";

/// @dev At the bounds of a set, and of what stands next to it: in memory behind the members, in calldata behind the signatures.
contract SignerSetsEdgesTest {
    bytes32 internal constant DIGEST = keccak256("digest");

    function isValid(address[] calldata members, uint8 threshold) external pure returns (bool) {
        return SignerSets.isValid(members, threshold);
    }

    function test_isValid_takesUpToThirtyTwoMembers() public view {
        for (uint160 size = 32; size <= 33; ++size) {
            address[] memory members = new address[](size);
            for (uint160 i; i < size; ++i) members[i] = address(i + 1);
            vm.assertEq(this.isValid(members, uint8(size)), size == 32);
        }
    }

    function test_SIGNATURE_BYTES_areThoseOfEIP2098() public pure {
        vm.assertEq(_signature(1).length, SignerSets.SIGNATURE_BYTES);
    }

    function _signature(uint256 key) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, DIGEST);
        return bytes.concat(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    /// @dev The first `used` bytes of `signatures`, with `next` right behind the members.
    function verify(
        address member,
        address next,
        bytes calldata signatures,
        uint256 used
    ) external view returns (uint256, address) {
        address[] memory members = new address[](1);
        address[3] memory behind = [next, next, next];
        members[0] = member;
        uint256 gasBefore = gasleft();
        (uint256 index, address recovered) = SignerSets.verify(members, DIGEST, signatures[:used]);
        // 3000 gas each, and little more.
        vm.assertLe(gasBefore - gasleft(), 3_000 * (used / 64) + 5_000);
        vm.assertEq(abi.encode(behind), abi.encode(next, next, next));
        return (index, recovered);
    }

    function _assertVerify(address next, bytes memory signatures, uint256 used, uint256 expected) private view {
        (uint256 index, address recovered) = this.verify(vm.addr(1), next, signatures, used);
        vm.assertEq(index, expected);
        vm.assertEq(recovered, expected * 64 == used ? address(0) : vm.addr(2));
    }

    function test_verify_takesNobodyForWhatStandsBehindTheMembers() public view {
        _assertVerify(vm.addr(2), _signature(2), 64, 0);
        _assertVerify(vm.addr(2), bytes.concat(_signature(1), _signature(2)), 128, 1);
    }

    function test_verify_looksAtNoSignatureBehindTheLast() public view {
        bytes memory signatures = bytes.concat(_signature(1), _signature(2), _signature(2), _signature(2));
        _assertVerify(vm.addr(3), signatures, 64, 1);
        _assertVerify(vm.addr(3), signatures, 0, 0);
    }
}
