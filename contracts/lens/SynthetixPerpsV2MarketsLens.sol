// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    ISynthetixAddressResolver,
    ISynthetixFuturesMarketManager,
    ISynthetixPerpsV2Market,
    ISynthetixPerpsV2Settings
} from "../interfaces/external/ISynthetixPerpsV2.sol";
import {Words} from "./Words.sol";

/// @title SynthetixPerpsV2MarketsLens
/// @notice Reads markets `from` and on of Synthetix Perps v2, as many as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Markets listed | markets answered << 16; sUSD; least and largest fee of a flagger; its share of value; fee of a
/// liquidator. For each market 10 words: market | 1 << 160 if its price may be used; name of its parameters; name of its price;
/// price; size << 128 | skew; sum of funding up to this block; funding a day; largest leverage; scale of the skew; buffer
/// ratio << 128 | premium factor.
contract SynthetixPerpsV2MarketsLens {
    using Words for Words.List;

    uint256 internal constant MARKET_WORDS = 10;
    uint256 internal constant MARKET_GAS = 3_000_000;

    /// @param manager The FuturesMarketManager.
    /// @param from Position in the list of markets to begin with.
    constructor(ISynthetixFuturesMarketManager manager, uint256 from) {
        ISynthetixAddressResolver resolver = manager.resolver();
        ISynthetixPerpsV2Settings settings = ISynthetixPerpsV2Settings(resolver.getAddress("PerpsV2MarketSettings"));
        address[] memory markets = manager.allMarkets(true);
        Words.List memory out = Words.create();
        out.push(0);
        out.push(uint160(resolver.getAddress("ProxysUSD")));
        out.push(settings.minKeeperFee());
        out.push(settings.maxKeeperFee());
        out.push(settings.liquidationFeeRatio());
        out.push(settings.keeperLiquidationFee());
        uint256 next = from;
        while (next < markets.length && out.hasRoom(MARKET_WORDS, MARKET_GAS)) {
            _pushMarket(out, settings, ISynthetixPerpsV2Market(markets[next++]));
        }
        out.data[0] = markets.length | ((next - from) << 16);
        out.finish();
    }

    function _pushMarket(
        Words.List memory out,
        ISynthetixPerpsV2Settings settings,
        ISynthetixPerpsV2Market market
    ) private view {
        bytes32 key = market.marketKey();
        (uint256 price, bool invalid) = market.assetPrice();
        (int256 unrecorded, ) = market.unrecordedFunding();
        out.push(uint160(address(market)) | (invalid ? 0 : 1 << 160));
        out.push(uint256(key));
        out.push(uint256(market.baseAsset()));
        out.push(price);
        out.push((uint256(market.marketSize()) << 128) | uint128(market.marketSkew()));
        out.push(uint256(market.fundingSequence(market.fundingSequenceLength() - 1) + unrecorded));
        out.push(uint256(market.currentFundingRate()));
        out.push(settings.maxLeverage(key));
        out.push(settings.skewScale(key));
        out.push((settings.liquidationBufferRatio(key) << 128) | settings.liquidationPremiumMultiplier(key));
    }
}
