// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    IAaveV3AddressesProvider,
    IAaveV3LiquidEModes,
    IAaveV3Oracle,
    IAaveV3Pool
} from "../interfaces/external/IAaveV3.sol";
import {AaveReserveWords} from "./AaveReserveWords.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title AaveV3ReservesLens
/// @notice Reads reserves `from` and on of an Aave v3 pool, as many as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Header: reserves listed | reserves answered << 16 | e-modes answered << 32 | liquid e-modes << 48 |
/// deficits << 49 | interest multiplied before it is divided << 50 | pool's revision << 56; base currency unit. For each reserve
/// the words of {AaveReserveWords}. For each e-mode category that an answered reserve is in, 2 words: id << 48 | bonus << 32 |
/// threshold << 16 | LTV; price (0: the reserves' own). With liquid e-modes (v3.2) none of these: {AaveV3EModesLens} reads them.
///
/// VERSIONS. Told by what the pool answers: e-modes as sets of reserves (v3.2), deficits (v3.3), one interest strategy (v3.4).
contract AaveV3ReservesLens {
    using AaveReserveWords for Words.List;
    using Words for Words.List;

    uint256 internal constant EMODE_WORDS = 2;
    uint256 internal constant LIQUID = 1 << 48;
    uint256 internal constant DEFICITS = 1 << 49;
    uint256 internal constant LATE_DIVISION = 1 << 50;
    /// @dev For a question about the version, with a pool that burns all it may, of which a 64th is kept back.
    uint256 internal constant QUESTION_GAS = 520_000;

    /// @notice Thrown when there is too little gas to tell a question unknown to the pool from one that it could not answer.
    error GasTooLittle(uint256 gas, uint256 needed);

    /// @param pool The Pool.
    /// @param from Position in the list of reserves to begin with.
    constructor(IAaveV3Pool pool, uint256 from) {
        IAaveV3Oracle oracle = IAaveV3Oracle(IAaveV3AddressesProvider(pool.ADDRESSES_PROVIDER()).getPriceOracle());
        address[] memory assets = pool.getReservesList();
        uint256 version = _version(address(pool));
        Words.List memory out = Words.create();
        out.push(0);
        out.push(oracle.BASE_CURRENCY_UNIT());

        uint256 categories;
        uint256 next = from;
        // Every reserve answered may bring in a category: room for those is kept.
        while (
            next < assets.length &&
            out.hasRoom(AaveReserveWords.COUNT + EMODE_WORDS * (next - from + 1), AaveReserveWords.GAS)
        ) {
            categories |= 1 << _pushReserve(out, pool, oracle, assets[next++], version);
        }
        // Bits of the categories of old are left behind in configurations of pools that have liquid ones.
        uint256 eModes = version & LIQUID == 0 ? _pushEModes(out, pool, oracle, categories) : 0;
        out.data[0] = assets.length | ((next - from) << 16) | (eModes << 32) | version;
        out.finish();
    }

    function _version(address pool) private view returns (uint256 version) {
        (bool ok, ) = _ask(pool, abi.encodeCall(IAaveV3LiquidEModes.getEModeCategoryCollateralBitmap, (1)));
        if (!ok) return 0;
        version = LIQUID;
        (ok, ) = _ask(pool, abi.encodeCall(IAaveV3LiquidEModes.getReserveDeficit, (pool)));
        if (ok) version |= DEFICITS;
        (ok, ) = _ask(pool, abi.encodeCall(IAaveV3LiquidEModes.RESERVE_INTEREST_RATE_STRATEGY, ()));
        if (ok) version |= LATE_DIVISION;
        uint256 revision;
        (ok, revision) = _ask(pool, abi.encodeCall(IAaveV3LiquidEModes.POOL_REVISION, ()));
        if (ok && revision <= type(uint8).max) version |= revision << 56;
    }

    function _ask(address pool, bytes memory question) private view returns (bool ok, uint256 answer) {
        require(gasleft() > QUESTION_GAS, GasTooLittle(gasleft(), QUESTION_GAS));
        return Probe.word(pool, question);
    }

    function _pushReserve(
        Words.List memory out,
        IAaveV3Pool pool,
        IAaveV3Oracle oracle,
        address asset,
        uint256 version
    ) private view returns (uint8 category) {
        IAaveV3Pool.ReserveData memory r = pool.getReserveData(asset);
        out.pushReserve(
            oracle,
            AaveReserveWords.Reserve({
                asset: asset,
                id: r.id,
                configuration: r.configuration,
                liquidityIndex: r.liquidityIndex,
                variableIndex: r.variableBorrowIndex,
                liquidityRate: r.currentLiquidityRate,
                variableRate: r.currentVariableBorrowRate,
                updatedAt: r.lastUpdateTimestamp,
                aToken: r.aTokenAddress,
                stableDebt: r.stableDebtTokenAddress,
                variableDebt: r.variableDebtTokenAddress,
                deficit: version & DEFICITS == 0 ? 0 : IAaveV3LiquidEModes(address(pool)).getReserveDeficit(asset),
                isolatedDebt: r.isolationModeTotalDebt
            })
        );
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
            out.push(c.priceSource == address(0) ? 0 : AaveReserveWords.price(oracle, c.priceSource));
            ++count;
        }
    }
}
