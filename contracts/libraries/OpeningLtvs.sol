// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginPolicy} from "../interfaces/IMarginPolicy.sol";
import {MarginState, MarginTerms, Recommendation} from "../types/Margin.sol";
import {Bps} from "../types/Units.sol";

/// @title OpeningLtvs
/// @notice How scores move a market's opening LTV: down at once, up a step after a cooldown during which nothing lower was seen.
library OpeningLtvs {
    uint32 internal constant SHORTEST_COOLDOWN = 1 hours;
    uint32 internal constant LONGEST_COOLDOWN = 30 days;
    uint256 internal constant LARGEST_STEP = 1_000;

    /// @notice Moves `state` on by what the oracle says at `time`. Without a recommendation nothing changes, but that what stands
    /// is forgotten when its last observation is the one that is gone: it was voided.
    ///
    /// A lower one is taken whatever its age; one that is not above the opening LTV ends what stood. A higher one counts when
    /// it is at most `maxAge` old, and stands together with those before it when no two observations are further apart than
    /// that. When they span the cooldown, the opening LTV rises to the lowest of them, by a step at most, and the next rise
    /// starts from this observation. So a raise needs three epochs at least, as `maxAge` is at most half the cooldown.
    function next(
        MarginState memory state,
        MarginTerms memory terms,
        Recommendation memory recommendation,
        uint256 time
    ) internal pure {
        if (Bps.unwrap(recommendation.ltv) == 0) {
            if (recommendation.observedAt == state.standingTo) restart(state);
            return;
        }
        Bps called = _min(_max(recommendation.ltv, terms.minLtv), ceiling(state, terms));
        if (called <= state.openingLtv) {
            state.openingLtv = called;
            restart(state);
        } else if (time - recommendation.observedAt <= terms.maxAge) {
            _stand(state, terms, called, recommendation.observedAt);
        }
    }

    function _stand(MarginState memory state, MarginTerms memory terms, Bps called, uint40 observedAt) private pure {
        bool stood = Bps.unwrap(state.standingLtv) != 0 && observedAt - state.standingTo <= terms.maxAge;
        state.standingLtv = stood ? _min(state.standingLtv, called) : called;
        if (!stood) state.standingSince = observedAt;
        state.standingTo = observedAt;
        if (observedAt - state.standingSince < terms.cooldown) return;
        Bps stepped = Bps.wrap(Bps.unwrap(state.openingLtv) + Bps.unwrap(terms.step));
        state.openingLtv = _min(state.standingLtv, stepped);
        state.standingSince = observedAt;
        state.standingLtv = called;
    }

    /// @notice Forgets what stands: a raise needs a whole cooldown from here.
    function restart(MarginState memory state) internal pure {
        (state.standingLtv, state.standingSince, state.standingTo) = (Bps.wrap(0), 0, 0);
    }

    /// @notice Highest opening LTV allowed: `maxLtv`, and the gap below the lowest threshold announced.
    function ceiling(MarginState memory state, MarginTerms memory terms) internal pure returns (Bps) {
        uint16 threshold = Bps.unwrap(state.thresholdTo);
        uint16 gap = Bps.unwrap(terms.gap);
        return _min(terms.maxLtv, Bps.wrap(threshold > gap ? threshold - gap : 0));
    }

    /// @notice Brings the opening LTV under the ceiling at once, and forgets what stands.
    function cap(MarginState memory state, MarginTerms memory terms) internal pure {
        state.openingLtv = _min(state.openingLtv, ceiling(state, terms));
        restart(state);
    }

    /// @notice Reverts with {IMarginPolicy.TermsInvalid} unless `terms` are acceptable for the market of `state`.
    function check(MarginState memory state, MarginTerms memory terms) internal pure {
        uint16 step = Bps.unwrap(terms.step);
        _require(Bps.unwrap(terms.minLtv) != 0, IMarginPolicy.TermsFault.MinLtvZero);
        _require(Bps.unwrap(terms.gap) != 0, IMarginPolicy.TermsFault.GapZero);
        _require(step != 0 && step <= LARGEST_STEP, IMarginPolicy.TermsFault.StepOutOfRange);
        _require(
            terms.cooldown >= SHORTEST_COOLDOWN && terms.cooldown <= LONGEST_COOLDOWN,
            IMarginPolicy.TermsFault.CooldownOutOfRange
        );
        _require(terms.maxAge != 0 && terms.maxAge <= terms.cooldown / 2, IMarginPolicy.TermsFault.MaxAgeOutOfRange);
        _require(terms.minLtv <= ceiling(state, terms), IMarginPolicy.TermsFault.MinLtvAboveCeiling);
    }

    function _require(bool condition, IMarginPolicy.TermsFault fault) private pure {
        require(condition, IMarginPolicy.TermsInvalid(fault));
    }

    function _min(Bps a, Bps b) private pure returns (Bps) {
        return a < b ? a : b;
    }

    function _max(Bps a, Bps b) private pure returns (Bps) {
        return a > b ? a : b;
    }
}
