// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Level} from "./Level.sol";
import {Bps, Cx} from "./Units.sol";

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

/// @notice Where a target stands: one slot, all that a guard reads but for the caller's own meter (256 bits).
struct TargetState {
    /// @dev Observe only: levels move and are evented, nothing is blocked.
    bool shadow;
    /// @dev Whether a score older than `maxAge` blocks borrowing.
    bool blocksWhenStale;
    /// @dev Level as last stored; above Watch it counts until `until`, then as NoNewLeverage until `noNewLeverageUntil`, then as
    /// Watch.
    Level level;
    /// @dev Health factor in 0.0001 (10_000 is 1) below which a liquidation is never blocked.
    uint16 floor;
    /// @dev Age in seconds from which a score is stale.
    uint16 maxAge;
    /// @dev When the throttle's capacity and window were last set, unix seconds: a meter written before has older ones.
    uint40 throttleSince;
    /// @dev When the level ends by itself, unix seconds; 0 for Normal and Watch.
    uint40 until;
    /// @dev When the newest known score was observed, unix seconds.
    uint40 observedAt;
    /// @dev Until when liquidations stay throttled after a Halt, unix seconds.
    uint40 graceUntil;
    /// @dev Until when the target is at NoNewLeverage at least, unix seconds: never before `until` and `graceUntil`; 0 for
    /// Normal and Watch.
    uint40 noNewLeverageUntil;
}

/// @notice What guards do not need to know of a target: one slot (240 bits).
struct TargetLedger {
    /// @dev Block in which evidence for a level was last counted.
    uint48 confirmedBlock;
    /// @dev When `budgetSeconds` was true, unix seconds.
    uint48 budgetAt;
    /// @dev Seconds of Throttle and Halt left at `budgetAt`.
    uint40 budgetSeconds;
    /// @dev Last epoch counted as evidence.
    uint48 lastEpoch;
    /// @dev When the level was entered, unix seconds.
    uint40 dwellSince;
    /// @dev Epochs that confirmed each level, two bits a level, Watch lowest; saturates at 3.
    uint8 confirmations;
    /// @dev Whether the scores entered the level, and not a guardian.
    bool byScores;
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
