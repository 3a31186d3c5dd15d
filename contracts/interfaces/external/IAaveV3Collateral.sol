// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Where an Aave v3 deployment keeps its parts.
interface IAaveV3Parts {
    /// @notice The pool.
    function getPool() external view returns (address);

    /// @notice The pool's configurator.
    function getPoolConfigurator() external view returns (address);
}

/// @notice What the pool says about a reserve's parameters.
interface IAaveV3ReserveWord {
    /// @notice Bits: 0-15 LTV, 16-31 liquidation threshold, 32-47 bonus, 57 frozen.
    function getConfiguration(address asset) external view returns (uint256);
}

/// @notice The one function of the configurator that sets an LTV; it sets threshold and bonus with it.
interface IAaveV3CollateralConfigurator {
    /// @notice Sets all three, bps; the bonus above 10 000. For pool and risk admins.
    function configureReserveAsCollateral(
        address asset,
        uint256 ltv,
        uint256 liquidationThreshold,
        uint256 liquidationBonus
    ) external;
}
