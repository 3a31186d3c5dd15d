// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title DutyCycle
/// @notice A throttle by time, for hosts that ask without saying how much: open for the first seconds of every cycle. Cycles
/// start at multiples of their length, in unix time.
library DutyCycle {
    /// @notice Thrown when a cycle is not open for a part of it, or for less than the 12 seconds between two blocks.
    error DutyCycleInvalid(uint32 openSeconds, uint32 cycleSeconds);

    /// @dev Time between two blocks of Ethereum, seconds. Their timestamps never leave one residue of it, so a shorter opening may
    /// contain none of them in any cycle.
    uint32 private constant SLOT_SECONDS = 12;

    /// @notice Reverts with {DutyCycleInvalid} unless the cycle is open for one slot at least, and not all the time.
    function check(uint32 openSeconds, uint32 cycleSeconds) internal pure {
        require(openSeconds >= SLOT_SECONDS && openSeconds < cycleSeconds, DutyCycleInvalid(openSeconds, cycleSeconds));
    }

    /// @notice Whether the cycle is open at `now_`.
    function isOpen(uint32 openSeconds, uint32 cycleSeconds, uint256 now_) internal pure returns (bool) {
        return now_ % cycleSeconds < openSeconds;
    }
}
