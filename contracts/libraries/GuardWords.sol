// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Action, Level} from "../types/Level.sol";
import {StalePolicy} from "../types/TargetConfig.sol";

/// @notice The storage word of a {TargetState}, fields in order of declaration from the lowest bit. A test compares the two.
type GuardWord is uint256;

using {levelAt, liquidationLevelAt, allows} for GuardWord global;

uint256 constant TIME_MASK = type(uint40).max;
uint256 constant SHADOW_BIT = 1 << 16;

/// @notice The level in force at `now_`: Normal when the target only observes; once the expiry is reached, NoNewLeverage while
/// that still runs, then Watch.
function levelAt(GuardWord word, uint256 now_) pure returns (Level) {
    uint256 raw = GuardWord.unwrap(word);
    if (raw & SHADOW_BIT != 0) return Level.Normal;
    uint256 level = raw & 0xff;
    if (level <= uint256(Level.Watch) || now_ < (raw >> 48) & TIME_MASK) return Level(level);
    return _blocksBorrowing(raw, now_) ? Level.NoNewLeverage : Level.Watch;
}

/// @notice As {levelAt}, and Throttle during a release grace.
function liquidationLevelAt(GuardWord word, uint256 now_) pure returns (Level level) {
    level = levelAt(word, now_);
    uint256 raw = GuardWord.unwrap(word);
    if (level < Level.Throttle && now_ < (raw >> 168) & TIME_MASK && raw & SHADOW_BIT == 0) level = Level.Throttle;
}

/// @notice Whether `action` is allowed at `now_`: always, for a target that only observes or is not configured.
function allows(GuardWord word, Action action, uint256 now_) pure returns (bool) {
    // Actions that are never blocked come last.
    if (action > Action.Liquidate) return true;
    uint256 raw = GuardWord.unwrap(word);
    if (raw & SHADOW_BIT != 0) return true;
    if (action == Action.Liquidate) return raw & 0xff != uint256(Level.Halt) || now_ >= (raw >> 48) & TIME_MASK;
    if (_blocksBorrowing(raw, now_)) return false;
    return action != Action.Borrow || !_staleBlocks(raw, now_);
}

/// @dev Whether the target is at NoNewLeverage at least; no level above it ends later.
function _blocksBorrowing(uint256 raw, uint256 now_) pure returns (bool) {
    return now_ < (raw >> 208) & TIME_MASK;
}

/// @dev Whether the score is stale and the target's policy blocks borrowing for it.
function _staleBlocks(uint256 raw, uint256 now_) pure returns (bool) {
    uint256 maxAge = (raw >> 32) & type(uint16).max;
    if ((raw >> 8) & 0xff != uint256(StalePolicy.BlockBorrowing) || maxAge == 0) return false;
    unchecked {
        return now_ > ((raw >> 128) & TIME_MASK) + maxAge;
    }
}
