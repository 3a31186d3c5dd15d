// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV36Configurator, IAaveV36Pool} from "../interfaces/external/IAaveV36.sol";

/// @title AaveV36Reserves
/// @notice What adapters want to know of the reserves of an Aave v3.6 pool, and how they ask for a grace period.
library AaveV36Reserves {
    /// @dev `MAX_GRACE_PERIOD` of Aave's PoolConfigurator.
    uint256 internal constant LONGEST_GRACE = 4 hours;

    uint256 private constant BORROWING_BIT = 1 << 58;
    uint256 private constant PAUSED_BIT = 1 << 60;

    /// @notice Ids of all reserves of `pool`, dropped ones included.
    function ids(IAaveV36Pool pool) internal view returns (uint16[] memory all) {
        all = new uint16[](pool.getReservesCount());
        for (uint16 id; id < all.length; ++id) all[id] = id;
    }

    /// @notice Whether `asset` is paused.
    function isPaused(IAaveV36Pool pool, address asset) internal view returns (bool) {
        return pool.getConfiguration(asset) & PAUSED_BIT != 0;
    }

    /// @notice Whether `asset` may be borrowed outside of e-modes.
    function isBorrowable(IAaveV36Pool pool, address asset) internal view returns (bool) {
        return pool.getConfiguration(asset) & BORROWING_BIT != 0;
    }

    /// @notice Whether the reserve `id` may be borrowed in the e-mode `category`.
    function isBorrowableIn(IAaveV36Pool pool, uint16 id, uint8 category) internal view returns (bool) {
        return (pool.getEModeCategoryBorrowableBitmap(category) >> id) & 1 != 0;
    }

    /// @notice Reserves that may be borrowed in any of the 255 e-modes, one bit an id.
    function borrowableInEModes(IAaveV36Pool pool) internal view returns (uint256 reserves) {
        for (uint256 category = 1; category <= type(uint8).max; ++category) {
            reserves |= pool.getEModeCategoryBorrowableBitmap(uint8(category));
        }
    }

    /// @notice The call that gives `asset` a grace period with the last second `until`, and unpauses it; 0 ends the period.
    function graceCall(address asset, uint40 until) internal view returns (bytes memory) {
        if (until == 0) return abi.encodeCall(IAaveV36Configurator.disableLiquidationGracePeriod, (asset));
        uint40 period = until - uint40(block.timestamp);
        return abi.encodeCall(IAaveV36Configurator.setReservePause, (asset, false, period));
    }
}
