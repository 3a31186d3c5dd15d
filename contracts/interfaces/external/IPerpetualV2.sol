// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of Perpetual v2's ClearingHouse: its parts, and its events.
interface IPerpetualV2ClearingHouse {
    /// @notice A taker's position changed.
    event PositionChanged(
        address indexed trader,
        address indexed baseToken,
        int256 exchangedPositionSize,
        int256 exchangedPositionNotional,
        uint256 fee,
        int256 openNotional,
        int256 realizedPnl,
        uint256 sqrtPriceAfterX96
    );

    /// @notice A position was taken over by `liquidator`.
    event PositionLiquidated(
        address indexed trader,
        address indexed baseToken,
        uint256 positionNotional,
        uint256 positionSize,
        uint256 liquidationFee,
        address liquidator
    );

    /// @notice A position was settled in a closed market.
    event PositionClosed(
        address indexed trader,
        address indexed baseToken,
        int256 closedPositionSize,
        int256 closedPositionNotional,
        int256 openNotional,
        int256 realizedPnl,
        uint256 closedPrice
    );

    /// @notice A maker added or removed liquidity.
    event LiquidityChanged(
        address indexed maker,
        address indexed baseToken,
        address indexed quoteToken,
        int24 lowerTick,
        int24 upperTick,
        int256 base,
        int256 quote,
        int128 liquidity,
        uint256 quoteFee
    );

    /// @notice Funding was charged to a trader; negative where it was paid out.
    event FundingPaymentSettled(address indexed trader, address indexed baseToken, int256 fundingPayment);

    /// @notice Margin of every account.
    function getVault() external view returns (address);

    /// @notice Swaps and funding.
    function getExchange() external view returns (address);

    /// @notice Positions.
    function getAccountBalance() external view returns (address);

    /// @notice Ratios and intervals.
    function getClearingHouseConfig() external view returns (address);

    /// @notice What pays bad debt.
    function getInsuranceFund() external view returns (address);
}

/// @notice Perpetual v2's parameters, the same for all markets. Ratios in 1e-6.
interface IPerpetualV2Config {
    /// @notice Margin to open a position, as a share of its value.
    function getImRatio() external view returns (uint24);

    /// @notice Margin below which a position may be liquidated, as a share of its value.
    function getMmRatio() external view returns (uint24);

    /// @notice Share of a liquidated value that the trader loses.
    function getLiquidationPenaltyRatio() external view returns (uint24);

    /// @notice Seconds over which funding averages its two prices.
    function getTwapInterval() external view returns (uint32);

    /// @notice Largest difference of the two prices that funding counts, as a share of the index.
    function getMaxFundingRate() external view returns (uint24);
}

/// @notice Perpetual v2's positions. Sizes, values and prices have 18 decimals.
interface IPerpetualV2AccountBalance {
    /// @notice Profit or loss of a trader was realised.
    event PnlRealized(address indexed trader, int256 amount);

    /// @notice Markets in which a trader has a position or orders.
    function getBaseTokens(address trader) external view returns (address[] memory);

    /// @notice Size of a position, liquidity orders included; negative for a short.
    function getTotalPositionSize(address trader, address baseToken) external view returns (int256);

    /// @notice What a position cost, liquidity orders included; negative for a long.
    function getTotalOpenNotional(address trader, address baseToken) external view returns (int256);

    /// @notice Realised and not yet in the vault, unrealised, fees of orders not yet collected.
    function getPnlAndPendingFee(
        address trader
    ) external view returns (int256 owedRealizedPnl, int256 unrealizedPnl, uint256 pendingFee);

    /// @notice The price at which positions of an open market are valued.
    function getMarkPrice(address baseToken) external view returns (uint256);
}

/// @notice Perpetual v2's swaps and funding.
interface IPerpetualV2Exchange {
    /// @notice What a position owes in funding; negative where it is owed.
    function getPendingFundingPayment(address trader, address baseToken) external view returns (int256);

    /// @notice Square root of the market's own average price, 2^96-scaled.
    function getSqrtMarketTwapX96(address baseToken, uint32 twapInterval) external view returns (uint160);

    /// @notice Where markets are listed.
    function getMarketRegistry() external view returns (address);
}

/// @notice Perpetual v2's margin. Amounts in units of the settlement token.
interface IPerpetualV2Vault {
    /// @notice `trader` got `amount` of a token.
    event Deposited(address indexed collateralToken, address indexed trader, uint256 amount);

    /// @notice `trader` took out `amount` of a token.
    event Withdrawn(address indexed collateralToken, address indexed trader, uint256 amount);

    /// @notice Collateral other than the settlement token was sold to `liquidator`.
    event CollateralLiquidated(
        address indexed trader,
        address indexed collateralToken,
        address indexed liquidator,
        uint256 collateral,
        uint256 repaidSettlementWithoutInsuranceFundFee,
        uint256 insuranceFundFee,
        uint24 discountRatio
    );

    /// @notice The insurance fund took over what a trader owed.
    event BadDebtSettled(address indexed trader, uint256 amount);

    /// @notice The token in which profits and losses are paid.
    function getSettlementToken() external view returns (address);

    /// @notice Decimals of the settlement token, at most 18.
    function decimals() external view returns (uint8);

    /// @notice Settlement tokens of an account, negative where it owes.
    function getBalance(address trader) external view returns (int256);

    /// @notice Other tokens that an account deposited.
    function getCollateralTokens(address trader) external view returns (address[] memory);

    /// @notice Everything that an account is worth.
    function getAccountValue(address trader) external view returns (int256);

    /// @notice As `getAccountValue`, without other tokens than the settlement token.
    function getSettlementTokenValue(address trader) external view returns (int256);
}

/// @notice Perpetual v2's list of markets.
interface IPerpetualV2MarketRegistry {
    /// @notice A market was opened.
    event PoolAdded(address indexed baseToken, uint24 indexed feeRatio, address indexed pool);

    /// @notice Whether a base token is one of its markets.
    function hasPool(address baseToken) external view returns (bool);
}

/// @notice Perpetual v2's insurance fund.
interface IPerpetualV2InsuranceFund {
    /// @notice What it can pay, in units of the settlement token.
    function getInsuranceFundCapacity() external view returns (int256);
}

/// @notice A market of Perpetual v2. Prices have 18 decimals.
interface IPerpetualV2BaseToken {
    /// @notice Short name.
    function symbol() external view returns (string memory);

    /// @notice Whether it trades.
    function isOpen() external view returns (bool);

    /// @notice Whether its positions are being settled at a last price.
    function isClosed() external view returns (bool);

    /// @notice The last price; reverts before it is closed.
    function getClosedPrice() external view returns (uint256);

    /// @notice The index price of the moment in which it was paused.
    function getPausedIndexPrice() external view returns (uint256);

    /// @notice Average of the index price over `interval` seconds.
    function getIndexPrice(uint256 interval) external view returns (uint256);
}
