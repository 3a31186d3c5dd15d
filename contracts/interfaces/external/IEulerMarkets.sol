// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// solhint-disable func-name-mixedcase

/// @title IEulerConnector
/// @notice The Ethereum Vault Connector: which vaults an account pledges, and which one may seize them. Source: euler-xyz/
/// ethereum-vault-connector, IEthereumVaultConnector.
interface IEulerConnector {
    /// @notice `account` pledges its shares of `collateral`, or no longer does.
    event CollateralStatus(address indexed account, address indexed collateral, bool enabled);

    /// @notice `account` may borrow from `controller`, or no longer may.
    event ControllerStatus(address indexed account, address indexed controller, bool enabled);

    /// @notice Vaults whose shares `account` pledges, at most ten.
    function getCollaterals(address account) external view returns (address[] memory);

    /// @notice Vaults that `account` may borrow from: one, or none.
    function getControllers(address account) external view returns (address[] memory);
}

/// @title IEulerLender
/// @notice What the keeper reads of a vault that lends. Source: euler-xyz/euler-vault-kit, IEVault.
interface IEulerLender {
    /// @notice `liquidator` took over debt of `violator` and shares of `collateral` for it.
    event Liquidate(
        address indexed liquidator,
        address indexed violator,
        address collateral,
        uint256 repayAssets,
        uint256 yieldBalance
    );

    /// @notice The token lent.
    function asset() external view returns (address);

    /// @notice Assets owed by everybody, interest up to this block included.
    function totalBorrows() external view returns (uint256);

    /// @notice Assets held and owed, interest up to this block included.
    function totalAssets() external view returns (uint256);

    /// @notice Assets owed by `account`, interest up to this block included, rounded up.
    function debtOf(address account) external view returns (uint256);

    /// @notice The vault's price oracle.
    function oracle() external view returns (address);

    /// @notice What values are expressed in: a token, or an ISO 4217 number as an address.
    function unitOfAccount() external view returns (address);

    /// @notice Collaterals that ever had a loan-to-value.
    function LTVList() external view returns (address[] memory);

    /// @notice Loan-to-value up to which an account may borrow against `collateral`, basis points.
    function LTVBorrow(address collateral) external view returns (uint16);

    /// @notice Loan-to-value at which an account with `collateral` may be liquidated, ramp included, basis points.
    function LTVLiquidation(address collateral) external view returns (uint16);

    /// @notice Most that a liquidator is given off the price, basis points.
    function maxLiquidationDiscount() external view returns (uint16);
}
