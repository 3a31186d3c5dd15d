// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV3Pool} from "../interfaces/external/IAaveV3.sol";
import {AaveAccounts} from "./AaveAccounts.sol";

/// @title AaveV3AccountsLens
/// @notice Reads accounts of an Aave v3 pool, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER. See {AaveAccounts}.
contract AaveV3AccountsLens is AaveAccounts {
    /// @param pool The Pool.
    /// @param reserves Tokens of all reserves, ascending by id.
    /// @param accounts Accounts to read, in this order.
    constructor(
        IAaveV3Pool pool,
        ReserveTokens[] memory reserves,
        address[] memory accounts
    ) AaveAccounts(pool, reserves, accounts) {}

    function _eModeOf(address pool, address account) internal view override returns (uint256) {
        return IAaveV3Pool(pool).getUserEMode(account);
    }
}
