// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV2AddressesProvider, IAaveV2LendingPool} from "../interfaces/external/IAaveV2.sol";
import {IAaveV3Oracle} from "../interfaces/external/IAaveV3.sol";
import {AaveReserveWords} from "./AaveReserveWords.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title AaveV2ReservesLens
/// @notice Reads reserves `from` and on of an Aave v2 lending pool, as many as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Header: reserves listed | reserves answered << 16; base currency unit, 1e18 where the oracle does not tell
/// (its own is ETH). For each reserve the words of {AaveReserveWords}; v2 pauses the pool as a whole: that is bit 60 of every
/// configuration, where v3 has it.
contract AaveV2ReservesLens {
    using AaveReserveWords for Words.List;
    using Words for Words.List;

    uint256 internal constant ETHER = 1e18;
    uint256 internal constant PAUSED = 1 << 60;
    /// @dev For the base currency's unit, with an oracle that burns all it may, of which a 64th is kept back.
    uint256 internal constant QUESTION_GAS = 520_000;

    /// @notice Thrown when there is too little gas to tell an oracle that does not answer from one that could not.
    error GasTooLittle(uint256 gas, uint256 needed);

    /// @param pool The LendingPool.
    /// @param from Position in the list of reserves to begin with.
    constructor(IAaveV2LendingPool pool, uint256 from) {
        IAaveV3Oracle oracle = IAaveV3Oracle(IAaveV2AddressesProvider(pool.getAddressesProvider()).getPriceOracle());
        address[] memory assets = pool.getReservesList();
        uint256 paused = pool.paused() ? PAUSED : 0;
        Words.List memory out = Words.create();
        out.push(0);
        out.push(_baseUnit(oracle));

        uint256 next = from;
        while (next < assets.length && out.hasRoom(AaveReserveWords.COUNT, AaveReserveWords.GAS)) {
            _pushReserve(out, pool, oracle, assets[next++], paused);
        }
        out.data[0] = assets.length | ((next - from) << 16);
        out.finish();
    }

    function _pushReserve(
        Words.List memory out,
        IAaveV2LendingPool pool,
        IAaveV3Oracle oracle,
        address asset,
        uint256 paused
    ) private view {
        IAaveV2LendingPool.ReserveData memory r = pool.getReserveData(asset);
        out.pushReserve(
            oracle,
            AaveReserveWords.Reserve({
                asset: asset,
                id: r.id,
                configuration: r.configuration | paused,
                liquidityIndex: r.liquidityIndex,
                variableIndex: r.variableBorrowIndex,
                liquidityRate: r.currentLiquidityRate,
                variableRate: r.currentVariableBorrowRate,
                updatedAt: r.lastUpdateTimestamp,
                aToken: r.aTokenAddress,
                stableDebt: r.stableDebtTokenAddress,
                variableDebt: r.variableDebtTokenAddress,
                deficit: 0,
                isolatedDebt: 0
            })
        );
    }

    function _baseUnit(IAaveV3Oracle oracle) private view returns (uint256) {
        require(gasleft() > QUESTION_GAS, GasTooLittle(gasleft(), QUESTION_GAS));
        (bool ok, uint256 unit) = Probe.word(address(oracle), abi.encodeCall(oracle.BASE_CURRENCY_UNIT, ()));
        return ok ? unit : ETHER;
    }
}
