// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Words
/// @notice The answer of a lens: a growing list of 32-byte words that a constructor returns in place of code.
///
/// LIMITS. Nodes hold such an answer to the rules for deployed code: at most 24 576 bytes, 200 gas a byte, first byte not 0xef.
library Words {
    /// @notice 24 576 bytes.
    uint256 internal constant MAX = 768;

    /// @notice Gas that returning one word costs.
    uint256 internal constant RETURN_GAS = 6_400;

    /// @notice A list under construction. `count` words of `data` are set.
    struct List {
        uint256[] data;
        uint256 count;
    }

    /// @notice Makes an empty list of the largest size that can be returned.
    function create() internal pure returns (List memory list) {
        list.data = new uint256[](MAX);
    }

    /// @notice Appends a word.
    function push(List memory list, uint256 word) internal pure {
        list.data[list.count++] = word;
    }

    /// @notice Whether `extra` words more can be returned, with `gas` left for the work on them.
    function hasRoom(List memory list, uint256 extra, uint256 gas) internal view returns (bool) {
        uint256 words = list.count + extra;
        return words <= MAX && gasleft() > gas + words * RETURN_GAS;
    }

    /// @notice Ends the constructor with the list as its answer.
    function finish(List memory list) internal pure {
        uint256[] memory data = list.data;
        uint256 size = list.count * 32;
        assembly ("memory-safe") {
            return(add(data, 32), size)
        }
    }
}
