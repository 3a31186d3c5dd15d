// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of a Compound v3 market. Source: compound-finance/comet, Comet.sol and CometExt.sol.
interface ICompoundV3 {
    /// @notice A collateral. Factors are 1e18-scaled.
    struct AssetInfo {
        uint8 offset;
        address asset;
        address priceFeed;
        uint64 scale;
        uint64 borrowCollateralFactor;
        uint64 liquidateCollateralFactor;
        uint64 liquidationFactor;
        uint128 supplyCap;
    }

    /// @notice Sums of the base asset, before interest, and 1e15-scaled indices as of `lastAccrualTime`.
    struct TotalsBasic {
        uint64 baseSupplyIndex;
        uint64 baseBorrowIndex;
        uint64 trackingSupplyIndex;
        uint64 trackingBorrowIndex;
        uint104 totalSupplyBase;
        uint104 totalBorrowBase;
        uint40 lastAccrualTime;
        uint8 pauseFlags;
    }

    /// @notice `from` paid base units in for `dst`.
    event Supply(address indexed from, address indexed dst, uint256 amount);

    /// @notice Supplied base units moved; zero addresses stand for mint and burn.
    event Transfer(address indexed from, address indexed to, uint256 amount);

    /// @notice Base units of `src` were paid out.
    event Withdraw(address indexed src, address indexed to, uint256 amount);

    /// @notice `from` paid collateral in for `dst`.
    event SupplyCollateral(address indexed from, address indexed dst, address indexed asset, uint256 amount);

    /// @notice Collateral changed its owner.
    event TransferCollateral(address indexed from, address indexed to, address indexed asset, uint256 amount);

    /// @notice Collateral of `src` was paid out.
    event WithdrawCollateral(address indexed src, address indexed to, address indexed asset, uint256 amount);

    /// @notice The market took over the debt of `borrower`, after {AbsorbCollateral} of each of their collaterals.
    event AbsorbDebt(address indexed absorber, address indexed borrower, uint256 basePaidOut, uint256 usdValue);

    /// @notice The market took collateral of `borrower`.
    event AbsorbCollateral(
        address indexed absorber,
        address indexed borrower,
        address indexed asset,
        uint256 collateralAbsorbed,
        uint256 usdValue
    );

    /// @notice The asset that is lent.
    function baseToken() external view returns (address);

    /// @notice Feed of the base asset's price.
    function baseTokenPriceFeed() external view returns (address);

    /// @notice One whole unit of the base asset.
    function baseScale() external view returns (uint256);

    /// @notice Collaterals listed.
    function numAssets() external view returns (uint8);

    /// @notice A collateral by its position.
    function getAssetInfo(uint8 i) external view returns (AssetInfo memory);

    /// @notice Price of a whole unit by its feed, 1e8-scaled.
    function getPrice(address priceFeed) external view returns (uint256);

    /// @notice Share of the base asset supplied that is borrowed, 1e18-scaled, as of the last accrual.
    function getUtilization() external view returns (uint256);

    /// @notice Interest of suppliers a second at a utilization, 1e18-scaled.
    function getSupplyRate(uint256 utilization) external view returns (uint64);

    /// @notice Interest of borrowers a second at a utilization, 1e18-scaled.
    function getBorrowRate(uint256 utilization) external view returns (uint64);

    /// @notice The market's sums, as stored.
    function totalsBasic() external view returns (TotalsBasic memory);

    /// @notice Raw units of a collateral, of all accounts.
    function totalsCollateral(address asset) external view returns (uint128 totalSupplyAsset, uint128 reserved);

    /// @notice An account: base units before interest, below 0 owed; a bit for each collateral held, 16 of them, then 8 more.
    function userBasic(
        address account
    ) external view returns (int104 principal, uint64 index, uint64 accrued, uint16 assetsIn, uint8 moreAssetsIn);

    /// @notice Raw units of a collateral that an account has.
    function userCollateral(address account, address asset) external view returns (uint128 balance, uint128 reserved);

    /// @notice Whether withdrawing, and so borrowing, is paused.
    function isWithdrawPaused() external view returns (bool);

    /// @notice Whether supplying is paused.
    function isSupplyPaused() external view returns (bool);

    /// @notice Whether liquidation is paused.
    function isAbsorbPaused() external view returns (bool);
}
