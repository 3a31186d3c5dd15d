// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IUniswapV2Pair} from "../interfaces/external/IUniswapV2Pair.sol";
import {Words} from "./Words.sol";

/// @title UniswapV2Lens
/// @notice Reads a Uniswap v2 pair in one `eth_call` of this init code.
///
/// ANSWER, in words. Token0; token1; reserve of token1 << 128 | reserve of token0.
contract UniswapV2Lens {
    using Words for Words.List;

    /// @param pair The pair.
    constructor(IUniswapV2Pair pair) {
        Words.List memory out = Words.create();
        (uint112 reserve0, uint112 reserve1, ) = pair.getReserves();
        out.push(uint160(pair.token0()));
        out.push(uint160(pair.token1()));
        out.push((uint256(reserve1) << 128) | reserve0);
        out.finish();
    }
}
