// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IEulerConnector, IEulerLender} from "../interfaces/external/IEulerMarkets.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title EulerAccountsLens
/// @notice Reads accounts of Euler v2, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Accounts answered. For each account: collaterals << 160 | vault that it may borrow from, 0 where there is
/// none and nothing follows; 1 if the debt was read << 255 | debt; then for each collateral 2 words: 1 if the balance was read <<
/// 160 | collateral; shares.
contract EulerAccountsLens {
    using Words for Words.List;

    uint256 internal constant ACCOUNT_WORDS = 2;
    uint256 internal constant COLLATERAL_WORDS = 2;
    uint256 internal constant ACCOUNT_GAS = 1_000_000;
    uint256 internal constant COLLATERAL_GAS = 1_000_000;

    /// @param connector The Ethereum Vault Connector.
    /// @param accounts Accounts to read, in this order.
    constructor(IEulerConnector connector, address[] memory accounts) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < accounts.length && out.hasRoom(ACCOUNT_WORDS, ACCOUNT_GAS); ++done) {
            address[] memory controllers = connector.getControllers(accounts[done]);
            if (controllers.length == 0) {
                out.push(0);
                continue;
            }
            address[] memory collaterals = connector.getCollaterals(accounts[done]);
            uint256 words = ACCOUNT_WORDS + COLLATERAL_WORDS * collaterals.length;
            if (!out.hasRoom(words, ACCOUNT_GAS + COLLATERAL_GAS * collaterals.length)) break;
            _pushAccount(out, accounts[done], controllers[0], collaterals);
        }
        out.data[0] = done;
        out.finish();
    }

    function _pushAccount(
        Words.List memory out,
        address account,
        address controller,
        address[] memory collaterals
    ) private view {
        (bool hasDebt, uint256 debt) = Probe.word(controller, abi.encodeCall(IEulerLender.debtOf, (account)));
        out.push((collaterals.length << 160) | uint160(controller));
        out.push(hasDebt ? (1 << 255) | debt : 0);
        for (uint256 i; i < collaterals.length; ++i) {
            (bool hasShares, uint256 shares) = Probe.word(collaterals[i], abi.encodeCall(IERC20.balanceOf, (account)));
            out.push((hasShares ? 1 << 160 : 0) | uint160(collaterals[i]));
            out.push(shares);
        }
    }
}
