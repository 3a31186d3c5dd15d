// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title SignerSets
/// @notice Sets of report signers, and the check of k signatures against one.
library SignerSets {
    /// @dev A set larger than this is refused.
    uint256 internal constant MAX_MEMBERS = 32;
    /// @dev Length of an EIP-2098 signature.
    uint256 internal constant SIGNATURE_BYTES = 64;

    /// @dev Half the order of secp256k1, and one: of (r, s) and (r, n - s), which are the same signature, only the smaller is one.
    uint256 private constant HALF_ORDER_AND_ONE = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A1;

    /// @notice Whether `members` is ascending, distinct, without zero, 1 to 32 long, and `threshold` a majority of it.
    function isValid(address[] calldata members, uint8 threshold) internal pure returns (bool) {
        uint256 size = members.length;
        if (size == 0 || size > MAX_MEMBERS || threshold > size || 2 * uint256(threshold) <= size) return false;
        address previous;
        for (uint256 i; i < size; ++i) {
            if (members[i] <= previous) return false;
            previous = members[i];
        }
        return true;
    }

    /// @notice Checks EIP-2098 signatures of `digest` by distinct `members`, ascending by address.
    /// @dev As OpenZeppelin's ECDSA in a loop, with one buffer for all of them: `s` above half the order is nobody's.
    /// @return index The first signature that is not by a member above the previous one; their number when all are.
    /// @return recovered Who made that signature; zero when nobody did, or when all are good.
    function verify(
        address[] memory members,
        bytes32 digest,
        bytes calldata signatures
    ) internal view returns (uint256 index, address recovered) {
        assembly ("memory-safe") {
            // Behind the members, for as long as this takes, one that is above all.
            let behind := add(members, add(0x20, shl(5, mload(members))))
            let wasBehind := mload(behind)
            mstore(behind, not(0))
            let member := members
            let signature := signatures.offset
            let end := add(signature, shl(6, shr(6, signatures.length)))
            let input := add(mload(0x40), 0x20)
            mstore(input, digest)
            for {} lt(signature, end) {
                signature := add(signature, 0x40)
            } {
                let vs := calldataload(add(signature, 0x20))
                let s := and(vs, 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                mstore(add(input, 0x20), add(27, shr(255, vs)))
                mstore(add(input, 0x40), calldataload(signature))
                mstore(add(input, 0x60), s)
                mstore(0, 0)
                // Nothing is returned, and the zero stays, when nobody made it.
                pop(staticcall(gas(), 1, input, 0x80, 0, 0x20))
                recovered := mul(mload(0), lt(s, HALF_ORDER_AND_ONE))
                // Onward to the first member that is not below it.
                for {
                    member := add(member, 0x20)
                } lt(mload(member), recovered) {
                    member := add(member, 0x20)
                } {}
                if xor(mload(member), recovered) {
                    break
                }
            }
            mstore(behind, wasBehind)
            index := shr(6, sub(signature, signatures.offset))
            recovered := mul(recovered, lt(signature, end))
        }
    }
}
