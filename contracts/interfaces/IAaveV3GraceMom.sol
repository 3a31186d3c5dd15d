// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPushAdapter} from "./IPushAdapter.sol";

/// @notice A liquidation to be passed on to the host.
struct FloorLiquidation {
    /// @dev Whose.
    address account;
    /// @dev Reserve to take.
    address collateralAsset;
    /// @dev Reserve to repay.
    address debtAsset;
    /// @dev Raw units of `debtAsset`, exactly what is taken from the caller; what the host leaves is given back.
    uint256 debtToCover;
    /// @dev Whether to be paid in the host's token for the collateral rather than in the collateral.
    bool receiveAToken;
}

/// @title IAaveV3GraceMom
/// @notice Holds liquidations back on Aave v3.6 by grace periods while one target of the breaker calls for it: at Halt all the
/// time, at Throttle in the closed part of every cycle.
/// @dev Reserves are named by their id in the pool.
interface IAaveV3GraceMom is IPushAdapter {
    /// @notice The grace period that this adapter gave a reserve changed.
    /// @param asset The reserve.
    /// @param until Last second of it; 0 when it was lifted.
    event GraceChanged(address indexed asset, uint40 until);

    /// @notice Thrown when a liquidation is not of an account below the floor, while liquidations are limited.
    error AccountAboveFloor(address account, uint256 healthFactor);

    /// @notice As {sync}, where the whole does not fit into one transaction.
    /// @param reserves Reserves to bring in line.
    /// @return applied Number of reserves that changed.
    function syncPart(uint16[] memory reserves) external returns (uint256 applied);

    /// @notice Liquidates an account below the floor, whatever the level: lifts the grace of its two reserves, passes the
    /// liquidation on to the host, and puts the grace back. Anybody may call, having approved {liquidator} for `debtToCover`.
    /// @dev The grace is of a reserve, not of an account. Were it left lifted, one forgotten account below the floor would open a
    /// Halt for everybody; so nobody else gets a turn. What the host pays goes to the caller.
    ///
    /// Requirements:
    /// - the account is below the target's floor, or liquidations are not limited ({AccountAboveFloor});
    /// - the host takes the liquidation, and the grace back ({EffectNotVerified}).
    function liftFor(FloorLiquidation calldata liquidation) external;

    /// @notice Last second of the grace period that this adapter gave `asset`; 0 or past when none of its own is running.
    function graceUntil(address asset) external view returns (uint40);

    /// @notice Through whom {liftFor} pays and is paid.
    function liquidator() external view returns (address);
}
