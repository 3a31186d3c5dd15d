// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bps, Cx} from "./Units.sol";

/// @notice Whether new borrowing goes on when a target's score is older than its `maxAge`.
enum StalePolicy {
    BlockBorrowing,
    AllowBorrowing
}

/// @notice When one level is entered and when it is left.
struct LevelRule {
    /// @dev Leverage from which the level is entered.
    Cx enterLeverage;
    /// @dev Leverage below which it may be left; below `enterLeverage`.
    Cx exitLeverage;
    /// @dev Liquidation at risk from which the level is entered.
    Bps enterLiquidationAtRisk;
    /// @dev Liquidation at risk below which it may be left; below `enterLiquidationAtRisk`.
    Bps exitLiquidationAtRisk;
}

/// @notice Times and shares of a target: one slot (248 bits).
struct TargetTerms {
    /// @dev How long NoNewLeverage lasts after the last evidence, seconds.
    uint32 noNewLeverageSeconds;
    /// @dev How long a Throttle lasts, seconds.
    uint32 throttleSeconds;
    /// @dev How long a Halt lasts, seconds; at most 4 hours.
    uint32 haltSeconds;
    /// @dev How long liquidations stay throttled after a Halt, seconds.
    uint32 graceSeconds;
    /// @dev Shortest stay on a level before the scores may lower it, seconds.
    uint32 minDwell;
    /// @dev Most seconds of Throttle and Halt in one go.
    uint32 budgetCapacity;
    /// @dev Seconds of Throttle and Halt that come back a day.
    uint32 budgetRefillPerDay;
    /// @dev Epochs needed to enter each level, two bits a level, Watch lowest; 1 to 3 each.
    uint8 confirmations;
    /// @dev Coverage below which the scores lower nothing.
    Bps minCoverage;
}

/// @notice Everything governance sets for a target.
struct TargetConfig {
    /// @dev Watch, NoNewLeverage, Throttle, Halt.
    LevelRule[4] rules;
    TargetTerms terms;
    /// @dev Health factor (1e18 is 1) below which a liquidation is never blocked; 0.9 to 1, in steps of 0.0001.
    uint64 healthFactorFloor;
    /// @dev Age in seconds from which a score is stale.
    uint16 maxAge;
    StalePolicy stalePolicy;
    bool shadow;
    /// @dev Value that one host may liquidate at once under Throttle, in the host's unit of value.
    uint96 throttleCapacity;
    /// @dev Seconds in which `throttleCapacity` comes back; at most 24 hours.
    uint24 throttleWindow;
}
