// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of the Uniswap v4 pool manager.
interface IUniswapV4PoolManager {
    /// @notice Liquidity of a pool changed between two ticks.
    event ModifyLiquidity(
        bytes32 indexed id,
        address indexed sender,
        int24 tickLower,
        int24 tickUpper,
        int256 liquidityDelta,
        bytes32 salt
    );

    /// @notice The word at a storage slot.
    function extsload(bytes32 slot) external view returns (bytes32);
}
