// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICurvePool} from "../interfaces/external/ICurvePool.sol";
import {CurveCoins} from "./CurveCoins.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title CurveCryptoLens
/// @notice Reads a Curve crypto pool, and some of its own quotes, in one `eth_call` of this init code.
///
/// ANSWER, in words. Tokens | quotes << 8; A; gamma; D; mid fee; out fee; fee gamma; end of the last ramp; then for each
/// token 4 words: token; balance; price scale, 1e18 for the first; decimals, `type(uint256).max` where unknown. Then for
/// each quote 2 words: j << 136 | i << 128 | amount of i; what the pool says it gives of j, `type(uint256).max` where it
/// reverts.
contract CurveCryptoLens {
    using Words for Words.List;

    /// @dev Quotes asked for, of each token for the next one: the balance over powers of this.
    uint256 internal constant PART = 11;
    uint256 internal constant QUOTES = 6;

    /// @param pool The pool.
    constructor(ICurvePool pool) {
        Words.List memory out = Words.create();
        CurveCoins.Coin[] memory coins = CurveCoins.read(address(pool));
        out.push(coins.length | ((QUOTES * coins.length) << 8));
        out.push(pool.A());
        out.push(pool.gamma());
        out.push(pool.D());
        out.push(pool.mid_fee());
        out.push(pool.out_fee());
        out.push(pool.fee_gamma());
        (, uint256 rampEnd) = Probe.word(address(pool), abi.encodeCall(pool.future_A_gamma_time, ()));
        out.push(rampEnd);
        for (uint256 i; i < coins.length; ++i) {
            out.push(uint160(coins[i].token));
            out.push(coins[i].balance);
            out.push(_priceScale(pool, coins.length, i));
            out.push(coins[i].decimals);
        }
        for (uint256 i; i < coins.length; ++i) {
            for (uint256 q = 1; q <= QUOTES; ++q) {
                _pushQuote(out, pool, [i, (i + 1) % coins.length, coins[i].balance / PART ** q]);
            }
        }
        out.finish();
    }

    function _priceScale(ICurvePool pool, uint256 count, uint256 i) private view returns (uint256) {
        if (i == 0) return 1e18;
        return count == 2 ? pool.price_scale() : pool.price_scale(i - 1);
    }

    function _pushQuote(Words.List memory out, ICurvePool pool, uint256[3] memory trade) private view {
        (bool ok, uint256 dy) = Probe.word(
            address(pool),
            abi.encodeWithSignature("get_dy(uint256,uint256,uint256)", trade[0], trade[1], trade[2])
        );
        out.push((trade[1] << 136) | (trade[0] << 128) | trade[2]);
        out.push(ok ? dy : type(uint256).max);
    }
}
