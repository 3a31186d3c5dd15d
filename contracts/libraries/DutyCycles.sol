// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {TargetState} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";

/// @title DutyCycles
/// @notice Throttling by time, for hosts that cannot be throttled by volume: open for the first part of every cycle. Cycles
/// start at multiples of their length, in unix time, so that nothing has to be stored.
library DutyCycles {
    /// @notice Thrown when a cycle is not open for a part of it, or for less than the 12 seconds between two blocks, or longer
    /// than 4 hours.
    error DutyCycleInvalid(uint32 openSeconds, uint32 cycleSeconds);

    /// @dev Time between two blocks of Ethereum, seconds. Their timestamps never leave one residue of it, so a shorter opening may
    /// contain none of them in any cycle.
    uint32 private constant SLOT_SECONDS = 12;

    /// @dev As the longest Halt: what is shut for longer at a time is no Throttle.
    uint32 private constant LONGEST_CYCLE = 4 hours;

    /// @notice Seconds open and seconds of the whole of `cycle`; reverts with {DutyCycleInvalid} where it cannot be that.
    function checked(uint32[2] memory cycle) internal pure returns (uint32, uint32) {
        (uint32 open, uint32 whole) = (cycle[0], cycle[1]);
        require(open >= SLOT_SECONDS && open < whole && whole <= LONGEST_CYCLE, DutyCycleInvalid(open, whole));
        return (open, whole);
    }

    /// @notice When the cycle that is closed now opens again, unix seconds; 0 while it is open.
    function closedUntil(uint32 openSeconds, uint32 cycleSeconds) internal view returns (uint256) {
        uint256 elapsed = block.timestamp % cycleSeconds;
        return elapsed < openSeconds ? 0 : block.timestamp - elapsed + cycleSeconds;
    }

    /// @notice When liquidations of a target in `state`, now at Halt or Throttle (`level`), open again; 0 while they are open.
    function shutUntil(
        Level level,
        TargetState memory state,
        uint32 openSeconds,
        uint32 cycleSeconds
    ) internal view returns (uint256) {
        if (level == Level.Halt) return state.until;
        // Below Throttle as stored, it is the grace after a Halt that limits: `until` is NoNewLeverage's, and later.
        uint256 pause = state.level < Level.Throttle ? 0 : state.until;
        return Math.min(closedUntil(openSeconds, cycleSeconds), Math.max(pause, state.graceUntil));
    }
}
