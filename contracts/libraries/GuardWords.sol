// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Action, Level} from "../types/Level.sol";

/// @notice The storage word of a {TargetState}, fields in order of declaration from the lowest bit. A test compares the two.
type GuardWord is uint256;

using {levelAt, liquidationLevelAt, returnAllows, isShadow, isBelowFloor, throttleSince, limitAt} for GuardWord global;

uint256 constant TIME_MASK = type(uint40).max;
uint256 constant SHADOW_BIT = 1;
uint256 constant THROTTLE = uint256(Level.Throttle);
/// @dev Unit of a target's stored floor: 0.0001 of a health factor whose 1 is 1e18.
uint256 constant FLOOR_UNIT = 1e14;

/// @notice The level in force at `now_`: Normal when the target only observes; once the expiry is reached, NoNewLeverage while
/// that still runs, then Watch.
function levelAt(GuardWord word, uint256 now_) pure returns (Level) {
    uint256 raw = GuardWord.unwrap(word);
    if (raw & SHADOW_BIT != 0) return Level.Normal;
    uint256 level = (raw >> 16) & 0xff;
    if (level <= uint256(Level.Watch) || now_ < (raw >> 96) & TIME_MASK) return Level(level);
    return now_ < raw >> 216 ? Level.NoNewLeverage : Level.Watch;
}

/// @notice As {levelAt}, and Throttle during a release grace.
function liquidationLevelAt(GuardWord word, uint256 now_) pure returns (Level) {
    uint256 limit = limitAt(word, now_);
    return limit == 0 || word.isShadow() ? levelAt(word, now_) : Level(limit);
}

/// @notice What limits liquidations at `now_`: the level, Throttle or Halt, or 0 for nothing. Whether or not the target only
/// observes. A number, because the compiler checks an enum wherever it is compared, and every host pays for that.
function limitAt(GuardWord word, uint256 now_) pure returns (uint256) {
    uint256 raw = GuardWord.unwrap(word);
    uint256 level = (raw >> 16) & 0xff;
    if (level >= THROTTLE && now_ < (raw >> 96) & TIME_MASK) return level;
    return now_ < (raw >> 176) & TIME_MASK ? THROTTLE : 0;
}

/// @notice Ends the call: returns whether `action` is allowed now, as one ABI-encoded bool. Always, for a target that only
/// observes or is not configured.
/// @dev In assembly, because this is what every host pays for: the compiler checks an enum wherever it is compared. Actions:
/// 0 Borrow, 1 WithdrawCollateral, 2 Liquidate; the others are never blocked.
function returnAllows(GuardWord word, Action action) view returns (bool) {
    assembly ("memory-safe") {
        // Each answer is 1 or 0 in the lowest bit; so is `shadow`, which allows everything.
        if iszero(action) {
            let freshUntil := add(and(shr(136, word), 0xffffffffff), and(shr(40, word), 0xffff))
            let stale := and(shr(8, word), gt(timestamp(), freshUntil))
            mstore(0x00, and(or(word, iszero(or(stale, lt(timestamp(), shr(216, word))))), 1))
            return(0x00, 0x20)
        }
        let allowed := 1
        switch action
        case 1 {
            allowed := iszero(lt(timestamp(), shr(216, word)))
        }
        case 2 {
            let halted := and(eq(byte(29, word), 4), lt(timestamp(), and(shr(96, word), 0xffffffffff)))
            allowed := iszero(halted)
        }
        mstore(0x00, and(or(word, allowed), 1))
        return(0x00, 0x20)
    }
}

/// @notice Whether the target only observes.
function isShadow(GuardWord word) pure returns (bool) {
    return GuardWord.unwrap(word) & SHADOW_BIT != 0;
}

/// @notice Whether an account of `healthFactor` (1e18 is 1) may always be liquidated.
function isBelowFloor(GuardWord word, uint256 healthFactor) pure returns (bool) {
    unchecked {
        return healthFactor < ((GuardWord.unwrap(word) >> 24) & type(uint16).max) * FLOOR_UNIT;
    }
}

/// @notice When the throttle's capacity and window were last set.
function throttleSince(GuardWord word) pure returns (uint256) {
    return (GuardWord.unwrap(word) >> 56) & TIME_MASK;
}
