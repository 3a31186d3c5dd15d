// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICompoundV3} from "../interfaces/external/ICompoundV3.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title CompoundV3MarketLens
/// @notice Reads a Compound v3 market in one `eth_call` of this init code.
///
/// ANSWER, in words. Collaterals | supply paused << 8 | withdraw paused << 9 | absorb paused << 10; base asset; its price; last
/// accrual << 64 | base scale; supply index << 64 | borrow index; total supplied << 128 | total borrowed, before interest;
/// supply rate << 64 | borrow rate; then for each collateral 4 words: asset; price; borrow factor << 192 |
/// liquidation factor << 128 | liquidate collateral factor << 64 | scale; raw units of all.
///
/// PRICES. One that cannot be read is `type(uint256).max`. Where there is not gas for all of them, the first word is all.
contract CompoundV3MarketLens {
    using Words for Words.List;

    uint256 internal constant MARKET_WORDS = 7;
    uint256 internal constant COLLATERAL_WORDS = 4;
    /// @dev Reading what is stored, and one asset with a price that burns all it may.
    uint256 internal constant MARKET_GAS = 300_000;
    uint256 internal constant ASSET_GAS = 600_000;

    /// @param comet The market.
    constructor(ICompoundV3 comet) {
        Words.List memory out = Words.create();
        uint256 count = comet.numAssets();
        out.push(
            count |
                (_bit(comet.isSupplyPaused()) << 8) |
                (_bit(comet.isWithdrawPaused()) << 9) |
                (_bit(comet.isAbsorbPaused()) << 10)
        );
        if (!out.hasRoom(MARKET_WORDS + COLLATERAL_WORDS * count, MARKET_GAS + ASSET_GAS * (count + 1))) out.finish();
        out.push(uint160(comet.baseToken()));
        out.push(_price(comet, comet.baseTokenPriceFeed()));
        _pushTotals(out, comet);
        for (uint256 i; i < count; ++i) _pushCollateral(out, comet, comet.getAssetInfo(uint8(i)));
        out.finish();
    }

    function _pushTotals(Words.List memory out, ICompoundV3 comet) private view {
        ICompoundV3.TotalsBasic memory t = comet.totalsBasic();
        uint256 utilization = comet.getUtilization();
        out.push((uint256(t.lastAccrualTime) << 64) | comet.baseScale());
        out.push((uint256(t.baseSupplyIndex) << 64) | t.baseBorrowIndex);
        out.push((uint256(t.totalSupplyBase) << 128) | t.totalBorrowBase);
        out.push((uint256(comet.getSupplyRate(utilization)) << 64) | comet.getBorrowRate(utilization));
    }

    function _pushCollateral(Words.List memory out, ICompoundV3 comet, ICompoundV3.AssetInfo memory info) private view {
        (uint128 supplied, ) = comet.totalsCollateral(info.asset);
        out.push(uint160(info.asset));
        out.push(_price(comet, info.priceFeed));
        out.push(
            (uint256(info.borrowCollateralFactor) << 192) |
                (uint256(info.liquidationFactor) << 128) |
                (uint256(info.liquidateCollateralFactor) << 64) |
                info.scale
        );
        out.push(supplied);
    }

    function _price(ICompoundV3 comet, address feed) private view returns (uint256) {
        (bool ok, uint256 price) = Probe.word(address(comet), abi.encodeCall(comet.getPrice, (feed)));
        return ok ? price : type(uint256).max;
    }

    function _bit(bool value) private pure returns (uint256) {
        return value ? 1 : 0;
    }
}
