// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What adapters read of Aave v3.6's Pool, and the liquidation that they pass on to it. Source: aave-v3-origin 3.6.0.
interface IAaveV36Pool {
    /// @notice Number of reserves, dropped ones included: ids are below it.
    function getReservesCount() external view returns (uint256);

    /// @notice Asset of a reserve; zero for one that was dropped.
    function getReserveAddressById(uint16 id) external view returns (address);

    /// @notice A reserve's configuration. Bits: 57 frozen, 58 borrowing outside of e-modes, 60 paused.
    function getConfiguration(address asset) external view returns (uint256);

    /// @notice Reserves that an account in the e-mode category may borrow, one bit an id: in an e-mode this alone decides.
    function getEModeCategoryBorrowableBitmap(uint8 id) external view returns (uint128);

    /// @notice Until when, that second included, nothing is liquidated that has the reserve as collateral or as debt.
    function getLiquidationGracePeriod(address asset) external view returns (uint40);

    /// @notice Collateral, debt and what may still be borrowed, in base currency; threshold and LTV, bps; health factor, 1e18.
    function getUserAccountData(
        address user
    ) external view returns (uint256, uint256, uint256, uint256, uint256, uint256);

    /// @notice Token that stands for a supply of `asset`.
    function getReserveAToken(address asset) external view returns (address);

    /// @notice Repays `debtToCover` of `user`'s debt at most, from the caller, and gives the caller collateral with the bonus.
    function liquidationCall(
        address collateralAsset,
        address debtAsset,
        address user,
        uint256 debtToCover,
        bool receiveAToken
    ) external;
}

/// @notice What adapters call on Aave v3.6's PoolConfigurator.
interface IAaveV36Configurator {
    /// @notice Whether `asset` may be borrowed outside of e-modes. RISK_ADMIN or POOL_ADMIN.
    function setReserveBorrowing(address asset, bool enabled) external;

    /// @notice Whether `asset` may be borrowed in an e-mode category. RISK_ADMIN or POOL_ADMIN.
    function setAssetBorrowableInEMode(address asset, uint8 categoryId, bool borrowable) external;

    /// @notice Pauses a reserve, or ends a pause and gives `gracePeriod` seconds, at most 4 hours, of no liquidation with it.
    /// EMERGENCY_ADMIN or POOL_ADMIN.
    function setReservePause(address asset, bool paused, uint40 gracePeriod) external;

    /// @notice Ends the grace period of a reserve. EMERGENCY_ADMIN or POOL_ADMIN.
    function disableLiquidationGracePeriod(address asset) external;
}

/// @notice What adapters read of Aave's registry.
interface IAaveV36AddressesProvider {
    /// @notice The pool, a proxy.
    function getPool() external view returns (address);

    /// @notice The configurator, a proxy.
    function getPoolConfigurator() external view returns (address);

    /// @notice Who holds which role.
    function getACLManager() external view returns (address);
}

/// @notice What adapters read of Aave's ACLManager.
interface IAaveV36AclManager {
    /// @notice Whether `admin` may change risk parameters.
    function isRiskAdmin(address admin) external view returns (bool);

    /// @notice Whether `admin` may change everything.
    function isPoolAdmin(address admin) external view returns (bool);
}
