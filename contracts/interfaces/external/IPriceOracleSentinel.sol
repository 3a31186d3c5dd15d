// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IPriceOracleSentinel
/// @notice What the Aave v3 Pool (3.0 to 3.6) asks the sentinel registered at its PoolAddressesProvider. Source:
/// aave-v3-core, ValidationLogic.validateBorrow and validateLiquidationCall; the latter skips the question for accounts below
/// a health factor of 0.95.
interface IPriceOracleSentinel {
    /// @notice Whether borrowing is allowed.
    function isBorrowAllowed() external view returns (bool);

    /// @notice Whether liquidating accounts of a health factor between 0.95 and 1 is allowed.
    function isLiquidationAllowed() external view returns (bool);
}
