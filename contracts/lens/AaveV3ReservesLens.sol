// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    IAaveV3AddressesProvider,
    IAaveV3Oracle,
    IAaveV3Pool,
    IAaveV3ScaledToken,
    IAaveV3StableDebtToken
} from "../interfaces/external/IAaveV3.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title AaveV3ReservesLens
/// @notice Reads reserves `from` and on of an Aave v3 pool, as many as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Header: reserves listed | reserves answered << 16 | e-modes answered << 32; base currency unit. For each
/// reserve 10 words: configuration; liquidity index << 128 | variable index; liquidity rate << 128 | variable rate;
/// id << 240 | stable supply's update << 200 | last update << 160 | asset; aToken; stable debt token; variable debt token;
/// price; scaled supply << 128 | scaled variable debt; stable principal << 128 | average stable rate. For each e-mode category
/// that an answered reserve is in, 2 words: id << 48 | bonus << 32 | threshold << 16 | LTV; price (0: the reserves' own).
///
/// PRICES. One that cannot be read is `type(uint256).max`.
contract AaveV3ReservesLens {
    using Words for Words.List;

    uint256 internal constant RESERVE_WORDS = 10;
    uint256 internal constant EMODE_WORDS = 2;
    /// @dev Reading one reserve, with a price that burns all it may.
    uint256 internal constant RESERVE_GAS = 1_000_000;

    /// @param pool The Pool.
    /// @param from Position in the list of reserves to begin with.
    constructor(IAaveV3Pool pool, uint256 from) {
        IAaveV3Oracle oracle = IAaveV3Oracle(IAaveV3AddressesProvider(pool.ADDRESSES_PROVIDER()).getPriceOracle());
        address[] memory assets = pool.getReservesList();
        Words.List memory out = Words.create();
        out.push(0);
        out.push(oracle.BASE_CURRENCY_UNIT());

        uint256 categories;
        uint256 next = from;
        // Every reserve answered may bring in a category: room for those is kept.
        while (next < assets.length && out.hasRoom(RESERVE_WORDS + EMODE_WORDS * (next - from + 1), RESERVE_GAS)) {
            categories |= 1 << _pushReserve(out, pool, oracle, assets[next++]);
        }
        uint256 eModes = _pushEModes(out, pool, oracle, categories);
        out.data[0] = assets.length | ((next - from) << 16) | (eModes << 32);
        out.finish();
    }

    function _pushReserve(
        Words.List memory out,
        IAaveV3Pool pool,
        IAaveV3Oracle oracle,
        address asset
    ) private view returns (uint8 category) {
        IAaveV3Pool.ReserveData memory r = pool.getReserveData(asset);
        (uint256 principal, uint256 averageRate, uint256 updated) = _stableSupply(r.stableDebtTokenAddress);
        out.push(r.configuration);
        out.push((uint256(r.liquidityIndex) << 128) | r.variableBorrowIndex);
        out.push((uint256(r.currentLiquidityRate) << 128) | r.currentVariableBorrowRate);
        out.push((uint256(r.id) << 240) | (updated << 200) | (uint256(r.lastUpdateTimestamp) << 160) | uint160(asset));
        out.push(uint160(r.aTokenAddress));
        out.push(uint160(r.stableDebtTokenAddress));
        out.push(uint160(r.variableDebtTokenAddress));
        out.push(_price(oracle, asset));
        out.push(
            (IAaveV3ScaledToken(r.aTokenAddress).scaledTotalSupply() << 128) |
                IAaveV3ScaledToken(r.variableDebtTokenAddress).scaledTotalSupply()
        );
        out.push((principal << 128) | averageRate);
        return uint8(r.configuration >> 168);
    }

    function _pushEModes(
        Words.List memory out,
        IAaveV3Pool pool,
        IAaveV3Oracle oracle,
        uint256 categories
    ) private view returns (uint256 count) {
        for (uint256 id = 1; id < 256; ++id) {
            if ((categories >> id) & 1 == 0) continue;
            IAaveV3Pool.EModeCategory memory c = pool.getEModeCategoryData(uint8(id));
            out.push(
                (id << 48) | (uint256(c.liquidationBonus) << 32) | (uint256(c.liquidationThreshold) << 16) | c.ltv
            );
            out.push(c.priceSource == address(0) ? 0 : _price(oracle, c.priceSource));
            ++count;
        }
    }

    function _stableSupply(
        address token
    ) private view returns (uint256 principal, uint256 averageRate, uint256 updated) {
        if (token.code.length == 0) return (0, 0, 0);
        (principal, , averageRate, updated) = IAaveV3StableDebtToken(token).getSupplyData();
    }

    function _price(IAaveV3Oracle oracle, address asset) private view returns (uint256) {
        (bool ok, uint256 price) = Probe.word(address(oracle), abi.encodeCall(oracle.getAssetPrice, (asset)));
        return ok ? price : type(uint256).max;
    }
}
