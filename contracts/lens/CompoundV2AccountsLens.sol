// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICompoundV2Comptroller, ICompoundV2CToken} from "../interfaces/external/ICompoundV2.sol";
import {Words} from "./Words.sol";

/// @title CompoundV2AccountsLens
/// @notice Reads accounts of Compound v2, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Accounts answered. For each account: mask of markets with a balance << 128 | mask of markets entered; then for
/// each bit of the first, ascending: cTokens. What is owed no getter tells but as of the last accrual: logs do.
contract CompoundV2AccountsLens {
    using Words for Words.List;

    uint256 internal constant ACCOUNT_GAS = 100_000;
    uint256 internal constant MARKET_GAS = 30_000;

    /// @param comptroller The Comptroller.
    /// @param cTokens All markets, at most 128.
    /// @param accounts Accounts to read, in this order.
    constructor(ICompoundV2Comptroller comptroller, ICompoundV2CToken[] memory cTokens, address[] memory accounts) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < accounts.length; ++done) {
            if (!out.hasRoom(1 + cTokens.length, ACCOUNT_GAS + MARKET_GAS * cTokens.length)) break;
            _pushAccount(out, comptroller, cTokens, accounts[done]);
        }
        out.data[0] = done;
        out.finish();
    }

    function _pushAccount(
        Words.List memory out,
        ICompoundV2Comptroller comptroller,
        ICompoundV2CToken[] memory cTokens,
        address account
    ) private view {
        address[] memory entered = comptroller.getAssetsIn(account);
        uint256 head = out.count;
        uint256 mask;
        out.push(0);
        for (uint256 i; i < cTokens.length; ++i) {
            for (uint256 e; e < entered.length; ++e) {
                if (entered[e] == address(cTokens[i])) mask |= 1 << i;
            }
            uint256 supplied = cTokens[i].balanceOf(account);
            if (supplied == 0) continue;
            mask |= 1 << (128 + i);
            out.push(supplied);
        }
        out.data[head] = mask;
    }
}
