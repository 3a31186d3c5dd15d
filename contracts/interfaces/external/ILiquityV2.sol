// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title ILiquityV2Collaterals
/// @notice The branches of a deployment of Liquity v2. Source: liquity/bold, ICollateralRegistry.
interface ILiquityV2Collaterals {
    /// @notice Number of branches.
    function totalCollaterals() external view returns (uint256);

    /// @notice The trove manager of a branch, by its place.
    function getTroveManager(uint256 index) external view returns (address);
}

/// @title ILiquityV2Registry
/// @notice Contracts and ratios of one branch. Source: liquity/bold, IAddressesRegistry.
interface ILiquityV2Registry {
    /// @notice The collateral of the branch.
    function collToken() external view returns (address);

    /// @notice The stablecoin that is owed.
    function boldToken() external view returns (address);

    /// @notice Where troves are.
    function troveManager() external view returns (address);

    /// @notice Who owns troves.
    function troveNFT() external view returns (address);

    /// @notice Where the price is from.
    function priceFeed() external view returns (address);

    /// @notice Collateral ratio below which a trove may be liquidated, scaled by 1e18.
    function MCR() external view returns (uint256);

    /// @notice What the stability pool gets on top of the debt that it takes over, scaled by 1e18.
    function LIQUIDATION_PENALTY_SP() external view returns (uint256);
}

/// @title ILiquityV2Troves
/// @notice Troves of one branch. Source: liquity/bold, ITroveManager.
interface ILiquityV2Troves {
    /// @notice A trove with interest, fees and redistributions up to this block.
    struct LatestTroveData {
        uint256 entireDebt;
        uint256 entireColl;
        uint256 redistBoldDebtGain;
        uint256 redistCollGain;
        uint256 accruedInterest;
        uint256 recordedDebt;
        uint256 annualInterestRate;
        uint256 weightedRecordedDebt;
        uint256 accruedBatchManagementFee;
        uint256 lastInterestRateAdjTime;
    }

    /// @notice Open troves.
    function getTroveIdsCount() external view returns (uint256);

    /// @notice The id of an open trove, by its place.
    function getTroveFromTroveIdsArray(uint256 index) external view returns (uint256);

    /// @notice A trove as of this block.
    function getLatestTroveData(uint256 troveId) external view returns (LatestTroveData memory);

    /// @notice Debt of all troves of the branch.
    function getEntireBranchDebt() external view returns (uint256);

    /// @notice When the branch was shut down, Unix seconds; 0 while it is open.
    function shutdownTime() external view returns (uint256);

    /// @notice Collateral ratio of a trove at `price`, scaled by 1e18.
    function getCurrentICR(uint256 troveId, uint256 price) external view returns (uint256);
}

/// @title ILiquityV2Owners
/// @notice Owners of troves. Source: liquity/bold, ITroveNFT.
interface ILiquityV2Owners {
    /// @notice Owner of a trove; reverts where it is closed.
    function ownerOf(uint256 troveId) external view returns (address);
}

/// @title ILiquityV2Price
/// @notice Price of one branch. Source: liquity/bold, IPriceFeed.
interface ILiquityV2Price {
    /// @notice Price in USD of a whole unit, scaled by 1e18, and whether the oracle has just failed. No view: it remembers.
    function fetchPrice() external returns (uint256 price, bool failed);
}
