// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IUniswapV4PoolManager} from "../interfaces/external/IUniswapV4PoolManager.sol";
import {Words} from "./Words.sol";

/// @title UniswapV4Lens
/// @notice Reads a pool of the Uniswap v4 manager and the initialised ticks in words `from` to `to` of its tick bitmap, as many
/// words as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Ticks answered | words of the bitmap read << 16; the manager's first slot of the pool: fee for providers
/// << 208 | fee for the protocol << 184 | tick << 160 | square root of the price; liquidity in range; then for each tick,
/// ascending: tick << 128 | net liquidity. Negative numbers in two's complement of their own width.
///
/// STORAGE. The manager keeps pools by id at slot 6; of a pool: its state at 0, liquidity at 3, ticks at 4, bitmap at 5.
contract UniswapV4Lens {
    using Words for Words.List;

    /// @dev Finding one word of the bitmap, and reading one tick.
    uint256 internal constant WORD_GAS = 20_000;
    uint256 internal constant TICK_GAS = 20_000;

    uint256 internal constant POOLS_SLOT = 6;
    uint256 internal constant LIQUIDITY_OFFSET = 3;
    uint256 internal constant TICKS_OFFSET = 4;
    uint256 internal constant BITMAP_OFFSET = 5;

    /// @dev Where to look: the manager, and the first slot of the pool.
    struct Place {
        IUniswapV4PoolManager manager;
        uint256 slot;
        int24 spacing;
    }

    /// @param manager The pool manager.
    /// @param id The pool's id.
    /// @param spacing The pool's tick spacing.
    /// @param from First word of the bitmap.
    /// @param to Last word of the bitmap; none is read where it is below `from`.
    constructor(IUniswapV4PoolManager manager, bytes32 id, int24 spacing, int16 from, int16 to) {
        Place memory place = Place(manager, uint256(keccak256(abi.encode(id, POOLS_SLOT))), spacing);
        Words.List memory out = Words.create();
        out.push(0);
        out.push(_read(place, bytes32(place.slot)));
        out.push(uint128(_read(place, bytes32(place.slot + LIQUIDITY_OFFSET))));
        uint256 header = out.count;
        int256 position = from;
        for (; position <= to && gasleft() > WORD_GAS + out.count * Words.RETURN_GAS; ++position) {
            uint256 bitmap = _read(place, keccak256(abi.encode(position, place.slot + BITMAP_OFFSET)));
            if (bitmap == 0) continue;
            uint256 ticks = _bits(bitmap);
            if (!out.hasRoom(ticks, WORD_GAS + TICK_GAS * ticks)) break;
            _pushTicks(out, place, bitmap, position * 256 * spacing);
        }
        out.data[0] = (out.count - header) | (uint256(position - from) << 16);
        out.finish();
    }

    function _pushTicks(Words.List memory out, Place memory place, uint256 bitmap, int256 first) private view {
        for (uint256 bit; bit < 256; ++bit) {
            if ((bitmap >> bit) & 1 == 0) continue;
            int24 tick = int24(first + int256(bit) * place.spacing);
            uint256 word = _read(place, keccak256(abi.encode(tick, place.slot + TICKS_OFFSET)));
            out.push((uint256(uint24(tick)) << 128) | (word >> 128));
        }
    }

    function _read(Place memory place, bytes32 slot) private view returns (uint256) {
        return uint256(place.manager.extsload(slot));
    }

    function _bits(uint256 bitmap) private pure returns (uint256 count) {
        for (; bitmap != 0; bitmap &= bitmap - 1) ++count;
    }
}
