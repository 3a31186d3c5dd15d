// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPushAdapter} from "./IPushAdapter.sol";

/// @title IAaveV3Mom
/// @notice Turns new borrowing off on Aave v3.6 while one target of the breaker calls for it, and on again afterwards.
/// @dev Reserves are named by their id in the pool, e-modes by their category. A set of categories is a bitmap: bit 0 stands for
/// borrowing outside of e-modes.
interface IAaveV3Mom is IPushAdapter {
    /// @notice What the adapter will turn on again changed.
    /// @param asset The reserve.
    /// @param categories Where it is off because of this adapter.
    event TurnedOffChanged(address indexed asset, uint256 categories);

    /// @notice Thrown when {disown} is called by somebody who could not turn borrowing off on the host.
    error CallerNotRiskOrPoolAdmin(address caller);

    /// @notice As {sync}, where the whole does not fit into one transaction.
    /// @param reserves Reserves to turn off outside of e-modes, or on again everywhere.
    /// @param categories E-modes in which everything is turned off; of no use for turning on.
    /// @return applied Number of flags that changed.
    function syncPart(uint16[] memory reserves, uint8[] memory categories) external returns (uint256 applied);

    /// @notice Makes the adapter forget that it turned `asset` off in `categories`: what is off there stays off.
    /// @dev Emits {TurnedOffChanged}. Without it, the host cannot show that borrowing is to stay off: the flag is off already.
    ///
    /// Requirements:
    /// - the caller holds RISK_ADMIN or POOL_ADMIN on the host ({CallerNotRiskOrPoolAdmin}).
    function disown(address asset, uint256 categories) external;

    /// @notice Where `asset` is off because of this adapter, which will turn it on again.
    function turnedOff(address asset) external view returns (uint256 categories);
}
