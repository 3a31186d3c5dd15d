// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    IPerpetualV2AccountBalance,
    IPerpetualV2Exchange,
    IPerpetualV2Vault
} from "../interfaces/external/IPerpetualV2.sol";
import {Words} from "./Words.sol";

/// @title PerpetualV2AccountsLens
/// @notice Reads accounts of Perpetual v2, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Accounts answered. For each account: markets that it is in | 1 << 8 if it was read; where it is in any and
/// was read: settlement tokens; profit or loss realised and not yet settled; fees of orders not yet collected; value of other
/// collateral, as the vault counts it, in units of the settlement token; then for each market: base token; size; open notional;
/// funding owed. An account is not read where a price that it needs does not answer.
contract PerpetualV2AccountsLens {
    using Words for Words.List;

    uint256 internal constant ACCOUNT_WORDS = 5;
    uint256 internal constant POSITION_WORDS = 4;
    uint256 internal constant ACCOUNT_GAS = 1_000_000;
    uint256 internal constant POSITION_GAS = 3_000_000;

    /// @param vault The Vault.
    /// @param positions The AccountBalance.
    /// @param exchange The Exchange.
    /// @param accounts Accounts to read, in this order.
    constructor(
        IPerpetualV2Vault vault,
        IPerpetualV2AccountBalance positions,
        IPerpetualV2Exchange exchange,
        address[] memory accounts
    ) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < accounts.length; ++done) {
            address[] memory tokens = positions.getBaseTokens(accounts[done]);
            uint256 words = ACCOUNT_WORDS + POSITION_WORDS * tokens.length;
            if (!out.hasRoom(words, ACCOUNT_GAS + POSITION_GAS * tokens.length)) break;
            uint256 first = out.count;
            out.push(tokens.length);
            if (tokens.length == 0) continue;
            if (
                _pushMargin(out, vault, positions, accounts[done]) &&
                _pushPositions(out, positions, exchange, accounts[done], tokens)
            ) {
                out.data[first] |= 1 << 8;
            } else {
                out.count = first + 1;
            }
        }
        out.data[0] = done;
        out.finish();
    }

    function _pushMargin(
        Words.List memory out,
        IPerpetualV2Vault vault,
        IPerpetualV2AccountBalance positions,
        address account
    ) private view returns (bool) {
        out.push(uint256(vault.getBalance(account)));
        try positions.getPnlAndPendingFee(account) returns (int256 owed, int256, uint256 fee) {
            out.push(uint256(owed));
            out.push(fee);
        } catch {
            return false;
        }
        if (vault.getCollateralTokens(account).length == 0) {
            out.push(0);
            return true;
        }
        try vault.getAccountValue(account) returns (int256 value) {
            out.push(uint256(value - vault.getSettlementTokenValue(account)));
            return true;
        } catch {
            return false;
        }
    }

    function _pushPositions(
        Words.List memory out,
        IPerpetualV2AccountBalance positions,
        IPerpetualV2Exchange exchange,
        address account,
        address[] memory tokens
    ) private view returns (bool) {
        for (uint256 i; i < tokens.length; ++i) {
            out.push(uint160(tokens[i]));
            out.push(uint256(positions.getTotalPositionSize(account, tokens[i])));
            out.push(uint256(positions.getTotalOpenNotional(account, tokens[i])));
            try exchange.getPendingFundingPayment(account, tokens[i]) returns (int256 funding) {
                out.push(uint256(funding));
            } catch {
                return false;
            }
        }
        return true;
    }
}
