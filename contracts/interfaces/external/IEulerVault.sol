// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IEulerHookTarget
/// @notice What a vault of the Euler Vault Kit asks a contract before it takes it as hook target. Source: euler-vault-kit.
interface IEulerHookTarget {
    /// @notice The selector of this function, 0x87439e04, if the contract is a hook target.
    function isHookTarget() external view returns (bytes4);
}

/// @title IEulerPriceOracle
/// @notice The price oracle of a vault. Source: euler-vault-kit, IPriceOracle.
interface IEulerPriceOracle {
    /// @notice What `inAmount` of `base` is worth in `quote`, at mid-point prices.
    function getQuote(uint256 inAmount, address base, address quote) external view returns (uint256 outAmount);
}

/// @title IEulerVault
/// @notice The views that a hook target may call while the vault holds its lock. Source: euler-vault-kit, IEVault.
interface IEulerVault {
    /// @notice Risk-adjusted value of the collateral of `account`, and the value of its debt, in the unit of account.
    function accountLiquidity(
        address account,
        bool liquidation
    ) external view returns (uint256 collateralValue, uint256 liabilityValue);

    /// @notice Most that `liquidator` may repay for `violator`, and what it gets of `collateral` for that.
    function checkLiquidation(
        address liquidator,
        address violator,
        address collateral
    ) external view returns (uint256 maxRepay, uint256 maxYield);

    /// @notice The vault's price oracle, fixed when the vault was made.
    function oracle() external view returns (address);

    /// @notice What values are expressed in, fixed when the vault was made.
    function unitOfAccount() external view returns (address);
}
