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

    /// @dev Finding one word of the bitmap, and reading one tick.
    uint256 internal constant WORD_GAS = 20_000;
    uint256 internal constant TICK_GAS = 20_000;

    /// @param pool The pool.
    /// @param from First word of the bitmap.
    /// @param to Last word of the bitmap; none is read where it is below `from`.
    constructor(IUniswapV3Pool pool, int16 from, int16 to) {
        Words.List memory out = Words.create();
        out.push(0);
        int24 spacing = _pushState(out, pool);
        uint256 header = out.count;
        int256 position = from;
        while (true) {
            uint256 bitmap;
            (position, bitmap) = _nextWord(pool, position, to, WORD_GAS + out.count * Words.RETURN_GAS);
            uint256 ticks = _bits(bitmap);
            if (ticks == 0 || !out.hasRoom(ticks, WORD_GAS + TICK_GAS * ticks)) break;
            _pushTicks(out, pool, bitmap, position++ * 256 * spacing, spacing);
        }
        out.data[0] = (out.count - header) | (uint256(position - from) << 16);
        out.finish();
    }

    function _pushState(Words.List memory out, IUniswapV3Pool pool) private view returns (int24 spacing) {
        spacing = pool.tickSpacing();
        (uint160 sqrtPriceX96, int24 tick, , , , , ) = pool.slot0();
        out.push((uint256(uint24(tick)) << 160) | sqrtPriceX96);
        out.push((uint256(uint24(spacing)) << 152) | (uint256(pool.fee()) << 128) | pool.liquidity());
        out.push(uint160(pool.token0()));
        out.push(uint160(pool.token1()));
    }

    /// @dev The first word from `position` on that is not 0, or 0 past `to` or where less than `minGas` is left. In assembly
    /// because a pool has thousands of empty words and some nodes charge time for every instruction.
    function _nextWord(
        IUniswapV3Pool pool,
        int256 position,
        int256 to,
        uint256 minGas
    ) private view returns (int256 at, uint256 bitmap) {
        bytes4 selector = IUniswapV3Pool.tickBitmap.selector;
        at = position;
        assembly ("memory-safe") {
            mstore(0, selector)
            for {} iszero(sgt(at, to)) {
                at := add(at, 1)
            } {
                if lt(gas(), minGas) {
                    break
                }
                mstore(4, at)
                if iszero(staticcall(gas(), pool, 0, 36, 32, 32)) {
                    revert(0, 0)
                }
                bitmap := mload(32)
                if bitmap {
                    break
                }
            }
        }
    }

    function _pushTicks(
        Words.List memory out,
        IUniswapV3Pool pool,
        uint256 bitmap,
        int256 first,
        int24 spacing
    ) private view {
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
