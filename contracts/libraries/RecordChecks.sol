// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {Report} from "../types/Score.sol";
import {Bps} from "../types/Units.sol";
import {Headers} from "./Headers.sol";
import {LaneWords} from "./LaneWords.sol";
import {Lanes} from "./Lanes.sol";

/// @title RecordChecks
/// @notice What must hold of a report's lanes, one by one and as a whole, before any of them is believed.
/// @dev Reverts with {IRiskOracle.RecordInvalid} and {IRiskOracle.LaneCountMismatch}.
library RecordChecks {
    using LaneWords for uint256;
    using LaneWords for uint256[];
    using Lanes for uint256;

    uint256 private constant BPS_ONE = 10_000;
    uint16 private constant WHOLE_RECORD = type(uint16).max;

    /// @notice Checks `report`.
    /// @param count Number of lanes configured.
    /// @param venues Bit `i` is set when lane `i` is a venue's. Looked at only when the report says that all venues have one.
    function check(Report memory report, uint256 count, uint256 venues) internal pure {
        (uint8 flags, uint256[] memory lanes) = (report.flags, report.lanes);
        require(
            Bps.unwrap(report.coverage) <= BPS_ONE,
            IRiskOracle.RecordInvalid(WHOLE_RECORD, IRiskOracle.RecordFault.CoverageAboveOne)
        );
        require(
            flags & ~(Headers.ORACLE_GAP | Headers.ALL_VENUES_HAVE_LANES) == 0,
            IRiskOracle.RecordInvalid(WHOLE_RECORD, IRiskOracle.RecordFault.ReservedFlag)
        );
        _checkLaneCount(lanes, count);
        _checkLanes(lanes);
        if (flags & Headers.ALL_VENUES_HAVE_LANES != 0) _checkSystem(lanes, venues);
    }

    function _checkLaneCount(uint256[] memory lanes, uint256 count) private pure {
        bool fits = lanes.length == count.wordsOf();
        unchecked {
            // No bit above the last lane, where it does not end its word.
            uint256 unused = (Lanes.BITS * (0 - count)) & type(uint8).max;
            if (fits && unused != 0) fits = lanes.at(lanes.length - 1) >> (256 - unused) == 0;
        }
        require(fits, IRiskOracle.LaneCountMismatch(lanes.length, uint16(count)));
    }

    /// @dev Lanes beyond the last are zero, and so valid.
    function _checkLanes(uint256[] memory lanes) private pure {
        unchecked {
            for (uint256 i; i < lanes.length; ++i) {
                if (lanes.at(i).faults() != 0) _revertInvalid(lanes.at(i), i * LaneWords.LANES_PER_WORD);
            }
        }
    }

    /// @dev The system's leverage must be known, and above that of at least one venue by no more than 0.01x.
    function _checkSystem(uint256[] memory lanes, uint256 venues) private pure {
        uint256 system = lanes[0].leverage();
        require(system != 0, IRiskOracle.RecordInvalid(0, IRiskOracle.RecordFault.SystemUnknown));
        for (uint256 i; venues != 0; ++i) {
            uint256 word = lanes[i];
            for (uint256 four = venues & 0xf; four != 0; four >>= 1) {
                if (four & 1 != 0 && word.leverage() + 1 >= system) return;
                word >>= Lanes.BITS;
            }
            venues >>= LaneWords.LANES_PER_WORD;
        }
        revert IRiskOracle.RecordInvalid(WHOLE_RECORD, IRiskOracle.RecordFault.SystemAboveVenues);
    }

    /// @dev Says what is wrong with the first faulty lane of `word`, whose first lane has index `index`.
    function _revertInvalid(uint256 word, uint256 index) private pure {
        for (; (word & Lanes.LANE_MASK).faults() == 0; ++index) word >>= Lanes.BITS;
        IRiskOracle.RecordFault fault = IRiskOracle.RecordFault.RehypothecationBelowOne;
        if (word.shareAboveOne()) fault = IRiskOracle.RecordFault.ShareAboveOne;
        if (word.leverageBelowOne()) fault = IRiskOracle.RecordFault.LeverageBelowOne;
        if (word.leverage() == 0) fault = IRiskOracle.RecordFault.UnknownNotEmpty;
        revert IRiskOracle.RecordInvalid(uint16(index), fault);
    }
}
