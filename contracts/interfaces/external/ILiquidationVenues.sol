// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The function of Aave v3's Pool that a liquidator calls.
interface IAaveLiquidation {
    /// @notice Repays up to `debtToCover` of `user`'s debt and seizes collateral with the bonus. `type(uint256).max` repays
    /// as much as the close factor allows.
    function liquidationCall(
        address collateralAsset,
        address debtAsset,
        address user,
        uint256 debtToCover,
        bool receiveAToken
    ) external;
}

/// @notice The function of Uniswap v3's SwapRouter that a liquidator calls.
interface ISwapRouterExactInput {
    /// @notice One exact-input swap.
    struct ExactInputParams {
        /// @dev Token, fee (3 bytes), token, and so on.
        bytes path;
        address recipient;
        /// @dev Unix seconds.
        uint256 deadline;
        /// @dev Raw units of the first token.
        uint256 amountIn;
        /// @dev Raw units of the last token.
        uint256 amountOutMinimum;
    }

    /// @notice Swaps `amountIn` along `path` (token, fee, token, ...).
    function exactInput(ExactInputParams calldata params) external payable returns (uint256 amountOut);
}
