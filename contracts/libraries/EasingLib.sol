// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice How far lanes may ease between two observations.
struct Easing {
    /// @dev Share of the last value an hour, bps; 0 when nothing may ease.
    uint256 rate;
    /// @dev When the last value was observed, unix seconds.
    uint256 from;
    /// @dev When this one was.
    uint256 to;
}

/// @title EasingLib
/// @notice The limit on how fast a lane may ease; danger is believed at once.
///
/// RATE. Fields are whole units, and epochs may be seconds apart: to round each epoch's part up would ease too fast, to round
/// it down would let small values stick. So time counts in steps, of a power of two seconds, the shortest in which the rate is
/// a whole unit of the value or more; an epoch eases by the steps that ended since the last one, rounded down. Steps begin at
/// multiples of themselves, whoever publishes when, and every step is made of whole steps of any shorter kind: cutting time
/// into more epochs gains nothing. A lane is ahead of the rate by less than two units at any time, however long and in however
/// many epochs it eases; where epochs are dense it may be as slow as half the rate. A fuzz test holds both.
library EasingLib {
    uint256 private constant FIELD_MASK = type(uint16).max;
    uint256 private constant LTV_MASK = 0x3fff;
    /// @dev Basis points times seconds of an hour: the denominator of an easing rate.
    uint256 private constant EASE_DENOMINATOR = 10_000 * 3600;

    /// @notice Whether `signed` says less risk than `last` in any field, or makes one known or unknown: whether {step} may store
    /// anything else, or something must be remembered.
    function eases(uint256 signed, uint256 last) internal pure returns (bool) {
        if (signed == last) return false;
        uint256 next = signed & FIELD_MASK;
        uint256 before = last & FIELD_MASK;
        if (before == 0 || next < before || signed >> 62 < last >> 62) return true;
        if ((signed >> 16) & FIELD_MASK < (last >> 16) & FIELD_MASK) return true;
        (next, before) = ((signed >> 32) & FIELD_MASK, (last >> 32) & FIELD_MASK);
        if (next < before || (before == 0 && next != 0)) return true;
        (next, before) = ((signed >> 48) & LTV_MASK, (last >> 48) & LTV_MASK);
        return next > before || (next == 0 && before != 0);
    }

    /// @notice What to store when `signed` follows `last`: danger at once, easing no faster than `easing` allows, advice
    /// one level an epoch. An unknown lane is stored as signed.
    function step(uint256 signed, uint256 last, Easing memory easing) internal pure returns (uint256) {
        if (signed & FIELD_MASK == 0 || signed == last) return signed;
        return
            _fall(signed & FIELD_MASK, last & FIELD_MASK, easing) |
            (_fall((signed >> 16) & FIELD_MASK, (last >> 16) & FIELD_MASK, easing) << 16) |
            (_fallOrUnknown((signed >> 32) & FIELD_MASK, (last >> 32) & FIELD_MASK, easing) << 32) |
            (_rise((signed >> 48) & LTV_MASK, (last >> 48) & LTV_MASK, easing) << 48) |
            (_stepAdvice(signed >> 62, last >> 62, easing.rate != 0 && easing.to > easing.from) << 62);
    }

    /// @dev Whole units that `value`, not 0, may ease.
    function _allowance(uint256 value, Easing memory easing) private pure returns (uint256) {
        uint256 speed = value * easing.rate;
        if (speed == 0) return 0;
        unchecked {
            // A step is `mask + 1` seconds: the least power of two above the time of one unit.
            uint256 mask = EASE_DENOMINATOR / speed;
            mask |= mask >> 1;
            mask |= mask >> 2;
            mask |= mask >> 4;
            mask |= mask >> 8;
            mask |= mask >> 16;
            return (speed * ((easing.to | mask) - (easing.from | mask))) / EASE_DENOMINATOR;
        }
    }

    function _fall(uint256 signed, uint256 last, Easing memory easing) private pure returns (uint256) {
        if (signed >= last) return signed;
        uint256 allowance = _allowance(last, easing);
        unchecked {
            return last - signed > allowance ? last - allowance : signed;
        }
    }

    function _fallOrUnknown(uint256 signed, uint256 last, Easing memory easing) private pure returns (uint256) {
        return signed == 0 ? 0 : _fall(signed, last, easing);
    }

    function _rise(uint256 signed, uint256 last, Easing memory easing) private pure returns (uint256) {
        if (signed <= last || last == 0) return signed;
        uint256 allowance = _allowance(last, easing);
        unchecked {
            return signed - last > allowance ? last + allowance : signed;
        }
    }

    function _stepAdvice(uint256 signed, uint256 last, bool mayFall) private pure returns (uint256) {
        if (signed >= last) return signed;
        unchecked {
            return mayFall ? last - 1 : last;
        }
    }
}
