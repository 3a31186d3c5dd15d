// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TargetLedger, TargetState} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";
import {PauseBudget} from "./PauseBudget.sol";
import {TargetTerms} from "../types/TargetConfig.sol";

/// @dev No pause is shorter than this: it would end before anybody repaid.
uint256 constant SHORTEST_PAUSE = 5 minutes;

/// @notice All that is remembered about a target.
struct BreakerState {
    TargetState target;
    TargetLedger ledger;
}

/// @title LevelMoves
/// @notice The moves between levels and what each takes from, or gives back to, the pause budget. Pure; the state passed in is
/// changed in place.
/// @dev Above Watch, `noNewLeverageUntil` is never before `until` nor before `graceUntil`: borrowing is blocked as long as
/// liquidations are limited. At NoNewLeverage, `until` is the same.
library LevelMoves {
    using PauseBudget for TargetLedger;

    /// @notice Ends a level whose time is up: a pause in NoNewLeverage while that still runs, anything else in Watch. Call it until
    /// it says no: a pause and what it ended in may both be over.
    /// @return Whether a level ended.
    function expire(BreakerState memory s, uint256 now_) internal pure returns (bool) {
        TargetState memory t = s.target;
        if (t.level <= Level.Watch || now_ < t.until) return false;
        // The scores begin a pause again only on evidence from after theirs: its counters start over.
        if (t.level >= Level.Throttle && s.ledger.byScores) s.ledger.confirmations &= 0x0f;
        s.ledger.dwellSince = t.until;
        bool falls = t.until < t.noNewLeverageUntil;
        t.level = falls ? Level.NoNewLeverage : Level.Watch;
        if (!falls) t.noNewLeverageUntil = 0;
        t.until = t.noNewLeverageUntil;
        return true;
    }

    /// @notice Enters `level` for `duration` seconds; Halt also takes its release grace. The caller has checked the budget.
    function enter(
        BreakerState memory s,
        Level level,
        TargetTerms memory terms,
        uint256 duration,
        uint256 now_
    ) internal pure {
        TargetState memory t = s.target;
        uint256 end = now_ + duration;
        uint256 blockedUntil = end;
        if (level >= Level.Throttle) {
            if (level == Level.Halt) blockedUntil += terms.graceSeconds;
            s.ledger.settle(terms, prepaid(t, now_), blockedUntil - now_, now_);
            t.graceUntil = blockedUntil == end ? 0 : uint40(blockedUntil);
        }
        t.level = level;
        s.ledger.dwellSince = uint40(now_);
        t.until = uint40(end);
        if (level > Level.Watch) holdBorrowing(t, blockedUntil);
        else t.until = 0;
    }

    /// @notice Keeps the target at NoNewLeverage at least until `end`, never for less long than before.
    function holdBorrowing(TargetState memory t, uint256 end) internal pure {
        if (end > t.noNewLeverageUntil) t.noNewLeverageUntil = uint40(end);
        if (t.level == Level.NoNewLeverage) t.until = t.noNewLeverageUntil;
    }

    /// @notice Lowers to `level`, at most NoNewLeverage, at once; gives back what is not used, and starts the counters over.
    /// NoNewLeverage after a Halt keeps its release grace, from now; a lower level ends that too.
    function release(BreakerState memory s, Level level, TargetTerms memory terms, uint256 now_) internal pure {
        TargetState memory t = s.target;
        bool stays = level == Level.NoNewLeverage;
        uint256 grace = stays && t.graceUntil > t.until ? t.graceUntil - t.until : 0;
        s.ledger.settle(terms, prepaid(t, now_), grace, now_);
        t.graceUntil = grace == 0 ? 0 : uint40(now_ + grace);
        t.level = level;
        s.ledger.dwellSince = uint40(now_);
        t.until = t.noNewLeverageUntil = 0;
        if (stays) holdBorrowing(t, now_ + (grace > terms.noNewLeverageSeconds ? grace : terms.noNewLeverageSeconds));
        s.ledger.confirmations = 0;
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

    /// @notice Lowers by one level, from Watch or above.
    function lower(BreakerState memory s, TargetTerms memory terms, uint256 now_) internal pure {
        TargetState memory t = s.target;
        Level from = t.level;
        if (from == Level.Halt) {
            // The seconds taken for the Halt and its grace become the Throttle's.
            if (t.graceUntil > t.until) t.until = t.graceUntil;
        } else {
            s.ledger.settle(terms, prepaid(t, now_), 0, now_);
        }
        t.graceUntil = 0;
        t.level = Level(uint8(from) - 1);
        s.ledger.dwellSince = uint40(now_);
        if (from == Level.Throttle) holdBorrowing(t, now_ + terms.noNewLeverageSeconds);
        else if (from < Level.Throttle) t.until = t.noNewLeverageUntil = 0;
    }
}
