// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bps} from "./Units.sol";

/// @notice What governance sets for a market: one slot (128 bits). Ramps have bounds of their own, which nobody sets.
struct MarginTerms {
    /// @dev Opening LTV below which scores lower nothing; at least 1 bps, as hosts take 0 for "no collateral at all".
    Bps minLtv;
    /// @dev Opening LTV above which scores raise nothing.
    Bps maxLtv;
    /// @dev Least distance from the opening LTV to the lowest threshold announced: what prices may move before a new borrower
    /// can be liquidated.
    Bps gap;
    /// @dev Most that the opening LTV rises at once.
    Bps step;
    /// @dev How long a higher score must stand before the opening LTV rises, seconds.
    uint32 cooldown;
    /// @dev Age from which an observation counts for no raise, and longest time between two that stand together, seconds.
    uint32 maxAge;
}

/// @notice Where a market stands: one slot, all that a host reads (224 bits).
struct MarginState {
    Bps openingLtv;
    /// @dev Liquidation threshold until the ramp starts; equal to `thresholdTo` where there is none.
    Bps thresholdFrom;
    /// @dev Liquidation threshold from the end of the ramp on: never above `thresholdFrom`; 0 where there is no market.
    Bps thresholdTo;
    /// @dev When the ramp starts and ends, unix seconds; 0 where there is none.
    uint40 rampStart;
    uint40 rampEnd;
    /// @dev Lowest opening LTV that the scores called for since `standingSince`; 0 when none above `openingLtv` stands.
    Bps standingLtv;
    /// @dev First observation of those that stand, unix seconds.
    uint40 standingSince;
    /// @dev Last observation of those that stand, unix seconds.
    uint40 standingTo;
}

/// @notice What the oracle says about a market's opening LTV.
struct Recommendation {
    /// @dev 0 when there is none: unknown, retired, unregistered, or not given.
    Bps ltv;
    /// @dev When it was observed, unix seconds.
    uint40 observedAt;
}
