// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Score} from "../types/Score.sol";
import {Bps, Cx} from "../types/Units.sol";

/// @title Lanes
/// @notice The 64-bit score lane of {Score}: codec, and the limit on how fast a lane may ease.
/// @dev Lanes travel as `uint256` with the upper 192 bits zero, four to a word.
library Lanes {
    /// @dev Bits of a lane within its word.
    uint256 internal constant LANE_MASK = type(uint64).max;

    uint256 private constant FIELD_MASK = type(uint16).max;
    uint256 private constant LTV_MASK = 0x3fff;
    uint256 private constant BPS_ONE = 10_000;
    uint256 private constant CX_ONE = 100;
    /// @dev Basis points times seconds of an hour: the denominator of an easing rate.
    uint256 private constant EASE_DENOMINATOR = 10_000 * 3600;

    /// @notice How far lanes may ease between two observations.
    struct Easing {
        /// @dev `maxEase` (bps an hour) times the time of the last observation.
        uint256 from;
        /// @dev The same, of this observation; equal to `from` when nothing may ease.
        uint256 to;
    }

    /// @notice Decodes a lane.
    function unpack(uint256 lane) internal pure returns (Score memory score_) {
        score_.leverage = Cx.wrap(uint16(lane));
        score_.liquidationAtRisk = Bps.wrap(uint16(lane >> 16));
        score_.rehypothecation = Cx.wrap(uint16(lane >> 32));
        score_.borrowLtv = Bps.wrap(uint16((lane >> 48) & LTV_MASK));
        score_.advice = uint8((lane >> 62) & 3);
    }

    /// @notice Encodes a score. `borrowLtv` and `advice` must fit 14 and 2 bits.
    function pack(Score memory score_) internal pure returns (uint256) {
        return
            uint256(Cx.unwrap(score_.leverage)) |
            (uint256(Bps.unwrap(score_.liquidationAtRisk)) << 16) |
            (uint256(Cx.unwrap(score_.rehypothecation)) << 32) |
            (uint256(Bps.unwrap(score_.borrowLtv)) << 48) |
            (uint256(score_.advice) << 62);
    }

    /// @notice Leverage of a lane in 0.01x; 0 means unknown.
    function leverage(uint256 lane) internal pure returns (uint256) {
        return lane & FIELD_MASK;
    }

    /// @notice Whether leverage is unknown or at least 1.00x.
    function leverageValid(uint256 lane) internal pure returns (bool) {
        uint256 value = lane & FIELD_MASK;
        return value == 0 || value >= CX_ONE;
    }

    /// @notice Whether liquidationAtRisk and borrowLtv are at most 100 %.
    function sharesValid(uint256 lane) internal pure returns (bool) {
        return (lane >> 16) & FIELD_MASK <= BPS_ONE && (lane >> 48) & LTV_MASK <= BPS_ONE;
    }

    /// @notice Whether rehypothecation is unknown or at least 1.00x.
    function rehypothecationValid(uint256 lane) internal pure returns (bool) {
        uint256 value = (lane >> 32) & FIELD_MASK;
        return value == 0 || value >= CX_ONE;
    }

    /// @notice Whether one of leverage, rehypothecation, borrowLtv is given in `signed` and zero in `last`.
    function appears(uint256 signed, uint256 last) internal pure returns (bool) {
        return _vanishes(last, signed);
    }

    /// @notice Whether one of leverage, rehypothecation, borrowLtv is given in `last` and zero in `signed`.
    function vanishes(uint256 signed, uint256 last) internal pure returns (bool) {
        return _vanishes(signed, last);
    }

    /// @notice `lane` with rehypothecation and borrowLtv taken from `known` where `lane` gives none.
    function fill(uint256 lane, uint256 known) internal pure returns (uint256) {
        if ((lane >> 32) & FIELD_MASK == 0) lane |= known & (FIELD_MASK << 32);
        if ((lane >> 48) & LTV_MASK == 0) lane |= known & (LTV_MASK << 48);
        return lane;
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

    function _vanishes(uint256 signed, uint256 last) private pure returns (bool) {
        return
            (signed & FIELD_MASK == 0 && last & FIELD_MASK != 0) ||
            ((signed >> 32) & FIELD_MASK == 0 && (last >> 32) & FIELD_MASK != 0) ||
            ((signed >> 48) & LTV_MASK == 0 && (last >> 48) & LTV_MASK != 0);
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
