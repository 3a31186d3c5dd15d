// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMorpho} from "../interfaces/external/IMorpho.sol";
import {Words} from "./Words.sol";

/// @title MorphoParamsLens
/// @notice Reads what never changes of markets of Morpho Blue, of as many of those given as fit, in one `eth_call` of this init
/// code.
///
/// ANSWER, in words. Markets answered. For each market 2 words: 1 if it exists << 224 | LLTV << 160 | loan token; collateral token.
contract MorphoParamsLens {
    using Words for Words.List;

    uint256 internal constant MARKET_WORDS = 2;
    uint256 internal constant MARKET_GAS = 60_000;

    /// @param morpho Morpho Blue.
    /// @param ids Markets to read, in this order.
    constructor(IMorpho morpho, bytes32[] memory ids) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < ids.length && out.hasRoom(MARKET_WORDS, MARKET_GAS); ++done) {
            (, , , , uint256 lastUpdate, ) = morpho.market(ids[done]);
            (address loan, address collateral, , , uint256 lltv) = morpho.idToMarketParams(ids[done]);
            out.push((lastUpdate == 0 ? 0 : 1 << 224) | (lltv << 160) | uint160(loan));
            out.push(uint160(collateral));
        }
        out.data[0] = done;
        out.finish();
    }
}
