// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV3Oracle, IAaveV3ScaledToken, IAaveV3StableDebtToken} from "../interfaces/external/IAaveV3.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title AaveReserveWords
/// @notice How the lenses of Aave v2 and v3 tell a reserve, in 11 words.
///
/// WORDS. Configuration; liquidity index << 128 | variable index; liquidity rate << 128 | variable rate;
/// id << 240 | stable supply's update << 200 | last update << 160 | asset; aToken; stable debt token; variable debt token;
/// price; scaled supply << 128 | scaled variable debt; stable principal << 128 | average stable rate;
/// deficit << 128 | debt of accounts in isolation.
///
/// PRICES. One that cannot be read is `type(uint256).max`.
library AaveReserveWords {
    using Words for Words.List;

    /// @notice Words of one reserve.
    uint256 internal constant COUNT = 11;
    /// @notice Reading one reserve, with a price that burns all it may.
    uint256 internal constant GAS = 1_000_000;

    /// @notice A reserve, whichever version of Aave it is of.
    struct Reserve {
        address asset;
        uint256 id;
        uint256 configuration;
        uint128 liquidityIndex;
        uint128 variableIndex;
        uint128 liquidityRate;
        uint128 variableRate;
        uint40 updatedAt;
        address aToken;
        address stableDebt;
        address variableDebt;
        uint256 deficit;
        uint256 isolatedDebt;
    }

    /// @notice Appends a reserve.
    function pushReserve(Words.List memory out, IAaveV3Oracle oracle, Reserve memory r) internal view {
        (uint256 principal, uint256 averageRate, uint256 updated) = _stableSupply(r.stableDebt);
        out.push(r.configuration);
        out.push((uint256(r.liquidityIndex) << 128) | r.variableIndex);
        out.push((uint256(r.liquidityRate) << 128) | r.variableRate);
        out.push((r.id << 240) | (updated << 200) | (uint256(r.updatedAt) << 160) | uint160(r.asset));
        out.push(uint160(r.aToken));
        out.push(uint160(r.stableDebt));
        out.push(uint160(r.variableDebt));
        out.push(price(oracle, r.asset));
        out.push(
            (IAaveV3ScaledToken(r.aToken).scaledTotalSupply() << 128) |
                IAaveV3ScaledToken(r.variableDebt).scaledTotalSupply()
        );
        out.push((principal << 128) | averageRate);
        out.push((r.deficit << 128) | r.isolatedDebt);
    }

    /// @notice What the oracle says, or `type(uint256).max`.
    function price(IAaveV3Oracle oracle, address asset) internal view returns (uint256) {
        (bool ok, uint256 answer) = Probe.word(address(oracle), abi.encodeCall(oracle.getAssetPrice, (asset)));
        return ok ? answer : type(uint256).max;
    }

    function _stableSupply(
        address token
    ) private view returns (uint256 principal, uint256 averageRate, uint256 updated) {
        if (token.code.length == 0) return (0, 0, 0);
        (principal, , averageRate, updated) = IAaveV3StableDebtToken(token).getSupplyData();
    }
}
