// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of a market of Synthetix Perps v2, through its proxy. Amounts, sizes and prices have 18 decimals.
interface ISynthetixPerpsV2Market {
    /// @notice A position: its margin and the price as of its last change, and the entry of the funding sequence of that moment.
    struct Position {
        uint64 id;
        uint64 lastFundingIndex;
        uint128 margin;
        uint128 lastPrice;
        int128 size;
    }

    /// @notice Margin or size of a position changed; emitted by the proxy.
    event PositionModified(
        uint256 indexed id,
        address indexed account,
        uint256 margin,
        int256 size,
        int256 tradeSize,
        uint256 lastPrice,
        uint256 fundingIndex,
        uint256 fee,
        int256 skew
    );

    /// @notice Name of the market's parameters.
    function marketKey() external view returns (bytes32);

    /// @notice Name of the price that it follows.
    function baseAsset() external view returns (bytes32);

    /// @notice The price, and whether it may not be used.
    function assetPrice() external view returns (uint256 price, bool invalid);

    /// @notice Sum of all sizes, each without its sign.
    function marketSize() external view returns (uint128);

    /// @notice Sum of all sizes.
    function marketSkew() external view returns (int128);

    /// @notice Funding a day, as a share of value; longs pay where it is positive.
    function currentFundingRate() external view returns (int256);

    /// @notice Funding a unit of size gets since the sequence's last entry.
    function unrecordedFunding() external view returns (int256 funding, bool invalid);

    /// @notice Sum of funding that a unit of size got up to an entry.
    function fundingSequence(uint256 index) external view returns (int128);

    /// @notice Entries of the sequence.
    function fundingSequenceLength() external view returns (uint256);

    /// @notice The position of an account.
    function positions(address account) external view returns (Position memory);
}

/// @notice Parameters of Synthetix Perps v2, 18 decimals.
interface ISynthetixPerpsV2Settings {
    /// @notice Largest value of a position as a multiple of its margin.
    function maxLeverage(bytes32 marketKey) external view returns (uint256);

    /// @notice Skew at which a trade pays the whole price as premium.
    function skewScale(bytes32 marketKey) external view returns (uint256);

    /// @notice Share of a position's value that its margin must exceed, beside fees.
    function liquidationBufferRatio(bytes32 marketKey) external view returns (uint256);

    /// @notice Factor of the premium that a liquidation counts for its size.
    function liquidationPremiumMultiplier(bytes32 marketKey) external view returns (uint256);

    /// @notice Least that the flagger of a position gets.
    function minKeeperFee() external view returns (uint256);

    /// @notice Most that the flagger of a position gets.
    function maxKeeperFee() external view returns (uint256);

    /// @notice Share of a position's value that its flagger gets.
    function liquidationFeeRatio() external view returns (uint256);

    /// @notice What the liquidator of a flagged position gets.
    function keeperLiquidationFee() external view returns (uint256);
}

/// @notice Synthetix's list of markets.
interface ISynthetixFuturesMarketManager {
    /// @notice Markets of Perps v2, or of what was before.
    function allMarkets(bool proxiedMarkets) external view returns (address[] memory);

    /// @notice Where contracts are found by name.
    function resolver() external view returns (ISynthetixAddressResolver);
}

/// @notice Synthetix's contracts by name.
interface ISynthetixAddressResolver {
    /// @notice The contract, 0 where there is none.
    function getAddress(bytes32 name) external view returns (address);
}
