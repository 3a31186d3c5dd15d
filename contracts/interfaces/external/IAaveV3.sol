// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What every version of Aave tells of an account.
interface IAaveUserConfiguration {
    /// @notice Two bits for each reserve id: even bits borrowing, odd bits used as collateral.
    function getUserConfiguration(address user) external view returns (uint256);
}

/// @notice What the keeper reads of Aave v3's Pool, whichever version; what is new in v3.2 and on is in {IAaveV3LiquidEModes}.
interface IAaveV3Pool is IAaveUserConfiguration {
    /// @notice A reserve, as its storage holds it. Indices and rates are rays, as of `lastUpdateTimestamp`.
    struct ReserveData {
        /// @dev Bits: 0-15 LTV, 16-31 liquidation threshold, 32-47 bonus, 48-55 decimals, 56 active, 57 frozen,
        /// 58 borrowing, 60 paused, 61 borrowable in isolation, 62 siloed, 80-115 borrow cap and 116-151 supply cap in whole
        /// tokens, 168-175 e-mode category before v3.2, 212-251 debt ceiling in hundredths of the base currency.
        uint256 configuration;
        uint128 liquidityIndex;
        uint128 currentLiquidityRate;
        uint128 variableBorrowIndex;
        uint128 currentVariableBorrowRate;
        uint128 currentStableBorrowRate;
        uint40 lastUpdateTimestamp;
        uint16 id;
        address aTokenAddress;
        address stableDebtTokenAddress;
        address variableDebtTokenAddress;
        address interestRateStrategyAddress;
        uint128 accruedToTreasury;
        uint128 unbacked;
        uint128 isolationModeTotalDebt;
    }

    /// @notice Rules for accounts that opted into an e-mode category. Ratios in basis points, the bonus above 10 000.
    struct EModeCategory {
        uint16 ltv;
        uint16 liquidationThreshold;
        uint16 liquidationBonus;
        /// @dev Prices the whole category where it is not zero.
        address priceSource;
        string label;
    }

    /// @notice A reserve became collateral of `user`.
    event ReserveUsedAsCollateralEnabled(address indexed reserve, address indexed user);

    /// @notice A reserve ceased to be collateral of `user`.
    event ReserveUsedAsCollateralDisabled(address indexed reserve, address indexed user);

    /// @notice `user` chose an e-mode category.
    event UserEModeSet(address indexed user, uint8 categoryId);

    /// @notice `liquidator` repaid debt of `user` and took collateral for it.
    event LiquidationCall(
        address indexed collateralAsset,
        address indexed debtAsset,
        address indexed user,
        uint256 debtToCover,
        uint256 liquidatedCollateralAmount,
        address liquidator,
        bool receiveAToken
    );

    /// @notice Registry of the deployment.
    function ADDRESSES_PROVIDER() external view returns (address);

    /// @notice Assets of all reserves; dropped ones are left out, so that a position in it need not be the reserve's id.
    function getReservesList() external view returns (address[] memory);

    /// @notice A reserve.
    function getReserveData(address asset) external view returns (ReserveData memory);

    /// @notice E-mode category of `user`, 0 for none.
    function getUserEMode(address user) external view returns (uint256);

    /// @notice An e-mode category.
    function getEModeCategoryData(uint8 id) external view returns (EModeCategory memory);
}

/// @notice What later versions of Aave v3's Pool answer besides: liquid e-modes and their sets of reserves since v3.2, deficits
/// since v3.3, one interest strategy for all reserves since v3.4.
interface IAaveV3LiquidEModes {
    /// @notice Rules for collateral of a category. Ratios in basis points, the bonus above 10 000.
    struct CollateralConfig {
        uint16 ltv;
        uint16 liquidationThreshold;
        uint16 liquidationBonus;
    }

    /// @notice Number of the implementation, larger with each upgrade.
    function POOL_REVISION() external view returns (uint256);

    /// @notice Of all reserves.
    function RESERVE_INTEREST_RATE_STRATEGY() external view returns (address);

    /// @notice Rules of a category; zeros where there is none with this id.
    function getEModeCategoryCollateralConfig(uint8 id) external view returns (CollateralConfig memory);

    /// @notice Reserve ids, as bits, that are collateral on the category's terms.
    function getEModeCategoryCollateralBitmap(uint8 id) external view returns (uint128);

    /// @notice Reserve ids, as bits, that accounts in the category may borrow.
    function getEModeCategoryBorrowableBitmap(uint8 id) external view returns (uint128);

    /// @notice Debt of `asset` that was written off and not yet covered, raw units.
    function getReserveDeficit(address asset) external view returns (uint256);
}

/// @notice What the keeper reads of Aave's registry.
interface IAaveV3AddressesProvider {
    /// @notice The oracle in use.
    function getPriceOracle() external view returns (address);
}

/// @notice What the keeper reads of Aave's oracle.
interface IAaveV3Oracle {
    /// @notice One unit of the base currency: 1e8 for USD, 1e18 for ETH.
    function BASE_CURRENCY_UNIT() external view returns (uint256);

    /// @notice Price of a whole unit of `asset`, in base currency units.
    function getAssetPrice(address asset) external view returns (uint256);
}

/// @notice What the keeper reads of an aToken or variable debt token.
interface IAaveV3ScaledToken {
    /// @notice Interest-bearing units moved; zero addresses stand for mint and burn.
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @notice Balance before interest: multiplied by the reserve's index it is what `balanceOf` says.
    function scaledBalanceOf(address user) external view returns (uint256);

    /// @notice Sum of all scaled balances.
    function scaledTotalSupply() external view returns (uint256);
}

/// @notice What the keeper reads of a stable debt token.
interface IAaveV3StableDebtToken {
    /// @notice Debt of `user` as of their last update.
    function principalBalanceOf(address user) external view returns (uint256);

    /// @notice The rate that `user` pays, ray a year.
    function getUserStableRate(address user) external view returns (uint256);

    /// @notice When interest of `user` was last added to their principal.
    function getUserLastUpdated(address user) external view returns (uint40);

    /// @notice Principal and total of all accounts, their average rate, and when the principal was last updated.
    function getSupplyData() external view returns (uint256, uint256, uint256, uint40);
}
