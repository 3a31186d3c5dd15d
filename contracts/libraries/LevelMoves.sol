// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TargetLedger, TargetState} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";
import {PauseBudget} from "./PauseBudget.sol";
import {TargetTerms} from "../types/TargetConfig.sol";

/// @dev The scores start no pause shorter than this: it would end before anybody repaid.
uint256 constant SHORTEST_PAUSE = 5 minutes;

/// @notice All that is remembered about a target.
struct BreakerState {
    TargetState target;
    TargetLedger ledger;
}

/// @title LevelMoves
/// @notice The moves between levels and what each takes from, or gives back to, the pause budget. Pure; the state passed in is
/// changed in place and returned.
library LevelMoves {
    using PauseBudget for TargetLedger;

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

    /// @notice Lowers by one level, from Watch or above.
    function lower(BreakerState memory s, TargetTerms memory terms, uint256 now_) internal pure {
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
