// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IUniswapV3Pool} from "../interfaces/external/IUniswapV3Pool.sol";
import {Words} from "./Words.sol";

/// @title UniswapV3Lens
/// @notice Reads a Uniswap v3 pool and the initialised ticks in words `from` to `to` of its tick bitmap, as many words as fit,
/// in one `eth_call` of this init code.
///
/// ANSWER, in words. Ticks answered | words of the bitmap read << 16; tick << 160 | square root of the price;
/// tick spacing << 152 | fee << 128 | liquidity in range; token0; token1; then for each tick, ascending:
/// tick << 128 | net liquidity. Negative numbers in two's complement of their own width.
contract UniswapV3Lens {
    using Words for Words.List;

    uint256 internal constant WORD_GAS = 20_000;
    uint256 internal constant TICK_GAS = 20_000;

    /// @param pool The pool.
    /// @param from First word of the bitmap.
    /// @param to Last word of the bitmap; none is read where it is below `from`.
    constructor(IUniswapV3Pool pool, int16 from, int16 to) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 header = _pushState(out, pool);
        int24 spacing = pool.tickSpacing();
        int256 position = from;
        for (; position <= to; ++position) {
            uint256 bitmap = pool.tickBitmap(int16(position));
            uint256 ticks = _bits(bitmap);
            if (!out.hasRoom(ticks, WORD_GAS + TICK_GAS * ticks)) break;
            _pushTicks(out, pool, bitmap, (position * 256) * spacing);
        }
        out.data[0] = (out.count - header) | (uint256(position - from) << 16);
        out.finish();
    }

    function _pushState(Words.List memory out, IUniswapV3Pool pool) private view returns (uint256 count) {
        (uint160 sqrtPriceX96, int24 tick, , , , , ) = pool.slot0();
        out.push((uint256(uint24(tick)) << 160) | sqrtPriceX96);
        out.push((uint256(uint24(pool.tickSpacing())) << 152) | (uint256(pool.fee()) << 128) | pool.liquidity());
        out.push(uint160(pool.token0()));
        out.push(uint160(pool.token1()));
        return out.count;
    }

    function _pushTicks(Words.List memory out, IUniswapV3Pool pool, uint256 bitmap, int256 first) private view {
        if (bitmap == 0) return;
        int24 spacing = pool.tickSpacing();
        for (uint256 bit; bit < 256; ++bit) {
            if ((bitmap >> bit) & 1 == 0) continue;
            int24 tick = int24(first + int256(bit) * spacing);
            (, int128 net, , , , , , ) = pool.ticks(tick);
            out.push((uint256(uint24(tick)) << 128) | uint128(net));
        }
    }

    function _bits(uint256 bitmap) private pure returns (uint256 count) {
        for (; bitmap != 0; bitmap &= bitmap - 1) ++count;
    }
}
