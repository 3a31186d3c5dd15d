// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Header} from "../types/Score.sol";
import {Bps, Cx} from "../types/Units.sol";

/// @title Headers
/// @notice One {Header} in one word, fields in order of declaration from the lowest bit.
library Headers {
    /// @dev Marks an unused entry of the ring: above the 216 bits of a header, so that no first use pays for a new slot.
    uint256 internal constant EMPTY = 1 << 255;

    uint8 internal constant ORACLE_GAP = 1;
    uint8 internal constant ALL_VENUES_HAVE_LANES = 2;
    uint8 internal constant QUARANTINED = 4;

    uint256 private constant QUARANTINED_BIT = uint256(QUARANTINED) << 208;

    /// @notice Encodes a header.
    function encode(Header memory h) internal pure returns (uint256) {
        return
            uint256(h.epoch) |
            (uint256(h.observedBlock) << 48) |
            (uint256(h.observedAt) << 96) |
            (uint256(Bps.unwrap(h.coverage)) << 144) |
            (uint256(Cx.unwrap(h.systemLeverage)) << 160) |
            (uint256(Bps.unwrap(h.systemLiquidationAtRisk)) << 176) |
            (uint256(h.laneCount) << 192) |
            (uint256(h.flags) << 208);
    }

    /// @notice Decodes a header.
    function decode(uint256 word) internal pure returns (Header memory h) {
        h.epoch = epoch(word);
        h.observedBlock = observedBlock(word);
        h.observedAt = observedAt(word);
        h.coverage = Bps.wrap(uint16(word >> 144));
        h.systemLeverage = Cx.wrap(uint16(word >> 160));
        h.systemLiquidationAtRisk = Bps.wrap(uint16(word >> 176));
        h.laneCount = uint16(word >> 192);
        h.flags = uint8(word >> 208);
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

    /// @notice Whether the epoch was voided.
    function isQuarantined(uint256 word) internal pure returns (bool) {
        return word & QUARANTINED_BIT != 0;
    }

    /// @notice The same header, voided.
    function quarantine(uint256 word) internal pure returns (uint256) {
        return word | QUARANTINED_BIT;
    }
}
