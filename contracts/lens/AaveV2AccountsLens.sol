// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV2LendingPool} from "../interfaces/external/IAaveV2.sol";
import {AaveAccounts} from "./AaveAccounts.sol";

/// @title AaveV2AccountsLens
/// @notice Reads accounts of an Aave v2 lending pool, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER. See {AaveAccounts}; no account has an e-mode category.
contract AaveV2AccountsLens is AaveAccounts {
    /// @param pool The LendingPool.
    /// @param reserves Tokens of all reserves, ascending by id.
    /// @param accounts Accounts to read, in this order.
    constructor(
        IAaveV2LendingPool pool,
        ReserveTokens[] memory reserves,
        address[] memory accounts
    ) AaveAccounts(pool, reserves, accounts) {}

    function _eModeOf(address, address) internal pure override returns (uint256) {
        return 0;
    }
}
