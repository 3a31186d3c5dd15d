// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    IPerpetualV2AccountBalance,
    IPerpetualV2BaseToken,
    IPerpetualV2ClearingHouse,
    IPerpetualV2Config,
    IPerpetualV2Exchange,
    IPerpetualV2InsuranceFund,
    IPerpetualV2MarketRegistry,
    IPerpetualV2Vault
} from "../interfaces/external/IPerpetualV2.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title PerpetualV2MarketsLens
/// @notice Reads a deployment of Perpetual v2 and as many of the markets given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Markets answered | decimals of the settlement token << 16 | 1 << 32 if the fund answered; vault; positions;
/// exchange; list of markets; insurance fund; settlement token; initial ratio | maintenance ratio << 32 | penalty ratio << 64 |
/// largest funding << 96 | averaging interval << 128; capacity of the fund. For each market 7 words: 1 if open | 2 if closed | 4,
/// 8, 16, 32 if the next four were read | 64 if it is listed | length of the symbol << 16; price of positions; index price; average of the square root
/// of the market's price; average of the index; two words of the symbol. All of a market that is not listed is 0.
contract PerpetualV2MarketsLens {
    using Words for Words.List;

    uint256 internal constant MARKET_WORDS = 7;
    uint256 internal constant MARKET_GAS = 4_000_000;

    /// @param clearingHouse The ClearingHouse.
    /// @param baseTokens Markets to read, in this order.
    constructor(IPerpetualV2ClearingHouse clearingHouse, IPerpetualV2BaseToken[] memory baseTokens) {
        Words.List memory out = Words.create();
        uint32 interval = _pushHeader(out, clearingHouse);
        IPerpetualV2AccountBalance positions = IPerpetualV2AccountBalance(clearingHouse.getAccountBalance());
        IPerpetualV2Exchange exchange = IPerpetualV2Exchange(clearingHouse.getExchange());
        IPerpetualV2MarketRegistry registry = IPerpetualV2MarketRegistry(exchange.getMarketRegistry());
        uint256 done;
        for (; done < baseTokens.length && out.hasRoom(MARKET_WORDS, MARKET_GAS); ++done) {
            if (registry.hasPool(address(baseTokens[done]))) {
                _pushMarket(out, positions, exchange, baseTokens[done], interval);
            } else {
                out.count += MARKET_WORDS;
            }
        }
        out.data[0] |= done;
        out.finish();
    }

    function _pushHeader(
        Words.List memory out,
        IPerpetualV2ClearingHouse clearingHouse
    ) private view returns (uint32 interval) {
        IPerpetualV2Config config = IPerpetualV2Config(clearingHouse.getClearingHouseConfig());
        IPerpetualV2Vault vault = IPerpetualV2Vault(clearingHouse.getVault());
        address fund = clearingHouse.getInsuranceFund();
        address exchange = clearingHouse.getExchange();
        interval = config.getTwapInterval();
        (bool ok, uint256 capacity) = Probe.word(
            fund,
            abi.encodeCall(IPerpetualV2InsuranceFund.getInsuranceFundCapacity, ())
        );
        out.push((uint256(vault.decimals()) << 16) | (ok ? 1 << 32 : 0));
        out.push(uint160(address(vault)));
        out.push(uint160(clearingHouse.getAccountBalance()));
        out.push(uint160(exchange));
        out.push(uint160(IPerpetualV2Exchange(exchange).getMarketRegistry()));
        out.push(uint160(fund));
        out.push(uint160(vault.getSettlementToken()));
        out.push(
            uint256(config.getImRatio()) |
                (uint256(config.getMmRatio()) << 32) |
                (uint256(config.getLiquidationPenaltyRatio()) << 64) |
                (uint256(config.getMaxFundingRate()) << 96) |
                (uint256(interval) << 128)
        );
        out.push(capacity);
    }

    function _pushMarket(
        Words.List memory out,
        IPerpetualV2AccountBalance positions,
        IPerpetualV2Exchange exchange,
        IPerpetualV2BaseToken token,
        uint32 interval
    ) private view {
        uint256 first = out.count;
        out.push(0);
        bool open = token.isOpen();
        bool closed = token.isClosed();
        uint256 bits = (open ? 1 : 0) | (closed ? 2 : 0) | 64;
        if (open) {
            bits |= _pushWord(out, address(positions), abi.encodeCall(positions.getMarkPrice, (address(token))), 4);
        } else {
            out.push(closed ? token.getClosedPrice() : token.getPausedIndexPrice());
            bits |= 4;
        }
        bits |= _pushWord(out, address(token), abi.encodeCall(token.getIndexPrice, (0)), 8);
        bits |= _pushWord(
            out,
            address(exchange),
            abi.encodeCall(exchange.getSqrtMarketTwapX96, (address(token), interval)),
            16
        );
        bits |= _pushWord(out, address(token), abi.encodeCall(token.getIndexPrice, (interval)), 32);
        (uint256 length, uint256 head, uint256 tail) = Probe.text(address(token), token.symbol.selector);
        out.push(head);
        out.push(tail);
        out.data[first] = bits | (length << 16);
    }

    function _pushWord(
        Words.List memory out,
        address target,
        bytes memory data,
        uint256 bit
    ) private view returns (uint256) {
        (bool ok, uint256 value) = Probe.word(target, data);
        out.push(value);
        return ok ? bit : 0;
    }
}
