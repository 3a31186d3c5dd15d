// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IMarginPolicy} from "./interfaces/IMarginPolicy.sol";
import {IRiskOracle} from "./interfaces/IRiskOracle.sol";
import {OpeningLtvs} from "./libraries/OpeningLtvs.sol";
import {Ramps} from "./libraries/Ramps.sol";
import {MarginState, MarginTerms, Recommendation} from "./types/Margin.sol";
import {Score} from "./types/Score.sol";
import {SubjectId} from "./types/SubjectId.sol";
import {Bps} from "./types/Units.sol";

/// @title MarginPolicy
/// @notice Opening LTVs that follow the scores, and liquidation thresholds that do not.
///
/// TRUST. Scores lower the opening LTV at once, to `minLtv` at worst, and raise it a step at a time after a cooldown, to
/// `maxLtv` at best; anybody may call for it. Scores never touch a liquidation threshold. Governance raises one at once, and
/// lowers it only along a ramp.
///
/// NO LIQUIDATION BY US. At unchanged prices and debts: (1) no publication, no call by anybody without a role, and no time
/// makes a position liquidatable that was not, unless governance announced a ramp; (2) for 30 days after a position was
/// opened or last grew, nobody at all can bring the threshold nearer to its opening LTV than the gap of that moment; (3) no
/// position loses more than 1 % of its health factor a day, and everybody can read 30 days ahead what he loses. ADR 0017.
///
/// STALENESS. Unknown, retired, voided or never published: everything stays, but that a voided epoch does not count towards a
/// raise. A stale score lowers, and raises nothing.
///
/// ROUNDING. A threshold on its ramp rounds up, not toward a liquidation.
///
/// LIVENESS. Reads cost one slot and revert only for a market that was never added: 0 would read as "liquidate everybody". The
/// oracle is asked in {sync} alone. Not upgradeable; a host changes a pointer.
///
/// WHAT IS NOT GUARANTEED. That a host asks, or that it has no other parameters. A position that prices have moved above a
/// ramp's target, or that was opened there more than 30 days before the ramp starts, is reached by it, slowly and announced.
contract MarginPolicy is IMarginPolicy, AccessManaged {
    using OpeningLtvs for MarginState;
    using Ramps for MarginState;

    uint16 private constant BPS_ONE = 10_000;

    /// @notice The oracle asked.
    IRiskOracle public immutable oracle;

    /* STORAGE */

    mapping(SubjectId subject => MarginState) private _states;
    mapping(SubjectId subject => MarginTerms) private _terms;

    constructor(IRiskOracle newOracle, address initialAuthority) AccessManaged(initialAuthority) {
        oracle = newOracle;
    }

    /* BY SCORES */

    /// @inheritdoc IMarginPolicy
    function sync(SubjectId subject) external returns (Bps) {
        MarginState memory state = _load(subject);
        (, Score memory score, uint48 observedAt) = oracle.tryScore(subject);
        Recommendation memory recommendation = Recommendation(score.borrowLtv, uint40(observedAt));
        state.next(_terms[subject], recommendation, block.timestamp);
        _store(subject, state, recommendation);
        return state.openingLtv;
    }

    /* BY GOVERNANCE */

    /// @inheritdoc IMarginPolicy
    function addMarket(
        SubjectId subject,
        MarginTerms calldata terms,
        Bps firstLtv,
        Bps firstThreshold
    ) external restricted {
        require(Bps.unwrap(_states[subject].thresholdTo) == 0, MarketExists(subject));
        require(Bps.unwrap(firstThreshold) <= BPS_ONE, ThresholdOutOfRange(firstThreshold, Bps.wrap(0)));
        MarginState memory state;
        (state.openingLtv, state.thresholdFrom, state.thresholdTo) = (firstLtv, firstThreshold, firstThreshold);
        state.check(terms);
        Bps ceiling = state.ceiling(terms);
        require(firstLtv >= terms.minLtv && firstLtv <= ceiling, OpeningLtvOutOfRange(firstLtv, terms.minLtv, ceiling));
        _states[subject] = state;
        _terms[subject] = terms;
        emit MarketAdded(subject, firstLtv, firstThreshold, terms);
    }

    /// @inheritdoc IMarginPolicy
    function setTerms(SubjectId subject, MarginTerms calldata newTerms) external restricted {
        MarginState memory state = _load(subject);
        MarginTerms memory old = _terms[subject];
        state.check(newTerms);
        state.cap(newTerms);
        _terms[subject] = newTerms;
        emit TermsChanged(subject, old, newTerms);
        _store(subject, state, Recommendation(Bps.wrap(0), 0));
    }

    /// @inheritdoc IMarginPolicy
    function raiseThreshold(SubjectId subject, Bps newThreshold) external restricted {
        MarginState memory state = _loadWithoutRamp(subject);
        Bps old = state.thresholdTo;
        require(newThreshold > old && Bps.unwrap(newThreshold) <= BPS_ONE, ThresholdOutOfRange(newThreshold, old));
        _settle(state, newThreshold);
        _states[subject] = state;
        emit ThresholdRaised(subject, old, newThreshold);
    }

    /// @inheritdoc IMarginPolicy
    function startRamp(SubjectId subject, Bps target, uint40 startsAt, uint40 endsAt) external restricted {
        MarginState memory state = _loadWithoutRamp(subject);
        MarginTerms memory terms = _terms[subject];
        (state.thresholdFrom, state.thresholdTo) = (state.thresholdTo, target);
        (state.rampStart, state.rampEnd) = (startsAt, endsAt);
        Ramps.check(state, block.timestamp);
        OpeningLtvs.check(state, terms);
        state.cap(terms);
        emit RampStarted(subject, state.thresholdFrom, target, startsAt, endsAt);
        _store(subject, state, Recommendation(Bps.wrap(0), 0));
    }

    /// @inheritdoc IMarginPolicy
    function cancelRamp(SubjectId subject) external restricted {
        MarginState memory state = _load(subject);
        require(state.inForce(block.timestamp), RampNotInForce(subject));
        Bps target = state.thresholdTo;
        _settle(state, state.thresholdAt(block.timestamp));
        _states[subject] = state;
        emit RampCancelled(subject, state.thresholdTo, target);
    }

    /* READING */

    /// @inheritdoc IMarginPolicy
    function openingLtv(SubjectId subject) external view returns (Bps) {
        return _load(subject).openingLtv;
    }

    /// @inheritdoc IMarginPolicy
    function liquidationThreshold(SubjectId subject) external view returns (Bps) {
        return _load(subject).thresholdAt(block.timestamp);
    }

    /// @inheritdoc IMarginPolicy
    function thresholdAt(SubjectId subject, uint40 time) external view returns (Bps) {
        return _load(subject).thresholdAt(time);
    }

    /// @inheritdoc IMarginPolicy
    function parameters(SubjectId subject) external view returns (Bps ltv, Bps threshold) {
        MarginState memory state = _load(subject);
        return (state.openingLtv, state.thresholdAt(block.timestamp));
    }

    /// @inheritdoc IMarginPolicy
    function marketOf(SubjectId subject) external view returns (MarginState memory state, MarginTerms memory terms) {
        return (_load(subject), _terms[subject]);
    }

    function _load(SubjectId subject) private view returns (MarginState memory state) {
        state = _states[subject];
        require(Bps.unwrap(state.thresholdTo) != 0, MarketUnknown(subject));
    }

    function _loadWithoutRamp(SubjectId subject) private view returns (MarginState memory state) {
        state = _load(subject);
        require(!state.inForce(block.timestamp), RampInForce(subject, state.rampEnd));
    }

    /// @dev A threshold without a ramp.
    function _settle(MarginState memory state, Bps threshold) private pure {
        (state.thresholdFrom, state.thresholdTo, state.rampStart, state.rampEnd) = (threshold, threshold, 0, 0);
    }

    function _store(SubjectId subject, MarginState memory state, Recommendation memory because) private {
        MarginState memory old = _states[subject];
        _states[subject] = state;
        if (state.openingLtv != old.openingLtv)
            emit OpeningLtvChanged(subject, old.openingLtv, state.openingLtv, because.ltv, because.observedAt);
        if (
            state.standingLtv != old.standingLtv ||
            state.standingSince != old.standingSince ||
            state.standingTo != old.standingTo
        ) emit StandingChanged(subject, state.standingLtv, state.standingSince, state.standingTo);
    }
}
