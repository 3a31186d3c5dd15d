// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Header, Report} from "../types/Score.sol";
import {Bps, Cx} from "../types/Units.sol";
import {Lanes} from "./Lanes.sol";

/// @title Headers
/// @notice What holds for a whole epoch, and its SYSTEM lane, in one word: from the lowest bit 48 epoch, 48 observedBlock,
/// 48 observedAt, 64 SYSTEM lane, 14 coverage, 4 flags, 6 basis, 14 config, 9 laneCount (255 bits).
library Headers {
    using Lanes for uint256;

    /// @dev Marks an unused entry of the ring: above the bits of a header, so that no first use pays for a new slot.
    uint256 internal constant EMPTY = 1 << 255;

    uint8 internal constant ORACLE_GAP = 1;
    uint8 internal constant ALL_VENUES_HAVE_LANES = 2;
    uint8 internal constant QUARANTINED = 4;

    uint256 private constant LANE_SHIFT = 144;
    uint256 private constant COVERAGE_SHIFT = 208;
    uint256 private constant FLAGS_SHIFT = 222;
    uint256 private constant BASIS_SHIFT = 226;
    uint256 private constant CONFIG_SHIFT = 232;
    uint256 private constant COUNT_SHIFT = 246;
    uint256 private constant QUARANTINED_BIT = 4 << 222;

    /// @notice The header of `report`, whose fields are in their ranges and whose lanes as stored.
    /// @param last The header before it, whose configuration it keeps.
    /// @param count Number of lanes, at most 511.
    /// @param basis_ As {basis}.
    function encode(Report memory report, uint256 last, uint256 count, uint256 basis_) internal pure returns (uint256) {
        return
            uint256(report.epoch) |
            (uint256(report.observedBlock) << 48) |
            (uint256(report.observedAt) << 96) |
            ((report.lanes[0] & Lanes.LANE_MASK) << LANE_SHIFT) |
            (uint256(Bps.unwrap(report.coverage)) << COVERAGE_SHIFT) |
            (count << COUNT_SHIFT) |
            (uint256(report.flags) << FLAGS_SHIFT) |
            (basis_ << BASIS_SHIFT) |
            (config(last) << CONFIG_SHIFT);
    }

    /// @notice Decodes what readers see of a header.
    function decode(uint256 word) internal pure returns (Header memory h) {
        h.epoch = epoch(word);
        h.observedBlock = observedBlock(word);
        h.observedAt = observedAt(word);
        h.coverage = Bps.wrap(uint16((word >> COVERAGE_SHIFT) & 0x3fff));
        h.systemLeverage = Cx.wrap(uint16(word >> LANE_SHIFT));
        h.systemLiquidationAtRisk = Bps.wrap(uint16(word >> (LANE_SHIFT + 16)));
        h.laneCount = uint16(laneCount(word));
        h.flags = uint8((word >> FLAGS_SHIFT) & 0xf);
    }

    /// @notice Number of the epoch; 0 before the first.
    function epoch(uint256 word) internal pure returns (uint48) {
        return uint48(word);
    }

    /// @notice The block that was scored.
    function observedBlock(uint256 word) internal pure returns (uint48) {
        return uint48(word >> 48);
    }

    /// @notice Timestamp of the block that was scored, unix seconds.
    function observedAt(uint256 word) internal pure returns (uint48) {
        return uint48(word >> 96);
    }

    /// @notice The SYSTEM lane as stored.
    function systemLane(uint256 word) internal pure returns (uint256) {
        return (word >> LANE_SHIFT) & Lanes.LANE_MASK;
    }

    /// @notice Number of lanes, the SYSTEM lane included; 0 before the first epoch.
    function laneCount(uint256 word) internal pure returns (uint256) {
        return word >> COUNT_SHIFT;
    }

    /// @notice Where in the ring of 64 the last header before this one is that was not voided; an unused entry before the first epoch.
    function basis(uint256 word) internal pure returns (uint256) {
        return (word >> BASIS_SHIFT) & 0x3f;
    }

    /// @notice Number of the configuration in force: the epoch's, or a later one's.
    function config(uint256 word) internal pure returns (uint256) {
        return (word >> CONFIG_SHIFT) & 0x3fff;
    }

    /// @notice The same header with the configuration `number`, at most 16383.
    function withConfig(uint256 word, uint256 number) internal pure returns (uint256) {
        return (word & ~(uint256(0x3fff) << CONFIG_SHIFT)) | (number << CONFIG_SHIFT);
    }

    /// @notice Whether the epoch was voided.
    function isQuarantined(uint256 word) internal pure returns (bool) {
        return word & QUARANTINED_BIT != 0;
    }

    /// @notice The same header, voided.
    function quarantine(uint256 word) internal pure returns (uint256) {
        return word | QUARANTINED_BIT;
    }

    /// @notice The same header with the SYSTEM lane `system`.
    function withSystemLane(uint256 word, uint256 system) internal pure returns (uint256) {
        return (word & ~(Lanes.LANE_MASK << LANE_SHIFT)) | (system << LANE_SHIFT);
    }
}
