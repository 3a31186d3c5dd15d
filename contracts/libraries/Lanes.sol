// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Score} from "../types/Score.sol";
import {Bps, Cx} from "../types/Units.sol";

/// @title Lanes
/// @notice The 64-bit score lane of {Score}: codec and checks.
/// @dev One lane travels as `uint256` with the upper 192 bits zero. Four to a word: {LaneWords}.
library Lanes {
    /// @dev Width of a lane.
    uint256 internal constant BITS = 64;
    /// @dev A lane at the low end of its word.
    uint256 internal constant LANE_MASK = type(uint64).max;

    uint256 private constant FIELD_MASK = type(uint16).max;
    uint256 private constant LTV_MASK = 0x3fff;
    uint256 private constant BPS_ONE = 10_000;
    uint256 private constant CX_ONE = 100;

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

    /// @notice Whether leverage is below 1.00x and not unknown.
    function leverageBelowOne(uint256 lane) internal pure returns (bool) {
        uint256 value = lane & FIELD_MASK;
        return value != 0 && value < CX_ONE;
    }

    /// @notice Whether liquidationAtRisk or borrowLtv is above 100 %.
    function shareAboveOne(uint256 lane) internal pure returns (bool) {
        return (lane >> 16) & FIELD_MASK > BPS_ONE || (lane >> 48) & LTV_MASK > BPS_ONE;
    }

    /// @notice Whether one of leverage, rehypothecation, borrowLtv is given in `last` and zero in `signed`.
    function vanishes(uint256 signed, uint256 last) internal pure returns (bool) {
        return
            (signed & FIELD_MASK == 0 && last & FIELD_MASK != 0) ||
            ((signed >> 32) & FIELD_MASK == 0 && (last >> 32) & FIELD_MASK != 0) ||
            ((signed >> 48) & LTV_MASK == 0 && (last >> 48) & LTV_MASK != 0);
    }

    /// @notice `last` as what `signed` can be measured against: without what `signed` does not give, and with its borrowLtv where
    /// `last` gives none.
    function comparable(uint256 last, uint256 signed) internal pure returns (uint256) {
        if (leverage(signed) == 0) return 0;
        if ((signed >> 32) & FIELD_MASK == 0) last &= ~(FIELD_MASK << 32);
        if ((last >> 48) & LTV_MASK == 0) last |= signed & (LTV_MASK << 48);
        return last;
    }

    /// @notice `lane` with rehypothecation and borrowLtv taken from `known` where `lane` gives none.
    function fill(uint256 lane, uint256 known) internal pure returns (uint256) {
        if ((lane >> 32) & FIELD_MASK == 0) lane |= known & (FIELD_MASK << 32);
        if ((lane >> 48) & LTV_MASK == 0) lane |= known & (LTV_MASK << 48);
        return lane;
    }
}
