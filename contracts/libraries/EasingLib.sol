// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice How far lanes may ease between two observations.
struct Easing {
    /// @dev `maxEase` (bps an hour) times the time of the last observation.
    uint256 from;
    /// @dev The same, of this observation; equal to `from` when nothing may ease.
    uint256 to;
}

/// @title EasingLib
/// @notice The limit on how fast a lane may ease; danger is believed at once.
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
    /// one level an epoch. An unknown lane is stored as signed. Rounds toward reporting more risk within one unit.
    function step(uint256 signed, uint256 last, Easing memory easing) internal pure returns (uint256) {
        if (signed & FIELD_MASK == 0 || signed == last) return signed;
        uint256 from = easing.from;
        uint256 to = easing.to;
        return
            _fall(signed & FIELD_MASK, last & FIELD_MASK, from, to) |
            (_fall((signed >> 16) & FIELD_MASK, (last >> 16) & FIELD_MASK, from, to) << 16) |
            (_fallOrUnknown((signed >> 32) & FIELD_MASK, (last >> 32) & FIELD_MASK, from, to) << 32) |
            (_rise((signed >> 48) & LTV_MASK, (last >> 48) & LTV_MASK, from, to) << 48) |
            (_stepAdvice(signed >> 62, last >> 62, from != to) << 62);
    }

    /// @dev Whole units that `value` may ease: the difference of two floors over absolute time. Over many epochs the sum is
    /// the rate itself, so that small values do not stick and publishing more often gains nothing.
    function _allowance(uint256 value, uint256 from, uint256 to) private pure returns (uint256) {
        unchecked {
            return (value * to) / EASE_DENOMINATOR - (value * from) / EASE_DENOMINATOR;
        }
    }

    function _fall(uint256 signed, uint256 last, uint256 from, uint256 to) private pure returns (uint256) {
        if (signed >= last) return signed;
        uint256 allowance = _allowance(last, from, to);
        unchecked {
            return last - signed > allowance ? last - allowance : signed;
        }
    }

    function _fallOrUnknown(uint256 signed, uint256 last, uint256 from, uint256 to) private pure returns (uint256) {
        return signed == 0 ? 0 : _fall(signed, last, from, to);
    }

    function _rise(uint256 signed, uint256 last, uint256 from, uint256 to) private pure returns (uint256) {
        if (signed <= last || last == 0) return signed;
        uint256 allowance = _allowance(last, from, to);
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
