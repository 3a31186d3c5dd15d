// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {SignerSets} from "../../contracts/libraries/SignerSets.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev The check of k signatures against OpenZeppelin's of each, and who may be in a set.
contract SignerSetsTest {
    uint256 internal constant SECP_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    /// @dev The x coordinate of the generator; its y is even.
    uint256 internal constant GENERATOR_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;

    function verify(
        address[] memory members,
        bytes32 digest,
        bytes calldata signatures
    ) external view returns (uint256 index, address recovered) {
        // Allocated right behind the members, and still the same afterwards.
        bytes memory behind = abi.encode(digest, members);
        bytes32 hash = keccak256(behind);
        (index, recovered) = SignerSets.verify(members, digest, signatures);
        vm.assertEq(behind.length, 0x60 + 0x20 * members.length);
        vm.assertEq(keccak256(behind), hash);
    }

    function verifyAlone(
        address[] memory members,
        bytes32 digest,
        bytes calldata signatures
    ) external view returns (uint256, address) {
        return SignerSets.verify(members, digest, signatures);
    }

    function isValid(address[] calldata members, uint8 threshold) external pure returns (bool) {
        return SignerSets.isValid(members, threshold);
    }

    function _sorted(uint256 count) private pure returns (address[] memory members, uint256[] memory keys) {
        (members, keys) = (new address[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            (address member, uint256 at) = (vm.addr(i + 1), i);
            for (; at > 0 && members[at - 1] > member; --at) {
                (members[at], keys[at]) = (members[at - 1], keys[at - 1]);
            }
            (members[at], keys[at]) = (member, i + 1);
        }
    }

    function _compact(uint8 v, bytes32 r, bytes32 s) private pure returns (bytes memory) {
        return bytes.concat(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _signature(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return _compact(v, r, s);
    }

    /// @dev Each signature alone, by OpenZeppelin; each by a member above that of the one before.
    function _slow(
        address[] memory members,
        bytes32 digest,
        bytes memory signatures
    ) private pure returns (uint256 index, address recovered) {
        address last;
        for (; index < signatures.length / 64; ++index) {
            bytes32 r;
            bytes32 vs;
            assembly ("memory-safe") {
                r := mload(add(add(signatures, 0x20), mul(index, 64)))
                vs := mload(add(add(signatures, 0x40), mul(index, 64)))
            }
            (recovered, , ) = ECDSA.tryRecover(digest, r, vs);
            bool isMember;
            for (uint256 i; i < members.length; ++i) isMember = isMember || members[i] == recovered;
            if (!isMember || recovered <= last) return (index, recovered);
            last = recovered;
        }
        recovered = address(0);
    }

    function testFuzz_verify_isWhatEachSignatureAloneSays(uint256 seed, uint256 size, uint256 count) public view {
        (address[] memory members, uint256[] memory keys) = _sorted(bound(size, 1, 9));
        bytes32 digest = keccak256(abi.encode(seed));
        bytes memory signatures;
        uint256 next;
        count = bound(count, 0, 6);
        for (uint256 i; i < count; ++i) {
            uint256 one = uint256(keccak256(abi.encode(seed, i)));
            // Mostly the next members in order; now and then one again, a stranger, or nobody at all.
            uint256 kind = one % 16;
            next = kind == 0 ? (one >> 8) % keys.length : next + ((one >> 8) % 2);
            bytes memory signature = _signature(kind == 1 ? 1_000 : keys[next % keys.length], digest);
            if (kind == 2) signature = abi.encode(one, keccak256(abi.encode(one)));
            signatures = bytes.concat(signatures, signature);
            ++next;
        }
        (uint256 index, address recovered) = _slow(members, digest, signatures);
        (uint256 seenIndex, address seen) = this.verify(members, digest, signatures);
        vm.assertEq(seenIndex, index);
        vm.assertEq(seen, recovered);
        (seenIndex, seen) = this.verifyAlone(members, digest, signatures);
        vm.assertEq(seenIndex, index);
        vm.assertEq(seen, recovered);
    }

    function test_verify_takesEverySubsetInOrder() public view {
        (address[] memory members, uint256[] memory keys) = _sorted(6);
        bytes32 digest = keccak256("report");
        for (uint256 subset; subset < 64; ++subset) {
            bytes memory signatures;
            uint256 count;
            for (uint256 i; i < 6; ++i) {
                if ((subset >> i) & 1 == 0) continue;
                signatures = bytes.concat(signatures, _signature(keys[i], digest));
                ++count;
            }
            (uint256 index, address recovered) = this.verify(members, digest, signatures);
            vm.assertEq(index, count);
            vm.assertEq(recovered, address(0));
        }
    }

    /// @dev A signature whose `s` is given, made with the nonce 1: r is the generator's x, and the digest follows from both.
    function _digestFor(uint256 key, uint256 s) private pure returns (bytes32) {
        return bytes32(addmod(s, SECP_N - mulmod(GENERATOR_X, key, SECP_N), SECP_N));
    }

    /// @dev Of (r, s) and (r, n - s), which recover the same signer, only the lower is a signature. The upper fits in 255 bits,
    /// and so in an EIP-2098 signature, up to 2^255.
    function test_verify_refusesAnUpperHalfS() public view {
        (address[] memory members, uint256[] memory keys) = _sorted(1);
        uint256[4] memory upper = [SECP_N / 2 + 1, SECP_N / 2 + 2, (SECP_N / 2 + (1 << 255)) / 2, (1 << 255) - 1];
        for (uint256 i; i < 4; ++i) {
            bytes32 digest = _digestFor(keys[0], upper[i]);
            // It does recover the member.
            vm.assertEq(ecrecover(digest, 27, bytes32(GENERATOR_X), bytes32(upper[i])), members[0]);
            (uint256 index, address recovered) = this.verify(
                members,
                digest,
                _compact(27, bytes32(GENERATOR_X), bytes32(upper[i]))
            );
            vm.assertEq(index, 0);
            vm.assertEq(recovered, address(0));
        }
        bytes32 lower = _digestFor(keys[0], SECP_N / 2);
        (uint256 good, ) = this.verify(members, lower, _compact(27, bytes32(GENERATOR_X), bytes32(SECP_N / 2)));
        vm.assertEq(good, 1);
    }

    function testFuzz_verify_takesNothingOfNobody(bytes32 digest, bytes32 r, bytes32 vs) public view {
        (address[] memory members, ) = _sorted(9);
        (uint256 index, address recovered) = this.verify(members, digest, abi.encode(r, vs));
        vm.assertEq(index, 0);
        (index, ) = this.verify(new address[](0), digest, abi.encode(r, vs));
        vm.assertEq(index, 0);
        // r = 0 and s = 0 recover nobody, which is no member's address either.
        (index, recovered) = this.verify(members, digest, new bytes(64));
        vm.assertEq(index, 0);
        vm.assertEq(recovered, address(0));
    }

    function testFuzz_isValid_holdsSetsToTheirBounds(uint256 seed, uint256 size, uint8 threshold) public view {
        size = bound(size, 0, 40);
        threshold = uint8(threshold % 2 == 0 ? bound(threshold, size / 2, size + 1) : threshold);
        address[] memory members = new address[](size);
        uint160 last;
        bool ascending = true;
        for (uint256 i; i < size; ++i) {
            uint256 one = uint256(keccak256(abi.encode(seed, i)));
            uint160 step = one % 64 == 0 ? 0 : uint160(1 + ((one >> 8) % (1 << 150)));
            ascending = ascending && step != 0;
            members[i] = address(last += step);
        }
        bool valid = size > 0 && size <= 32 && ascending && threshold <= size && uint256(threshold) * 2 > size;
        vm.assertEq(this.isValid(members, threshold), valid);
        if (size > 1) {
            (members[0], members[size - 1]) = (members[size - 1], members[0]);
            vm.assertFalse(this.isValid(members, threshold));
        }
    }
}
