// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MarginState, MarginTerms} from "../types/Margin.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {Bps} from "../types/Units.sol";

/// @title IMarginPolicy
/// @notice Turns recommended opening LTVs into parameters that a host reads: down at once, up behind a cooldown; and holds its
/// liquidation thresholds, which scores never move, and governance lowers only along a ramp announced a month ahead.
interface IMarginPolicy {
    /// @notice What can be wrong with a market's terms.
    enum TermsFault {
        /// The lowest opening LTV is 0, which hosts take for "no collateral".
        MinLtvZero,
        /// There is no gap between opening LTV and threshold.
        GapZero,
        /// The step is 0 or above 10 %.
        StepOutOfRange,
        /// The cooldown is shorter than an hour or longer than 30 days.
        CooldownOutOfRange,
        /// The longest age is 0 or above half the cooldown: a raise would not need three epochs.
        MaxAgeOutOfRange,
        /// The lowest opening LTV is above `maxLtv`, or nearer than the gap to the lowest threshold announced.
        MinLtvAboveCeiling
    }

    /// @notice What can be wrong with a ramp.
    enum RampFault {
        /// It does not lower the threshold.
        TargetNotLower,
        /// It starts less than 30 days from now.
        NoticeTooShort,
        /// It is shorter than 7 days.
        TooShort,
        /// It ends more than 730 days from now.
        TooFarAhead,
        /// It loses more than 1 % of its target a day.
        TooSteep
    }

    /// @notice A market was added.
    /// @param subject The market.
    /// @param openingLtv Opening LTV to begin with.
    /// @param threshold Liquidation threshold to begin with.
    /// @param terms What governance set.
    event MarketAdded(SubjectId indexed subject, Bps openingLtv, Bps threshold, MarginTerms terms);

    /// @notice A market's terms were replaced.
    /// @param subject The market.
    /// @param oldTerms The terms before.
    /// @param newTerms The terms now.
    event TermsChanged(SubjectId indexed subject, MarginTerms oldTerms, MarginTerms newTerms);

    /// @notice The opening LTV changed.
    /// @param subject The market.
    /// @param oldLtv Before.
    /// @param newLtv Now.
    /// @param recommended What the score said; 0 when governance lowered the ceiling.
    /// @param observedAt When that was observed, unix seconds; 0 likewise.
    event OpeningLtvChanged(
        SubjectId indexed subject,
        Bps oldLtv,
        Bps newLtv,
        Bps recommended,
        uint48 indexed observedAt
    );

    /// @notice What stands for a raise changed.
    /// @param subject The market.
    /// @param standingLtv Lowest of the opening LTVs that stand; 0 when none does any more.
    /// @param since First observation of those that stand, unix seconds.
    /// @param to Last observation of those that stand, unix seconds.
    event StandingChanged(SubjectId indexed subject, Bps standingLtv, uint48 since, uint48 to);

    /// @notice The liquidation threshold was raised, at once.
    /// @param subject The market.
    /// @param oldThreshold Before.
    /// @param newThreshold Now.
    event ThresholdRaised(SubjectId indexed subject, Bps oldThreshold, Bps newThreshold);

    /// @notice A ramp was announced: the liquidation threshold will fall along a line.
    /// @param subject The market.
    /// @param from Threshold until it starts.
    /// @param target Threshold when it has ended.
    /// @param startsAt When it starts, unix seconds.
    /// @param endsAt When it ends, unix seconds.
    event RampStarted(SubjectId indexed subject, Bps from, Bps target, uint48 startsAt, uint48 endsAt);

    /// @notice A ramp was cancelled: the liquidation threshold stays as it is.
    /// @param subject The market.
    /// @param threshold Threshold from now on.
    /// @param target What it was on its way to.
    event RampCancelled(SubjectId indexed subject, Bps threshold, Bps target);

    /// @notice Thrown when a market was never added.
    error MarketUnknown(SubjectId subject);
    /// @notice Thrown when a market was added before.
    error MarketExists(SubjectId subject);
    /// @notice Thrown when terms are out of their bounds.
    error TermsInvalid(TermsFault fault);
    /// @notice Thrown when a first opening LTV is outside the terms, or nearer than the gap to the threshold.
    error OpeningLtvOutOfRange(Bps seen, Bps minLtv, Bps ceiling);
    /// @notice Thrown when a threshold is not above the current one, or above 100 %.
    error ThresholdOutOfRange(Bps seen, Bps current);
    /// @notice Thrown when a ramp breaks a bound.
    error RampInvalid(RampFault fault);
    /// @notice Thrown when a ramp is announced or runs.
    error RampInForce(SubjectId subject, uint48 endsAt);
    /// @notice Thrown when there is no ramp to cancel.
    error RampNotInForce(SubjectId subject);

