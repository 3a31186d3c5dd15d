// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contract whose code is data: one stop byte, then the members, a word each.
/// @dev Reading the code of nine members costs one cold account access; reading storage would cost nine cold slots.
contract SignerSetCode {
    constructor(address[] memory members) {
        bytes memory code = bytes.concat(hex"00", abi.encodePacked(members));
        assembly ("memory-safe") {
            return(add(code, 0x20), mload(code))
        }
    }
}

/// @title SignerSets
/// @notice Sets of report signers kept in contract code, and the check of k signatures against one.
library SignerSets {
    /// @dev A set larger than this is refused.
    uint256 internal constant MAX_MEMBERS = 32;

    uint256 private constant SIGNATURE_BYTES = 64;

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

    /// @notice Writes `members` into the code of a new contract.
    function create(address[] calldata members) internal returns (address) {
        return address(new SignerSetCode(members));
    }

    /// @notice The members held by `set`, ascending; none when `set` has no code.
    function load(address set) internal view returns (address[] memory members) {
        uint256 size = set.code.length / 32;
        members = new address[](size);
        assembly ("memory-safe") {
            extcodecopy(set, add(members, 0x20), 1, mul(size, 0x20))
        }
    }

    /// @notice Checks EIP-2098 signatures of `digest` by distinct `members`, ascending by address.
    /// @return index The first signature that is not by a member above the previous one; their number when all are.
    /// @return recovered Who made that signature; zero when nobody did, or when all are good.
    function verify(
        address[] memory members,
        bytes32 digest,
        bytes calldata signatures
    ) internal pure returns (uint256 index, address recovered) {
        uint256 count = signatures.length / SIGNATURE_BYTES;
        uint256 next;
        for (; index < count; ++index) {
            (bytes32 r, bytes32 vs) = abi.decode(signatures[index * SIGNATURE_BYTES:], (bytes32, bytes32));
            (recovered, , ) = ECDSA.tryRecover(digest, r, vs);
            while (next < members.length && members[next] < recovered) ++next;
            if (next == members.length || members[next] != recovered) return (index, recovered);
            ++next;
        }
        return (count, address(0));
    }
}
