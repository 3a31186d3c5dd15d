// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice How much a target is protected; each level includes what the levels below it do.
enum Level {
    /// Nothing is restricted.
    Normal,
    /// Nothing is restricted; the evidence is on record.
    Watch,
    /// New borrowing, and withdrawal of collateral by indebted accounts, is blocked.
    NoNewLeverage,
    /// Liquidations are also limited to a volume over time.
    Throttle,
    /// Liquidations are also blocked, except for accounts below the health-factor floor.
    Halt
}

/// @notice What a host protocol asks about.
enum Action {
    Borrow,
    WithdrawCollateral,
    Liquidate,
    Repay,
    AddCollateral
}