    /// @notice Brings the opening LTV of `subject` to what its score calls for now. Anybody may call it.
    /// @dev Emits {OpeningLtvChanged} and {StandingChanged}. Without a known score, nothing changes. Reverts with
    /// {MarketUnknown}.
    /// @return ltv The opening LTV from now on.
    function sync(SubjectId subject) external returns (Bps ltv);

    /// @notice Adds the market `subject`, once.
    /// @dev Emits {MarketAdded}. What is given here is what the host has: no position is compared with it.
    ///
    /// Requirements:
    /// - the caller holds the role ({AccessManagedUnauthorized});
    /// - the market is new ({MarketExists});
    /// - the threshold is at most 100 % ({ThresholdOutOfRange});
    /// - the terms are within bounds ({TermsInvalid}), and the opening LTV within the terms ({OpeningLtvOutOfRange}).
    /// @param subject The market, as the oracle names it.
    /// @param terms How scores may move the opening LTV.
    /// @param firstLtv Opening LTV to begin with.
    /// @param firstThreshold Liquidation threshold to begin with.
    function addMarket(SubjectId subject, MarginTerms calldata terms, Bps firstLtv, Bps firstThreshold) external;

    /// @notice Replaces the terms of `subject`; an opening LTV above their ceiling falls to it at once, none rises.
    /// @dev Emits {TermsChanged}, and {OpeningLtvChanged} and {StandingChanged} where these change: a raise needs a whole
    /// cooldown from here. Reverts with {AccessManagedUnauthorized}, {MarketUnknown} or {TermsInvalid}.
    /// @param subject The market.
    /// @param newTerms The terms from now on.
    function setTerms(SubjectId subject, MarginTerms calldata newTerms) external;

    /// @notice Raises the liquidation threshold of `subject`, at once: no position comes nearer to liquidation.
    /// @dev Emits {ThresholdRaised}. The opening LTV does not rise with it: only scores raise it.
    ///
    /// Requirements:
    /// - the caller holds the role ({AccessManagedUnauthorized});
    /// - the market is known ({MarketUnknown}), and has no ramp in force ({RampInForce});
    /// - the threshold is above the current one and at most 100 % ({ThresholdOutOfRange}).
    /// @param subject The market.
    /// @param newThreshold The threshold from now on.
    function raiseThreshold(SubjectId subject, Bps newThreshold) external;

    /// @notice Announces that the liquidation threshold of `subject` falls from its current value to `target` between
    /// `startsAt` and `endsAt`. The opening LTV falls to the gap below the target at once.
    /// @dev Emits {RampStarted}, and {OpeningLtvChanged} and {StandingChanged} where these change.
    ///
    /// Requirements:
    /// - the caller holds the role ({AccessManagedUnauthorized});
    /// - the market is known ({MarketUnknown}), and has no ramp in force ({RampInForce});
    /// - 30 days of notice, 7 days of length, 730 days to the end, at most 1 % of the target a day ({RampInvalid});
    /// - the terms hold at the target ({TermsInvalid}).
    /// @param subject The market.
    /// @param target Threshold from the end on.
    /// @param startsAt When the threshold begins to fall, unix seconds.
    /// @param endsAt When it has fallen, unix seconds.
    function startRamp(SubjectId subject, Bps target, uint40 startsAt, uint40 endsAt) external;

    /// @notice Ends the ramp of `subject`: the threshold stays where it is now.
    /// @dev Emits {RampCancelled}. Reverts with {AccessManagedUnauthorized}, {MarketUnknown} or {RampNotInForce}.
    function cancelRamp(SubjectId subject) external;

    /// @notice Share of its collateral that a position in `subject` may borrow when it opens or grows. At least 1 bps, and below
    /// {liquidationThreshold}. Reverts with {MarketUnknown}.
    function openingLtv(SubjectId subject) external view returns (Bps);

    /// @notice Share of its collateral at which a position in `subject` may be liquidated, now. Reverts with {MarketUnknown}.
    function liquidationThreshold(SubjectId subject) external view returns (Bps);

    /// @notice The liquidation threshold of `subject` at `time` (unix seconds, not before now), if nothing changes until then.
    /// Up to 30 days ahead it is a lower bound, whoever calls whatever. Reverts with {MarketUnknown}.
    function thresholdAt(SubjectId subject, uint40 time) external view returns (Bps);

    /// @notice Both parameters of `subject`, of the same moment. Reverts with {MarketUnknown}.
    function parameters(SubjectId subject) external view returns (Bps ltv, Bps threshold);

    /// @notice Where `subject` stands, and its terms. Reverts with {MarketUnknown}.
    function marketOf(SubjectId subject) external view returns (MarginState memory state, MarginTerms memory terms);
}
