// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Cells} from "./Cells.sol";

/// @title LaneWords
/// @notice The four lanes of a word at once: where their fields are as {Cells}, and what can be said about all of them together.
library LaneWords {
    using Cells for uint256;

    uint256 internal constant LANES_PER_WORD = 4;
    /// @dev In the word moved down by 16 bits, liquidation at risk and borrowing LTV of each lane; of them the latter. Leverage and
    /// rehypothecation are the cells of the word as it is.
    uint256 internal constant SHARES = 0x00003fff0000ffff00003fff0000ffff00003fff0000ffff00003fff0000ffff;
    uint256 internal constant LTVS = 0x00003fff0000000000003fff0000000000003fff0000000000003fff00000000;

    /// @dev The bit above each of {LTVS}.
    uint256 private constant LTV_CARRY = 0x0000400000000000000040000000000000004000000000000000400000000000;
    /// @dev 100 % and 1.00x in each cell.
    uint256 private constant BPS_ONE = 0x0000271000002710000027100000271000002710000027100000271000002710;
    uint256 private constant CX_ONE = 0x0000006400000064000000640000006400000064000000640000006400000064;
    /// @dev All of a lane but its leverage, moved to its low end, and the bit above that.
    uint256 private constant LOW_48 = 0x0000ffffffffffff0000ffffffffffff0000ffffffffffff0000ffffffffffff;
    uint256 private constant BIT_48 = 0x0001000000000000000100000000000000010000000000000001000000000000;

    /// @notice Words that hold `count` lanes.
    function wordsOf(uint256 count) internal pure returns (uint256) {
        unchecked {
            return (count + LANES_PER_WORD - 1) / LANES_PER_WORD;
        }
    }

    /// @notice `words[i]`, which the caller knows to be there.
    function at(uint256[] memory words, uint256 i) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(words, 0x20), shl(5, i)))
        }
    }

    /// @notice Sets `words[i]`, which the caller knows to be there.
    function set(uint256[] memory words, uint256 i, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(words, 0x20), shl(5, i)), word)
        }
    }

    /// @notice The same words in another place.
    function copy(uint256[] memory words) internal pure returns (uint256[] memory copied) {
        assembly ("memory-safe") {
            let size := add(0x20, shl(5, mload(words)))
            copied := mload(0x40)
            mstore(0x40, add(copied, size))
            mcopy(copied, words, size)
        }
    }

    /// @notice Hash of the words, packed.
    function hash(uint256[] memory words) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := keccak256(add(words, 0x20), shl(5, mload(words)))
        }
    }

    /// @notice Zero when each of the four lanes is valid: shares at most 100 %, multiples zero or at least 1.00x, and the whole
    /// lane zero when its leverage is.
    function faults(uint256 word) internal pure returns (uint256) {
        unchecked {
            uint256 cells = word & Cells.FULL;
            uint256 known = cells + Cells.FULL; // carries where not zero
            uint256 atLeastOne = (cells | Cells.CARRY) - CX_ONE;
            uint256 atMostOne = (BPS_ONE | Cells.CARRY) - ((word >> 16) & SHARES);
            uint256 says = ((word >> 16) & LOW_48) + LOW_48; // bit 48 where not zero, bit 16 is that of the leverage
            return
                ((known ^ atLeastOne) & Cells.CARRY) | (~atMostOne & Cells.CARRY) | (((says & BIT_48) >> 32) & ~known);
        }
    }

    /// @notice Whether a leverage, rehypothecation or borrowing LTV is zero in one of the two words and not in the other: became
    /// known, or unknown.
    function differInWhatIsGiven(uint256 a, uint256 b) internal pure returns (bool) {
        unchecked {
            // A sum carries where the cell is not zero.
            uint256 multiples = ((a & Cells.FULL) + Cells.FULL) ^ ((b & Cells.FULL) + Cells.FULL);
            uint256 ltvs = (((a >> 16) & LTVS) + LTVS) ^ (((b >> 16) & LTVS) + LTVS);
            return (multiples & Cells.CARRY) | (ltvs & LTV_CARRY) != 0;
        }
    }
}
