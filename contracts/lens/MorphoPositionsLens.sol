// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMorpho} from "../interfaces/external/IMorpho.sol";
import {Words} from "./Words.sol";

/// @title MorphoPositionsLens
/// @notice Reads positions in markets of Morpho Blue, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Positions answered. For each position a word: borrowed shares << 128 | collateral.
contract MorphoPositionsLens {
    using Words for Words.List;

    uint256 internal constant POSITION_GAS = 20_000;

    /// @param morpho Morpho Blue.
    /// @param ids Market of each position.
    /// @param accounts Owner of each position.
    constructor(IMorpho morpho, bytes32[] memory ids, address[] memory accounts) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < ids.length && out.hasRoom(1, POSITION_GAS); ++done) {
            (, uint256 borrowShares, uint256 collateral) = morpho.position(ids[done], accounts[done]);
            out.push((borrowShares << 128) | collateral);
        }
        out.data[0] = done;
        out.finish();
    }
}
