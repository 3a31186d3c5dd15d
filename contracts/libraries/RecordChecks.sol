// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {Report} from "../types/Score.sol";
import {Bps} from "../types/Units.sol";
import {Headers} from "./Headers.sol";
import {Lanes} from "./Lanes.sol";

/// @title RecordChecks
/// @notice What must hold of a report's lanes, one by one and as a whole, before any of them is believed.
/// @dev Reverts with {IRiskOracle.RecordInvalid} and {IRiskOracle.LaneCountMismatch}.
library RecordChecks {
    using Lanes for uint256;

    uint256 private constant BPS_ONE = 10_000;
    uint256 private constant LANES_PER_WORD = 4;
    uint16 private constant WHOLE_RECORD = type(uint16).max;

    /// @notice Checks `lanes`, the lanes of `report`.
    /// @param count Number of lanes configured.
    /// @param venues Bit `i` is set when lane `i` is a venue's. Looked at only when the report says that all venues have one.
    function check(Report calldata report, uint256[] memory lanes, uint16 count, uint256 venues) internal pure {
        uint8 flags = report.flags;
        require(
            Bps.unwrap(report.coverage) <= BPS_ONE,
            IRiskOracle.RecordInvalid(WHOLE_RECORD, IRiskOracle.RecordFault.CoverageAboveOne)
        );
        require(
            flags & ~(Headers.ORACLE_GAP | Headers.ALL_VENUES_HAVE_LANES) == 0,
            IRiskOracle.RecordInvalid(WHOLE_RECORD, IRiskOracle.RecordFault.ReservedFlag)
        );
        _checkLaneCount(lanes, count);
        uint256 largest = _checkLanes(lanes, venues);
        if (flags & Headers.ALL_VENUES_HAVE_LANES == 0) return;

        uint256 system = lanes[0].leverage();
        require(system != 0, IRiskOracle.RecordInvalid(0, IRiskOracle.RecordFault.SystemUnknown));
        require(
            system <= largest + 1,
            IRiskOracle.RecordInvalid(WHOLE_RECORD, IRiskOracle.RecordFault.SystemAboveVenues)
        );
    }

    function _checkLaneCount(uint256[] memory lanes, uint16 count) private pure {
        uint256 words = (uint256(count) + LANES_PER_WORD - 1) / LANES_PER_WORD;
        uint256 used = uint256(count) % LANES_PER_WORD;
        require(
            lanes.length == words && (used == 0 || lanes[words - 1] >> (64 * used) == 0),
            IRiskOracle.LaneCountMismatch(lanes.length, count)
        );
    }

    /// @dev Returns the largest leverage among the lanes named by `venues`. Lanes beyond the last are zero, and so valid.
    function _checkLanes(uint256[] memory lanes, uint256 venues) private pure returns (uint256 largest) {
        uint256 words = lanes.length;
        // No sum here comes near overflow.
        unchecked {
            for (uint256 i; i < words; ++i) {
                uint256 word = lanes[i];
                for (uint256 j; j < LANES_PER_WORD; ++j) {
                    if (!word.isValid()) _revertInvalid(word, i * LANES_PER_WORD + j);
                    if (venues & 1 != 0 && word.leverage() > largest) largest = word.leverage();
                    venues >>= 1;
                    word >>= 64;
                }
            }
        }
    }

    function _revertInvalid(uint256 lane, uint256 index) private pure {
        IRiskOracle.RecordFault fault = IRiskOracle.RecordFault.RehypothecationBelowOne;
        if (!lane.sharesValid()) fault = IRiskOracle.RecordFault.ShareAboveOne;
        if (!lane.leverageValid()) fault = IRiskOracle.RecordFault.LeverageBelowOne;
        if (lane.leverage() == 0) fault = IRiskOracle.RecordFault.UnknownNotEmpty;
        revert IRiskOracle.RecordInvalid(uint16(index), fault);
    }
}
