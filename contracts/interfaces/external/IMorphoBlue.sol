// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IMorphoEvents
/// @notice What Morpho Blue emits when a market or a borrower's position changes. Source: morpho-blue 1.0.0, EventsLib.
interface IMorphoEvents {
    /// @notice What a market's id is the hash of.
    struct MarketParams {
        address loanToken;
        address collateralToken;
        address oracle;
        address irm;
        uint256 lltv;
    }

    /// @notice Anybody made market `id`.
    event CreateMarket(bytes32 indexed id, MarketParams marketParams);

    /// @notice `onBehalf` owes `shares` more.
    event Borrow(
        bytes32 indexed id,
        address caller,
        address indexed onBehalf,
        address indexed receiver,
        uint256 assets,
        uint256 shares
    );

    /// @notice `onBehalf` owes `shares` less.
    event Repay(bytes32 indexed id, address indexed caller, address indexed onBehalf, uint256 assets, uint256 shares);

    /// @notice `onBehalf` has more collateral.
    event SupplyCollateral(bytes32 indexed id, address indexed caller, address indexed onBehalf, uint256 assets);

    /// @notice `onBehalf` has less collateral.
    event WithdrawCollateral(
        bytes32 indexed id,
        address caller,
        address indexed onBehalf,
        address indexed receiver,
        uint256 assets
    );

    /// @notice `caller` repaid debt of `borrower` and took collateral for it; what then has no collateral left is written off.
    event Liquidate(
        bytes32 indexed id,
        address indexed caller,
        address indexed borrower,
        uint256 repaidAssets,
        uint256 repaidShares,
        uint256 seizedAssets,
        uint256 badDebtAssets,
        uint256 badDebtShares
    );
}

/// @title IMorphoIrm
/// @notice An interest rate model of Morpho Blue. Source: morpho-blue 1.0.0, IIrm.
interface IMorphoIrm {
    /// @notice Totals of a market, without interest since `lastUpdate`.
    struct Market {
        uint128 totalSupplyAssets;
        uint128 totalSupplyShares;
        uint128 totalBorrowAssets;
        uint128 totalBorrowShares;
        uint128 lastUpdate;
        uint128 fee;
    }

    /// @notice What borrowers pay a second since the last update, scaled by 1e18.
    function borrowRateView(
        IMorphoEvents.MarketParams calldata marketParams,
        Market calldata market
    ) external view returns (uint256);
}
