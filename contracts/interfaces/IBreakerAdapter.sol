// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IBreakerAdapter
/// @notice What an adapter between the breaker and a host protocol can enforce there.
interface IBreakerAdapter {
    /// @notice Cells of the level table that the adapter reaches.
    struct Capabilities {
        /// @dev Blocks new borrowing from NoNewLeverage on.
        bool blocksBorrow;
        /// @dev Blocks withdrawal of collateral by indebted accounts from NoNewLeverage on.
        bool blocksWithdrawal;
        /// @dev Limits liquidations by volume at Throttle.
        bool throttlesByVolume;
        /// @dev Limits liquidations to a part of the time at Throttle.
        bool throttlesByTime;
        /// @dev Blocks liquidations at Halt.
        bool blocksLiquidation;
        /// @dev Health factor (1e18 is 1) below which the host itself lets liquidations through; 0 when it has no such floor.
        uint64 hostFloor;
    }

    /// @notice What this adapter reaches; the level table is a ceiling.
    function capabilities() external view returns (Capabilities memory);
}
