// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IMorpho, IMorphoOracle} from "../interfaces/external/IMorpho.sol";
import {IMorphoEvents, IMorphoIrm} from "../interfaces/external/IMorphoBlue.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title MorphoMarketsLens
/// @notice Reads those markets of Morpho Blue in which anybody owes, of as many of those given as fit, in one `eth_call` of this
/// init code.
///
/// ANSWER, in words. Markets answered; as many words as hold a bit for each market given, bit i of word i / 256 set where market
/// i has debt. For each of those answered that has, 4 words: borrowed assets << 128 | borrowed shares; supplied assets << 128 |
/// 1 if the loan token's decimals were read << 56 | 2 the collateral's | 4 the rate | 8 the price | collateral decimals << 48 |
/// loan decimals << 40 | last update; borrow rate, 0 without a model; price.
///
/// ASSUMPTIONS. The owner of Morpho enables interest rate models; oracles and tokens are anybody's, and may burn all they are
/// given: a call that fails is told apart from an answer of 0.
contract MorphoMarketsLens {
    using Words for Words.List;

    uint256 internal constant MARKET_WORDS = 4;
    /// @dev Prices of vault shares go through every market that the vault lends to.
    uint256 internal constant PRICE_GAS = 3_000_000;
    uint256 internal constant MARKET_GAS = 5_000_000;

    /// @param morpho Morpho Blue.
    /// @param ids Markets to read, in this order.
    constructor(IMorpho morpho, bytes32[] memory ids) {
        Words.List memory out = Words.create();
        out.push(0);
        for (uint256 i; i < ids.length; i += 256) out.push(0);
        uint256 done;
        for (; done < ids.length && out.hasRoom(MARKET_WORDS, MARKET_GAS); ++done) {
            IMorphoIrm.Market memory market = _market(morpho, ids[done]);
            if (market.totalBorrowShares == 0) continue;
            out.data[1 + done / 256] |= 1 << (done % 256);
            _pushMarket(out, _params(morpho, ids[done]), market);
        }
        out.data[0] = done;
        out.finish();
    }

    function _pushMarket(
        Words.List memory out,
        IMorphoEvents.MarketParams memory params,
        IMorphoIrm.Market memory market
    ) private view {
        (bool hasLoan, uint256 shape) = _decimals(params.loanToken);
        (bool hasCollateral, uint256 decimals) = _decimals(params.collateralToken);
        shape |= (decimals << 8) | (hasLoan ? 1 << 16 : 0) | (hasCollateral ? 2 << 16 : 0);
        (bool hasRate, uint256 rate) = params.irm == address(0)
            ? (true, 0)
            : _ask(params.irm, abi.encodeCall(IMorphoIrm.borrowRateView, (params, market)), Probe.GAS);
        (bool hasPrice, uint256 price) = _ask(params.oracle, abi.encodeCall(IMorphoOracle.price, ()), PRICE_GAS);
        shape |= (hasRate ? 4 << 16 : 0) | (hasPrice ? 8 << 16 : 0);
        out.push((uint256(market.totalBorrowAssets) << 128) | market.totalBorrowShares);
        out.push((uint256(market.totalSupplyAssets) << 128) | (shape << 40) | market.lastUpdate);
        out.push(rate);
        out.push(price);
    }

    function _decimals(address token) private view returns (bool ok, uint256 decimals) {
        (ok, decimals) = _ask(token, abi.encodeCall(IERC20Metadata.decimals, ()), Probe.GAS);
        if (!ok || decimals > 255) return (false, 0);
    }

    function _market(IMorpho morpho, bytes32 id) private view returns (IMorphoIrm.Market memory market) {
        (
            market.totalSupplyAssets,
            market.totalSupplyShares,
            market.totalBorrowAssets,
            market.totalBorrowShares,
            market.lastUpdate,
            market.fee
        ) = morpho.market(id);
    }

    function _params(IMorpho morpho, bytes32 id) private view returns (IMorphoEvents.MarketParams memory params) {
        (params.loanToken, params.collateralToken, params.oracle, params.irm, params.lltv) = morpho.idToMarketParams(
            id
        );
    }

    /// @dev As {Probe-word}, with other gas; only one word of the answer is copied, however long it is.
    function _ask(address target, bytes memory data, uint256 allowance) private view returns (bool ok, uint256 value) {
        assembly ("memory-safe") {
            ok := staticcall(allowance, target, add(data, 32), mload(data), 0, 32)
            ok := and(ok, gt(returndatasize(), 31))
            if ok {
                value := mload(0)
            }
        }
    }
}
