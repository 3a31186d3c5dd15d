// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EasingLib} from "./EasingLib.sol";
import {LaneWords} from "./LaneWords.sol";
import {Lanes} from "./Lanes.sol";

/// @notice A lane as it was before a field of it became unknown. One slot (112 bits).
struct KnownLane {
    uint64 lane;
    /// @dev When it was observed, unix seconds.
    uint48 observedAt;
}

/// @notice What every lane of one report eases by.
struct Easing {
    /// @dev Share of the last value an hour, bps; 0 when nothing may ease.
    uint256 rate;
    /// @dev When the last lanes were observed, unix seconds.
    uint48 from;
    /// @dev When these were.
    uint48 to;
    /// @dev What follows from the three: see {EasingLib.pace}.
    uint256 share;
    uint256 levels;
}

/// @title KnownLanes
/// @notice Easing of words of lanes, with a memory. What becomes unknown is kept, and what becomes known again is measured
/// against that: a detour through unknown is no way to ease at once.
library KnownLanes {
    using EasingLib for uint256;
    using LaneWords for uint256;
    using Lanes for uint256;

    /// @notice How lanes observed at `to` ease from those observed at `from`, at `rate` bps an hour.
    function easingOf(uint256 rate, uint48 from, uint48 to) internal pure returns (Easing memory easing) {
        (easing.rate, easing.from, easing.to) = (rate, from, to);
        (easing.share, easing.levels) = EasingLib.pace(rate, from, to);
    }

    /// @notice What to store when the `i`th word of a report is `signed` and was `last`.
    function step(
        mapping(uint256 index => KnownLane) storage known,
        uint256 i,
        uint256 signed,
        uint256 last,
        Easing memory easing
    ) internal returns (uint256) {
        if (signed == last) return signed;
        if (signed.differInWhatIsGiven(last)) return _stepLanes(known, i, signed, last, easing);
        return signed.step(last, easing.share, easing.levels);
    }

    /// @dev Lane by lane, where something becomes known or unknown: rare.
    function _stepLanes(
        mapping(uint256 index => KnownLane) storage known,
        uint256 i,
        uint256 signed,
        uint256 last,
        Easing memory easing
    ) private returns (uint256 word) {
        for (uint256 j; j < LaneWords.LANES_PER_WORD; ++j) {
            uint256 shift = j * Lanes.BITS;
            uint256 lane = _stepLane(
                known[i * LaneWords.LANES_PER_WORD + j],
                (signed >> shift) & Lanes.LANE_MASK,
                (last >> shift) & Lanes.LANE_MASK,
                easing
            );
            word |= lane << shift;
        }
    }

    function _stepLane(
        KnownLane storage known,
        uint256 signed,
        uint256 last,
        Easing memory easing
    ) private returns (uint256) {
        if (signed.vanishes(last)) _remember(known, last, easing.from);
        (uint256 share, uint256 levels) = (easing.share, easing.levels);
        if (last.vanishes(signed)) (last, share, levels) = _recall(known, last, easing);
        return signed.step(last.comparable(signed), share, levels);
    }

    function _remember(KnownLane storage known, uint256 lane, uint48 observedAt) private {
        if (lane.leverage() == 0) return;
        known.lane = uint64(lane.fill(known.lane));
        known.observedAt = observedAt;
    }

    /// @dev What a lane that becomes known again is measured against, and how far it may ease since.
    function _recall(
        KnownLane memory known,
        uint256 last,
        Easing memory easing
    ) private pure returns (uint256 lane, uint256 share, uint256 levels) {
        if (last.leverage() != 0) return (last.fill(known.lane), easing.share, easing.levels);
        (share, levels) = EasingLib.pace(easing.rate, known.observedAt, easing.to);
        lane = known.lane;
    }
}
