// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev Runtime code of breakers that fail or answer nonsense.
library BrokenBreakers {
    /// @dev Reverts; loops forever; returns a megabyte of zeros; returns 7; returns one byte; is not there.
    function codes() internal pure returns (bytes[] memory broken) {
        broken = new bytes[](6);
        broken[0] = hex"5f5ffd";
        broken[1] = hex"5b5f56";
        broken[2] = hex"621000005ff3";
        broken[3] = hex"60075f5260205ff3";
        broken[4] = hex"60015ff3";
    }
}
