// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Evidence, TargetState} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";
import {BreakerState, LevelMoves, SHORTEST_PAUSE} from "./LevelMoves.sol";
import {LevelRules} from "./LevelRules.sol";
import {TargetTerms} from "../types/TargetConfig.sol";

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
    using LevelMoves for BreakerState;
    using LevelMoves for TargetState;

    uint256 private constant COUNTER_MAX = 3;

    /// @notice The transition: expiry, then nothing if the evidence is missing or stale; otherwise
    /// one rise on newly confirmed evidence, or one level down, or none. New evidence that holds NoNewLeverage renews it, also
    /// under a pause, and also where the budget does not reach for more.
    /// @return wanted The level that new evidence confirmed; above the state's level only where the budget did not reach.
    function next(BreakerState memory s, BreakerInput memory input, uint256 now_) internal pure returns (Level wanted) {
        while (s.expire(now_)) {}
        TargetState memory t = s.target;
        Evidence memory evidence = input.evidence;
        if (!evidence.known) return wanted;
        if (evidence.observedAt > t.observedAt) t.observedAt = uint40(evidence.observedAt);
        if (now_ > uint256(evidence.observedAt) + t.maxAge) return wanted;

        if (evidence.epoch > s.ledger.lastEpoch && input.blockNumber > s.ledger.confirmedBlock) {
            _count(s, input);
            wanted = _confirmed(s.ledger.confirmations, input.terms.confirmations);
            if (wanted > t.level) _raise(s, wanted, input.terms, now_);
            if (t.level >= Level.NoNewLeverage && input.rules.holds(Level.NoNewLeverage, evidence))
                t.holdBorrowing(now_ + input.terms.noNewLeverageSeconds);
        }
        if (t.level != Level.Normal && !input.rules.holds(t.level, evidence) && _mayFall(s, input, now_))
            s.lower(input.terms, now_);
    }

    /// @dev Counts one epoch for every level that it calls for; a level that it does not call for starts over.
    function _count(BreakerState memory s, BreakerInput memory input) private pure {
        uint256 counters = s.ledger.confirmations;
        uint256 counted;
        for (uint256 i; i < 4; ++i) {
            if (!input.rules.enters(Level(i + 1), input.evidence)) continue;
            uint256 counter = (counters >> (2 * i)) & 3;
            counted |= (counter < COUNTER_MAX ? counter + 1 : COUNTER_MAX) << (2 * i);
        }
        s.ledger.confirmations = uint8(counted);
        s.ledger.lastEpoch = input.evidence.epoch;
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
    function _raise(BreakerState memory s, Level wanted, TargetTerms memory terms, uint256 now_) private pure {
        uint256 left = s.budgetLeft(terms, now_);
        uint256 duration = terms.noNewLeverageSeconds;
        for (; wanted >= Level.Throttle; wanted = Level(uint8(wanted) - 1)) {
            uint256 grace = wanted == Level.Halt ? terms.graceSeconds : 0;
            if (left < grace + SHORTEST_PAUSE) continue;
            duration = wanted == Level.Halt ? terms.haltSeconds : terms.throttleSeconds;
            if (left < duration + grace) duration = left - grace;
            break;
        }
        if (wanted <= s.target.level) return;
        s.ledger.byScores = true;
        s.enter(wanted, terms, duration, now_);
    }

    /// @dev Falls need evidence observed since the level was entered, and from enough of the market.
    function _mayFall(BreakerState memory s, BreakerInput memory input, uint256 now_) private pure returns (bool) {
        Evidence memory evidence = input.evidence;
        return
            now_ >= uint256(s.ledger.dwellSince) + input.terms.minDwell &&
            evidence.observedAt > s.ledger.dwellSince &&
            evidence.coverage >= input.terms.minCoverage;
    }
}
