// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of a Uniswap v2 pair.
interface IUniswapV2Pair {
    /// @notice The token with the lower address.
    function token0() external view returns (address);

    /// @notice The token with the higher address.
    function token1() external view returns (address);

    /// @notice Reserves as of the last update, and its time.
    function getReserves() external view returns (uint112, uint112, uint32);
}
