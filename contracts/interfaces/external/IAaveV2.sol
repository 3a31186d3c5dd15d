// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveUserConfiguration} from "./IAaveV3.sol";

/// @notice What the keeper reads of Aave v2's LendingPool. Its tokens and its events are those of {IAaveV3Pool}.
interface IAaveV2LendingPool is IAaveUserConfiguration {
    /// @notice A reserve, as its storage holds it. Indices and rates are rays, as of `lastUpdateTimestamp`.
    struct ReserveData {
        /// @dev Bits: 0-15 LTV, 16-31 liquidation threshold, 32-47 bonus, 48-55 decimals, 56 active, 57 frozen,
        /// 58 borrowing, 59 borrowing at a stable rate.
        uint256 configuration;
        uint128 liquidityIndex;
        uint128 variableBorrowIndex;
        uint128 currentLiquidityRate;
        uint128 currentVariableBorrowRate;
        uint128 currentStableBorrowRate;
        uint40 lastUpdateTimestamp;
        address aTokenAddress;
        address stableDebtTokenAddress;
        address variableDebtTokenAddress;
        address interestRateStrategyAddress;
        uint8 id;
    }

    /// @notice Registry of the deployment.
    function getAddressesProvider() external view returns (address);

    /// @notice Assets of all reserves.
    function getReservesList() external view returns (address[] memory);

    /// @notice A reserve.
    function getReserveData(address asset) external view returns (ReserveData memory);

    /// @notice Whether everything is stopped, liquidations included.
    function paused() external view returns (bool);
}

/// @notice What the keeper reads of Aave v2's registry.
interface IAaveV2AddressesProvider {
    /// @notice The oracle in use.
    function getPriceOracle() external view returns (address);
}
