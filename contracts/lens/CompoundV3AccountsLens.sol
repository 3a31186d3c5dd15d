// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICompoundV3} from "../interfaces/external/ICompoundV3.sol";
import {Words} from "./Words.sol";

/// @title CompoundV3AccountsLens
/// @notice Reads accounts of a Compound v3 market, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Accounts answered. For each account: mask of collaterals held << 104 | base units before interest, in two's
/// complement of 104 bits, below 0 owed; then for each bit of the mask, ascending: raw units.
contract CompoundV3AccountsLens {
    using Words for Words.List;

    uint256 internal constant ACCOUNT_GAS = 60_000;
    uint256 internal constant COLLATERAL_GAS = 20_000;

    /// @param comet The market.
    /// @param assets All collaterals, by position.
    /// @param accounts Accounts to read, in this order.
    constructor(ICompoundV3 comet, address[] memory assets, address[] memory accounts) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < accounts.length; ++done) {
            if (!out.hasRoom(1 + assets.length, ACCOUNT_GAS + COLLATERAL_GAS * assets.length)) break;
            _pushAccount(out, comet, assets, accounts[done]);
        }
        out.data[0] = done;
        out.finish();
    }

    function _pushAccount(
        Words.List memory out,
        ICompoundV3 comet,
        address[] memory assets,
        address account
    ) private view {
        (int104 principal, , , uint16 low, uint8 high) = comet.userBasic(account);
        uint256 held = low | (uint256(high) << 16);
        out.push((held << 104) | uint104(principal));
        for (uint256 i; i < assets.length; ++i) {
            if ((held >> i) & 1 == 0) continue;
            (uint128 balance, ) = comet.userCollateral(account, assets[i]);
            out.push(balance);
        }
    }
}
