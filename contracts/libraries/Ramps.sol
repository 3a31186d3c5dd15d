// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginPolicy} from "../interfaces/IMarginPolicy.sol";
import {MarginState} from "../types/Margin.sol";
import {Bps} from "../types/Units.sol";

/// @title Ramps
/// @notice The liquidation threshold as a function of time, and how it may fall.
///
/// PROMISE. Whatever is announced at a moment starts {NOTICE} later at the earliest, and only cancelling changes what was
/// announced before, upwards. So for {NOTICE} ahead nothing can lower the threshold below what {thresholdAt} says now, and
/// nobody, governance included, can shorten that: these are constants.
library Ramps {
    /// @dev Time between the announcement of a ramp and its start.
    uint256 internal constant NOTICE = 30 days;
    /// @dev Shortest ramp.
    uint256 internal constant SHORTEST = 7 days;
    /// @dev Longest time between the announcement of a ramp and its end: what is announced is what is meant.
    uint256 internal constant HORIZON = 730 days;
    /// @dev How much of its target a ramp may lose in a day, bps: so much of its health factor does a position lose at most.
    uint256 internal constant STEEPEST_PER_DAY = 100; // 1 %

    uint256 private constant BPS_ONE = 10_000;

    /// @notice Whether a ramp is announced or runs at `time`.
    function inForce(MarginState memory state, uint256 time) internal pure returns (bool) {
        return time < state.rampEnd;
    }

    /// @notice Liquidation threshold at `time`, if nothing is changed until then. Rounds up: not toward a liquidation.
    function thresholdAt(MarginState memory state, uint256 time) internal pure returns (Bps) {
        (uint256 start, uint256 end) = (state.rampStart, state.rampEnd);
        if (time >= end) return state.thresholdTo;
        if (time <= start) return state.thresholdFrom;
        uint256 target = Bps.unwrap(state.thresholdTo);
        uint256 depth = Bps.unwrap(state.thresholdFrom) - target;
        return Bps.wrap(uint16(target + (depth * (end - time) + (end - start) - 1) / (end - start)));
    }

    /// @notice Reverts with {IMarginPolicy.RampInvalid} unless the ramp in `state`, announced at `time`, may be.
    function check(MarginState memory state, uint256 time) internal pure {
        (uint256 start, uint256 end) = (state.rampStart, state.rampEnd);
        (uint256 from, uint256 target) = (Bps.unwrap(state.thresholdFrom), Bps.unwrap(state.thresholdTo));
        _require(target < from, IMarginPolicy.RampFault.TargetNotLower);
        _require(start >= time + NOTICE, IMarginPolicy.RampFault.NoticeTooShort);
        _require(end >= start + SHORTEST, IMarginPolicy.RampFault.TooShort);
        _require(end <= time + HORIZON, IMarginPolicy.RampFault.TooFarAhead);
        _require(
            (from - target) * 1 days * BPS_ONE <= STEEPEST_PER_DAY * target * (end - start),
            IMarginPolicy.RampFault.TooSteep
        );
    }

    function _require(bool condition, IMarginPolicy.RampFault fault) private pure {
        require(condition, IMarginPolicy.RampInvalid(fault));
    }
}
