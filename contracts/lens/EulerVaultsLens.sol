// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IEulerLender} from "../interfaces/external/IEulerMarkets.sol";
import {IEulerPriceOracle} from "../interfaces/external/IEulerVault.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title EulerVaultsLens
/// @notice Reads vaults of Euler v2 that lend, and the collaterals that each takes, of as many vaults as fit, in one `eth_call` of
/// this init code.
///
/// ANSWER, in words. Vaults answered. For each vault 6 words: decimals of its asset << 176 | 1 if those were read << 184 | 2 if
/// the price was | most discount in basis points << 160 | asset; collaterals << 160 | unit of account; decimals of that, or 18 where it
/// is no token; borrowed assets; all assets; price of a whole unit of the asset. Then for each collateral 2 words: its decimals <<
/// 192 | flags as above << 200 | borrow LTV << 160 | liquidation LTV << 176 | collateral; price of a whole unit. Prices in the unit of
/// account.
contract EulerVaultsLens {
    using Words for Words.List;

    uint256 internal constant VAULT_WORDS = 6;
    uint256 internal constant COLLATERAL_WORDS = 2;
    uint256 internal constant VAULT_GAS = 5_000_000;
    uint256 internal constant COLLATERAL_GAS = 4_000_000;
    /// @dev A router may go through several vaults and feeds.
    uint256 internal constant QUOTE_GAS = 2_500_000;

    /// @param vaults Vaults to read, in this order.
    constructor(IEulerLender[] memory vaults) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < vaults.length; ++done) {
            address[] memory collaterals = vaults[done].LTVList();
            uint256 words = VAULT_WORDS + COLLATERAL_WORDS * collaterals.length;
            if (!out.hasRoom(words, VAULT_GAS + COLLATERAL_GAS * collaterals.length)) break;
            _pushVault(out, vaults[done], collaterals);
        }
        out.data[0] = done;
        out.finish();
    }

    function _pushVault(Words.List memory out, IEulerLender vault, address[] memory collaterals) private view {
        address asset = vault.asset();
        address unit = vault.unitOfAccount();
        (bool isToken, uint256 unitDecimals) = Probe.word(unit, abi.encodeCall(IERC20Metadata.decimals, ()));
        (uint256 shape, uint256 price) = _priced(vault, asset, unit);
        out.push((shape << 176) | (uint256(vault.maxLiquidationDiscount()) << 160) | uint160(asset));
        out.push((collaterals.length << 160) | uint160(unit));
        out.push(isToken ? unitDecimals : 18);
        out.push(vault.totalBorrows());
        out.push(vault.totalAssets());
        out.push(price);
        for (uint256 i; i < collaterals.length; ++i) {
            uint256 ltvs = (uint256(vault.LTVLiquidation(collaterals[i])) << 16) | vault.LTVBorrow(collaterals[i]);
            (shape, price) = _priced(vault, collaterals[i], unit);
            out.push((shape << 192) | (ltvs << 160) | uint160(collaterals[i]));
            out.push(price);
        }
    }

    /// @return shape 1 if the decimals were read << 8 | 2 if the price was | decimals.
    /// @return price Of a whole unit of `token` in `unit`, mid-point, as liquidations take it.
    function _priced(
        IEulerLender vault,
        address token,
        address unit
    ) private view returns (uint256 shape, uint256 price) {
        (bool hasDecimals, uint256 decimals) = Probe.word(token, abi.encodeCall(IERC20Metadata.decimals, ()));
        if (!hasDecimals || decimals > 77) return (0, 0);
        if (token == unit) return ((3 << 8) | decimals, 10 ** decimals);
        bytes memory asks = abi.encodeCall(IEulerPriceOracle.getQuote, (10 ** decimals, token, unit));
        (bool hasPrice, bytes memory answer) = vault.oracle().staticcall{gas: QUOTE_GAS}(asks);
        hasPrice = hasPrice && answer.length >= 32;
        return ((hasPrice ? 3 << 8 : 1 << 8) | decimals, hasPrice ? Probe.at(answer, 0) : 0);
    }
}
