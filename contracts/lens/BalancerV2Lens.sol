// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IBalancerV2Pool, IBalancerV2Vault} from "../interfaces/external/IBalancerV2.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title BalancerV2Lens
/// @notice Reads a Balancer v2 pool, weighted or stable, and some of its own quotes, in one `eth_call` of this init code.
///
/// ANSWER, in words. Tokens | quotes << 8 | 1 << 16 if it has weights | 1 << 17 if it has an amplification | 1 << 18 if it
/// is paused | place of its own share among the tokens << 24, 255 where that is none of them; swap fee; amplification; unit
/// of the amplification; then for each token 4 words: token; balance; weight, or 0; scaling factor, `type(uint256).max`
/// where unknown. Then for each quote 2 words: j << 136 | i << 128 | amount of i; what the pool says it gives of j,
/// `type(uint256).max` where it reverts.
contract BalancerV2Lens {
    using Words for Words.List;

    /// @dev Quotes asked for, of each token for the next one: the balance over powers of this.
    uint256 internal constant PART = 11;
    uint256 internal constant QUOTES = 6;

    uint256 internal constant QUOTE_GAS = 1_000_000;
    uint256 internal constant NOWHERE = 255;

    /// @dev What is read of a pool.
    struct Pool {
        IBalancerV2Vault vault;
        bytes32 id;
        address[] tokens;
        uint256[] balances;
        uint256 bpt;
    }

    /// @param at The pool.
    constructor(IBalancerV2Pool at) {
        Pool memory pool;
        pool.vault = IBalancerV2Vault(at.getVault());
        pool.id = at.getPoolId();
        (pool.tokens, pool.balances, ) = pool.vault.getPoolTokens(pool.id);
        bool ok;
        (ok, pool.bpt) = Probe.word(address(at), abi.encodeCall(at.getBptIndex, ()));
        if (!ok) pool.bpt = NOWHERE;
        Words.List memory out = Words.create();
        _pushState(out, at, pool);
        uint256 quotes;
        for (uint256 i; i < pool.tokens.length; ++i) {
            uint256 j = (i + 1) % pool.tokens.length;
            if (j == pool.bpt) j = (j + 1) % pool.tokens.length;
            if (i == pool.bpt || i == j) continue;
            for (uint256 q = 1; q <= QUOTES; ++q) _pushQuote(out, pool, [i, j, pool.balances[i] / PART ** q]);
            quotes += QUOTES;
        }
        out.data[0] |= quotes << 8;
        out.finish();
    }

    function _pushState(Words.List memory out, IBalancerV2Pool at, Pool memory pool) private view {
        uint256 count = pool.tokens.length;
        (uint256[] memory weights, bool isWeighted) = _list(address(at), at.getNormalizedWeights.selector, count);
        (uint256[] memory factors, bool hasFactors) = _list(address(at), at.getScalingFactors.selector, count);
        (bool isStable, bytes memory amp) = Probe.read(address(at), at.getAmplificationParameter.selector, 3);
        (bool isPaused, , ) = at.getPausedState();
        out.push(
            count | (isWeighted ? 1 << 16 : 0) | (isStable ? 1 << 17 : 0) | (isPaused ? 1 << 18 : 0) | (pool.bpt << 24)
        );
        out.push(at.getSwapFeePercentage());
        out.push(isStable ? Probe.at(amp, 0) : 0);
        out.push(isStable ? Probe.at(amp, 2) : 0);
        for (uint256 i; i < count; ++i) {
            out.push(uint160(pool.tokens[i]));
            out.push(pool.balances[i]);
            out.push(weights[i]);
            out.push(hasFactors ? factors[i] : _factor(pool.tokens[i]));
        }
    }

    function _pushQuote(Words.List memory out, Pool memory pool, uint256[3] memory trade) private {
        IBalancerV2Vault.BatchSwapStep[] memory swaps = new IBalancerV2Vault.BatchSwapStep[](1);
        swaps[0] = IBalancerV2Vault.BatchSwapStep(pool.id, 0, 1, trade[2], "");
        address[] memory assets = new address[](2);
        (assets[0], assets[1]) = (pool.tokens[trade[0]], pool.tokens[trade[1]]);
        IBalancerV2Vault.FundManagement memory funds;
        (funds.sender, funds.recipient) = (address(this), payable(address(this)));
        bytes memory data = abi.encodeCall(pool.vault.queryBatchSwap, (0, swaps, assets, funds));
        (bool ok, bytes memory answer) = address(pool.vault).call{gas: QUOTE_GAS}(data);
        out.push((trade[1] << 136) | (trade[0] << 128) | trade[2]);
        // The vault's list of two: place, length, what it gets, minus what it gives.
        unchecked {
            out.push(ok && answer.length >= 128 ? 0 - Probe.at(answer, 3) : type(uint256).max);
        }
    }

    function _list(address at, bytes4 selector, uint256 count) private view returns (uint256[] memory list, bool ok) {
        list = new uint256[](count);
        bytes memory answer;
        (ok, answer) = Probe.read(at, selector, 2 + count);
        for (uint256 i; ok && i < count; ++i) list[i] = Probe.at(answer, 2 + i);
    }

    function _factor(address token) private view returns (uint256) {
        (bool ok, uint256 decimals) = Probe.word(token, abi.encodeCall(IERC20Metadata.decimals, ()));
        return ok && decimals <= 18 ? 10 ** (36 - decimals) : type(uint256).max;
    }
}
