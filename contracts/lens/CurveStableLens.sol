// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICurvePool} from "../interfaces/external/ICurvePool.sol";
import {CurveCoins} from "./CurveCoins.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title CurveStableLens
/// @notice Reads a Curve stable pool, and some of its own quotes, in one `eth_call` of this init code.
///
/// ANSWER, in words. Tokens | quotes << 8 | 1 << 16 if the amplification is in hundredths | 1 << 17 if the pool tells rates
/// | 1 << 18 if it is a metapool; amplification; fee; then for each token 4 words: token; balance; rate the pool tells,
/// or 0; decimals, `type(uint256).max` where unknown. Then for each quote 2 words: j << 136 | i << 128 | amount of i;
/// what the pool says it gives of j, `type(uint256).max` where it reverts.
contract CurveStableLens {
    using Words for Words.List;

    /// @dev Quotes asked for, of each token for the next one: the balance over powers of this.
    uint256 internal constant PART = 11;
    uint256 internal constant QUOTES = 6;

    /// @dev For how long a metapool uses the virtual price that it kept, seconds.
    uint256 internal constant BASE_CACHE_EXPIRES = 10 minutes;

    /// @param pool The pool.
    constructor(ICurvePool pool) {
        Words.List memory out = Words.create();
        CurveCoins.Coin[] memory coins = CurveCoins.read(address(pool));
        (bool precise, uint256 amp) = Probe.word(address(pool), abi.encodeCall(pool.A_precise, ()));
        if (!precise) amp = pool.A();
        (uint256[] memory rates, uint256 source) = _rates(pool, coins.length);
        out.push(coins.length | ((QUOTES * coins.length) << 8) | (precise ? 1 << 16 : 0) | (source << 17));
        out.push(amp);
        out.push(pool.fee());
        for (uint256 i; i < coins.length; ++i) {
            out.push(uint160(coins[i].token));
            out.push(coins[i].balance);
            out.push(rates[i]);
            out.push(coins[i].decimals);
        }
        for (uint256 i; i < coins.length; ++i) {
            for (uint256 q = 1; q <= QUOTES; ++q) {
                _pushQuote(out, pool, [i, (i + 1) % coins.length, coins[i].balance / PART ** q]);
            }
        }
        out.finish();
    }

    function _pushQuote(Words.List memory out, ICurvePool pool, uint256[3] memory trade) private view {
        (bool ok, uint256 dy) = Probe.word(
            address(pool),
            abi.encodeWithSignature("get_dy(int128,int128,uint256)", trade[0], trade[1], trade[2])
        );
        out.push((trade[1] << 136) | (trade[0] << 128) | trade[2]);
        out.push(ok ? dy : type(uint256).max);
    }

    function _rates(ICurvePool pool, uint256 count) private view returns (uint256[] memory rates, uint256 source) {
        rates = new uint256[](count);
        (bool ok, bytes memory answer) = Probe.read(address(pool), ICurvePool.stored_rates.selector, count);
        if (ok) {
            // A list of fixed length, or one that tells its length.
            uint256 from = Probe.at(answer, 0) == 32 ? 2 : 0;
            if (answer.length < (from + count) * 32) revert CurveCoins.NoCurvePool();
            for (uint256 i; i < count; ++i) rates[i] = Probe.at(answer, from + i);
            return (rates, 1);
        }
        (bool isMeta, uint256 base) = Probe.word(address(pool), abi.encodeCall(pool.base_pool, ()));
        if (!isMeta || base == 0) return (rates, 0);
        rates[count - 1] = _virtualPrice(pool, ICurvePool(address(uint160(base))));
        return (rates, 2);
    }

    function _virtualPrice(ICurvePool pool, ICurvePool base) private view returns (uint256) {
        (bool caches, uint256 updated) = Probe.word(address(pool), abi.encodeCall(pool.base_cache_updated, ()));
        if (caches && block.timestamp <= updated + BASE_CACHE_EXPIRES) return pool.base_virtual_price();
        return base.get_virtual_price();
    }
}
