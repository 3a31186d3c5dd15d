// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IMorphoOracle
/// @notice What Morpho Blue, and pre-liquidation contracts beside it, ask an oracle. Source: morpho-blue 1.0.0, IOracle.
interface IMorphoOracle {
    /// @notice Price of 1 unit of the collateral token in units of the loan token, scaled by 1e36.
    function price() external view returns (uint256);
}

/// @title IMorpho
/// @notice The reads of Morpho Blue that the adapters make. Source: morpho-blue 1.0.0, IMorphoStaticTyping.
interface IMorpho {
    /// @notice What `account` has in market `id`.
    function position(
        bytes32 id,
        address account
    ) external view returns (uint256 supplyShares, uint128 borrowShares, uint128 collateral);

    /// @notice Totals of market `id`, without interest since `lastUpdate`.
    function market(
        bytes32 id
    )
        external
        view
        returns (
            uint128 totalSupplyAssets,
            uint128 totalSupplyShares,
            uint128 totalBorrowAssets,
            uint128 totalBorrowShares,
            uint128 lastUpdate,
            uint128 fee
        );

    /// @notice What `id` is the hash of.
    function idToMarketParams(
        bytes32 id
    ) external view returns (address loanToken, address collateralToken, address oracle, address irm, uint256 lltv);
}
