// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Level} from "./Level.sol";
import {Bps, Cx} from "./Units.sol";

/// @notice Whether new borrowing goes on when a target's score is older than its `maxAge`.
enum StalePolicy {
    BlockBorrowing,
    AllowBorrowing
}

/// @notice Why a level changed.
enum Cause {
    /// The scores said so.
    Scores,
    /// The level's time was up.
    Expiry,
    /// A guardian raised it.
    Guardian,
    /// Governance lowered it.
    Governance
}

/// @notice Where a target stands: one slot, all that a guard reads (256 bits).
struct TargetState {
    /// @dev Level as last stored; from `until` on, a level above Watch counts as Watch.
    Level level;
    StalePolicy stalePolicy;
    /// @dev Observe only: levels move and are evented, nothing is blocked.
    bool shadow;
    /// @dev Epochs that confirmed each level, two bits a level, Watch lowest; saturates at 3.
    uint8 confirmations;
    /// @dev Age in seconds from which a score is stale.
    uint16 maxAge;
    /// @dev When the level ends by itself, unix seconds; 0 for Normal and Watch.
    uint40 until;
    /// @dev When the level was entered, unix seconds.
    uint40 dwellSince;
    /// @dev When the newest known score was observed, unix seconds.
    uint40 observedAt;
    /// @dev Until when liquidations stay throttled after a Halt, unix seconds.
    uint40 graceUntil;
    /// @dev Last epoch counted as evidence.
    uint48 lastEpoch;
}

/// @notice What only {poke} needs to remember of a target: one slot (136 bits).
struct TargetLedger {
    /// @dev Block in which evidence for a level was last counted.
    uint48 confirmedBlock;
    /// @dev When `budgetSeconds` was true, unix seconds.
    uint48 budgetAt;
    /// @dev Seconds of Throttle and Halt left at `budgetAt`.
    uint40 budgetSeconds;
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
    /// @dev Health factor (1e18 is 1) below which a liquidation is never blocked; at most 1e18.
    uint64 healthFactorFloor;
    /// @dev Age in seconds from which a score is stale.
    uint16 maxAge;
    StalePolicy stalePolicy;
    bool shadow;
    /// @dev Value that one host may liquidate at once under Throttle, in the host's unit of value.
    uint128 throttleCapacity;
    /// @dev Seconds in which `throttleCapacity` comes back.
    uint32 throttleWindow;
}

/// @notice What the oracle said when a level was decided.
struct Evidence {
    /// @dev Whether there was a score; if not, only `epoch` means something.
    bool known;
    uint48 epoch;
    uint48 observedAt;
    Cx leverage;
    Bps liquidationAtRisk;
    uint8 advice;
    bool oracleGap;
    Bps coverage;
}
