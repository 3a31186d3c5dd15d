// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Cells
/// @notice Arithmetic on eight numbers of 16 bits at once, one in each 32-bit cell of a word: for the price of one.
/// @dev A number leaves the upper half of its cell free; bit 16 takes the carry, so that no cell reaches into its neighbour. That
/// holds while the upper half of every cell of every argument is zero. Written out rather than in small functions: a call
/// costs more than what they would do.
library Cells {
    // A constant made of other constants is worked out, with checks, wherever it is used: so these are literals.
    /// @dev All 16 bits of each cell.
    uint256 internal constant FULL = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
    /// @dev The carry bit of each cell.
    uint256 internal constant CARRY = 0x0001000000010000000100000001000000010000000100000001000000010000;

    /// @notice `a` less `b`, but no less than `least`, and no less than zero: cell by cell.
    function minusDownTo(uint256 a, uint256 b, uint256 least) internal pure returns (uint256 rest) {
        unchecked {
            rest = (a | CARRY) - b;
            uint256 carry = rest & CARRY;
            // 16 ones where a carry is set: the rest where `a` is at least `b`, and zero elsewhere.
            rest &= carry - (carry >> 16);
            carry = ((least | CARRY) - rest) & CARRY;
            // Exchanged where `least` is at least the rest.
            rest ^= (least ^ rest) & (carry - (carry >> 16));
        }
    }

    /// @notice `share` of the larger of `a` and `b`, in 1/65536 and at most 65536 of them, rounded down: cell by cell.
    function portionOfLarger(uint256 a, uint256 b, uint256 share) internal pure returns (uint256) {
        unchecked {
            uint256 carry = ((a | CARRY) - b) & CARRY;
            uint256 larger = b ^ ((a ^ b) & (carry - (carry >> 16)));
            // A cell just holds 65535 * 65536.
            return ((larger * share) >> 16) & FULL;
        }
    }
}
