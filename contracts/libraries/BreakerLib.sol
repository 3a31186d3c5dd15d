// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Evidence, TargetLedger, TargetState, TargetTerms} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";
import {LevelRules} from "./LevelRules.sol";
import {PauseBudget} from "./PauseBudget.sol";

/// @notice All that is remembered about a target.
struct BreakerState {
    TargetState target;
    TargetLedger ledger;
}

/// @notice All that a transition depends on besides the state and the time.
struct BreakerInput {
    /// @dev Packed by {LevelRules}.
    uint256 rules;
    TargetTerms terms;
    Evidence evidence;
    uint48 blockNumber;
}

/// @title BreakerLib
/// @notice The transitions of a target's level. Pure; the state passed in is changed in place and returned.
library BreakerLib {
    using LevelRules for uint256;
    using PauseBudget for TargetLedger;

    /// @dev The scores start no pause shorter than this: it would end before anybody repaid.
    uint256 internal constant SHORTEST_PAUSE = 5 minutes;

    uint256 private constant COUNTER_MAX = 3;

    /// @notice The level in force at `now_`: above Watch only before its expiry.
    function levelAt(TargetState memory t, uint256 now_) internal pure returns (Level) {
        return t.level > Level.Watch && now_ >= t.until ? Level.Watch : t.level;
    }

    /// @notice Ends a level whose time is up.
    function expire(BreakerState memory s, uint256 now_) internal pure returns (BreakerState memory) {
        TargetState memory t = s.target;
        if (t.level <= Level.Watch || now_ < t.until) return s;
        // A pause begins again only on evidence from after it: its counters start over.
        if (t.level >= Level.Throttle) t.confirmations &= 0x0f;
        t.level = Level.Watch;
        t.dwellSince = t.until;
        t.until = 0;
        return s;
    }

    /// @notice The transition: expiry, then nothing if the evidence is missing or stale; otherwise
    /// one rise on newly confirmed evidence, or one level down, or none.
    /// @return The state.
    /// @return wanted The level that new evidence confirmed; above the state's level only where the budget did not reach.
    function next(
        BreakerState memory s,
        BreakerInput memory input,
        uint256 now_
    ) internal pure returns (BreakerState memory, Level wanted) {
        TargetState memory t = expire(s, now_).target;
        Evidence memory evidence = input.evidence;
        if (!evidence.known) return (s, wanted);
        if (evidence.observedAt > t.observedAt) t.observedAt = uint40(evidence.observedAt);
        if (now_ > uint256(evidence.observedAt) + t.maxAge) return (s, wanted);

        bool fresh = evidence.epoch > t.lastEpoch && input.blockNumber > s.ledger.confirmedBlock;
        if (fresh) {
            _count(s, input);
            wanted = _confirmed(t.confirmations, input.terms.confirmations);
            if (wanted > t.level) return (_raise(s, wanted, input.terms, now_), wanted);
        }
        if (t.level == Level.Normal) return (s, wanted);
        if (input.rules.holds(t.level, evidence)) {
            if (fresh && t.level == Level.NoNewLeverage) t.until = uint40(now_ + input.terms.noNewLeverageSeconds);
        } else if (_mayFall(t, input, now_)) {
            _lower(s, input.terms, now_);
        }
        return (s, wanted);
    }

    /// @notice Enters `level` for `duration` seconds; Halt also takes its release grace. The caller has checked the budget.
    function enter(
        BreakerState memory s,
        Level level,
        TargetTerms memory terms,
        uint256 duration,
        uint256 now_
    ) internal pure returns (BreakerState memory) {
        TargetState memory t = s.target;
        uint256 grace = level == Level.Halt ? terms.graceSeconds : 0;
        if (level >= Level.Throttle) {
            s.ledger.settle(terms, prepaid(t, now_), duration + grace, now_);
            t.graceUntil = grace == 0 ? 0 : uint40(now_ + duration + grace);
        }
        t.level = level;
        t.dwellSince = uint40(now_);
        t.until = level > Level.Watch ? uint40(now_ + duration) : 0;
        return s;
    }

    /// @notice Lowers to `level` at once, gives back what is not used, and starts the counters over. Leaving a Halt leaves its
    /// release grace, from now; a second release ends that too.
    function release(
        BreakerState memory s,
        Level level,
        TargetTerms memory terms,
        uint256 now_
    ) internal pure returns (BreakerState memory) {
        TargetState memory t = s.target;
        uint256 grace = levelAt(t, now_) == Level.Halt && t.graceUntil > t.until ? t.graceUntil - t.until : 0;
        s.ledger.settle(terms, prepaid(t, now_), grace, now_);
        t.graceUntil = grace == 0 ? 0 : uint40(now_ + grace);
        t.level = level;
        t.dwellSince = uint40(now_);
        t.until = level == Level.NoNewLeverage ? uint40(now_ + terms.noNewLeverageSeconds) : 0;
        t.confirmations = 0;
        return s;
    }

    /// @notice Seconds that a new pause could take: what is left, and what the current one would give back.
    function budgetLeft(
        BreakerState memory s,
        TargetTerms memory terms,
        uint256 now_
    ) internal pure returns (uint256 left) {
        left = s.ledger.available(terms, now_) + prepaid(s.target, now_);
        if (left > terms.budgetCapacity) left = terms.budgetCapacity;
    }

    /// @notice Seconds of Throttle, Halt and grace that are taken but not yet used.
    function prepaid(TargetState memory t, uint256 now_) internal pure returns (uint256) {
        uint256 end = t.graceUntil;
        if (t.level >= Level.Throttle && t.until > end) end = t.until;
        return end > now_ ? end - now_ : 0;
    }

    /// @dev Counts one epoch for every level that it calls for; a level that it does not call for starts over.
    function _count(BreakerState memory s, BreakerInput memory input) private pure {
        uint256 counters = s.target.confirmations;
        uint256 counted;
        for (uint256 i; i < 4; ++i) {
            if (!input.rules.enters(Level(i + 1), input.evidence)) continue;
            uint256 counter = (counters >> (2 * i)) & 3;
            counted |= (counter < COUNTER_MAX ? counter + 1 : COUNTER_MAX) << (2 * i);
        }
        s.target.confirmations = uint8(counted);
        s.target.lastEpoch = input.evidence.epoch;
        if (counted != 0) s.ledger.confirmedBlock = input.blockNumber;
    }

    /// @dev The highest level with as many confirmations as it needs.
    function _confirmed(uint256 counters, uint256 needed) private pure returns (Level) {
        for (uint256 i = 4; i > 0; --i) {
            uint256 shift = 2 * (i - 1);
            if ((counters >> shift) & 3 >= (needed >> shift) & 3) return Level(i);
        }
        return Level.Normal;
    }

    /// @dev Enters the highest level up to `wanted` that the budget allows; a pause gets what is left when that is less.
    function _raise(
        BreakerState memory s,
        Level wanted,
        TargetTerms memory terms,
        uint256 now_
    ) private pure returns (BreakerState memory) {
        uint256 left = budgetLeft(s, terms, now_);
        for (; wanted >= Level.Throttle && wanted > s.target.level; wanted = Level(uint8(wanted) - 1)) {
            uint256 grace = wanted == Level.Halt ? terms.graceSeconds : 0;
            uint256 duration = wanted == Level.Halt ? terms.haltSeconds : terms.throttleSeconds;
            if (left < grace + SHORTEST_PAUSE) continue;
            return enter(s, wanted, terms, left < duration + grace ? left - grace : duration, now_);
        }
        if (wanted <= s.target.level) return s;
        return enter(s, wanted, terms, terms.noNewLeverageSeconds, now_);
    }

    /// @dev Falls need evidence observed since the level was entered, and from enough of the market.
    function _mayFall(TargetState memory t, BreakerInput memory input, uint256 now_) private pure returns (bool) {
        Evidence memory evidence = input.evidence;
        return
            now_ >= uint256(t.dwellSince) + input.terms.minDwell &&
            evidence.observedAt > t.dwellSince &&
            evidence.coverage >= input.terms.minCoverage;
    }

    function _lower(BreakerState memory s, TargetTerms memory terms, uint256 now_) private pure {
        TargetState memory t = s.target;
        if (t.level == Level.Halt) {
            // The seconds taken for the Halt and its grace become the Throttle's.
            if (t.graceUntil > t.until) t.until = t.graceUntil;
            t.graceUntil = 0;
        } else if (t.level == Level.Throttle) {
            s.ledger.settle(terms, prepaid(t, now_), 0, now_);
            t.until = uint40(now_ + terms.noNewLeverageSeconds);
            t.graceUntil = 0;
        } else {
            t.until = 0;
        }
        t.level = Level(uint8(t.level) - 1);
        t.dwellSince = uint40(now_);
    }
}
