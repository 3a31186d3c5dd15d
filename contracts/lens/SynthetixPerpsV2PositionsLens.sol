// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISynthetixPerpsV2Market} from "../interfaces/external/ISynthetixPerpsV2.sol";
import {Words} from "./Words.sol";

/// @title SynthetixPerpsV2PositionsLens
/// @notice Reads positions of Synthetix Perps v2, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Positions answered. For each 3 words: margin << 128 | price as of its last change; size; sum of funding as of
/// its last change.
contract SynthetixPerpsV2PositionsLens {
    using Words for Words.List;

    uint256 internal constant POSITION_WORDS = 3;
    uint256 internal constant POSITION_GAS = 300_000;

    /// @notice An account in a market.
    struct Key {
        ISynthetixPerpsV2Market market;
        address account;
    }

    /// @param keys Positions to read, in this order.
    constructor(Key[] memory keys) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < keys.length && out.hasRoom(POSITION_WORDS, POSITION_GAS); ++done) {
            ISynthetixPerpsV2Market market = keys[done].market;
            ISynthetixPerpsV2Market.Position memory p = market.positions(keys[done].account);
            out.push((uint256(p.margin) << 128) | p.lastPrice);
            out.push(uint256(int256(p.size)));
            out.push(p.size == 0 ? 0 : uint256(int256(market.fundingSequence(p.lastFundingIndex))));
        }
        out.data[0] = done;
        out.finish();
    }
}
