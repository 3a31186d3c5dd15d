// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of a Uniswap v3 pool.
interface IUniswapV3Pool {
    /// @notice Liquidity was added between two ticks.
    event Mint(
        address sender,
        address indexed owner,
        int24 indexed tickLower,
        int24 indexed tickUpper,
        uint128 amount,
        uint256 amount0,
        uint256 amount1
    );

    /// @notice Liquidity was taken from between two ticks.
    event Burn(
        address indexed owner,
        int24 indexed tickLower,
        int24 indexed tickUpper,
        uint128 amount,
        uint256 amount0,
        uint256 amount1
    );

    /// @notice The token with the lower address.
    function token0() external view returns (address);

    /// @notice The token with the higher address.
    function token1() external view returns (address);

    /// @notice Fee in hundredths of a basis point.
    function fee() external view returns (uint24);

    /// @notice Distance between usable ticks.
    function tickSpacing() external view returns (int24);

    /// @notice Liquidity in range.
    function liquidity() external view returns (uint128);

    /// @notice Price as a Q64.96 square root, tick, oracle position, protocol fee and lock.
    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool);

    /// @notice 256 ticks a word: a set bit is an initialised tick.
    function tickBitmap(int16 wordPosition) external view returns (uint256);

    /// @notice A tick: gross and net liquidity first.
    function ticks(int24 tick) external view returns (uint128, int128, uint256, uint256, int56, uint160, uint32, bool);
}
