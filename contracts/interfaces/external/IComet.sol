// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IComet
/// @notice What the adapter calls on a Compound v3 market. Source: compound-finance/comet, Comet.sol; every version since the
/// first has these.
interface IComet {
    /// @notice Sets all five flags at once. For the governor and the pause guardian.
    function pause(
        bool supplyPaused,
        bool transferPaused,
        bool withdrawPaused,
        bool absorbPaused,
        bool buyPaused
    ) external;

    /// @notice Whether supplying is paused: the base asset, which repays, and collateral.
    function isSupplyPaused() external view returns (bool);

    /// @notice Whether moving the base asset, which may borrow it, or collateral to another account is paused.
    function isTransferPaused() external view returns (bool);

    /// @notice Whether withdrawing is paused: the base asset, which borrows it beyond what was supplied, and collateral.
    function isWithdrawPaused() external view returns (bool);

    /// @notice Whether liquidation is paused.
    function isAbsorbPaused() external view returns (bool);

    /// @notice Whether buying what was liquidated is paused.
    function isBuyPaused() external view returns (bool);
}
