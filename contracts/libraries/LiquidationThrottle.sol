// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What one host has used of its throttle: one storage word. From the lowest bit: capacity (96), window (24, seconds),
/// used (96), written at (40, unix seconds). Capacity and window are a copy, so that a host reads this slot and no other.
struct Meter {
    uint256 word;
}

/// @notice The throttle of a target's liquidations; each host has a meter of its own. Capacity and window lie as in a {Meter}.
struct Throttle {
    uint96 capacity;
    uint24 window;
    mapping(address host => Meter) meters;
}

/// @title LiquidationThrottle
/// @notice A token bucket a host: full at first, refilled by its capacity in every window.
/// @dev Counts as OpenZeppelin's RateLimiter does, to the unit: what comes back is rounded down, what is used is not. It differs in
/// what a new capacity or window does. A meter written before `since` has older ones: it takes over the new, what it had used
/// then counts in full, and what comes back counts from `since`. What it had used beyond a capacity that was lowered does not
/// count: a host is never shut for longer than a window. Why it is not OpenZeppelin's: docs/adr/0013-a-meter-in-one-slot.md.
library LiquidationThrottle {
    /// @notice Takes `value` from the throttle of `host`, if it is there; nothing if not. Nothing is always there, and leaves what
    /// comes back alone: it would start over with every write, and lose what is not yet a whole unit.
    function tryTake(
        Throttle storage self,
        address host,
        uint256 since,
        uint256 value
    ) internal returns (bool isTaken) {
        Meter storage meter = self.meters[host];
        uint256 word = meter.word;
        if (word >> 216 <= since) word = _renewed(self, word, since);
        uint256 capacity = uint96(word);
        uint256 used = _usedNow(word);
        assembly ("memory-safe") {
            let total := add(used, value)
            if iszero(or(gt(value, capacity), gt(total, capacity))) {
                isTaken := 1
                if value {
                    // 120 bits of terms stay.
                    word := and(word, 0xffffffffffffffffffffffffffffff)
                    sstore(meter.slot, or(or(word, shl(120, total)), shl(216, timestamp())))
                }
            }
        }
    }

    /// @notice What `host` has in use, and what it has left. Rounds the first up and the second down.
    function stateOf(
        Throttle storage self,
        address host,
        uint256 since
    ) internal view returns (uint256 used, uint256 available) {
        uint256 word = self.meters[host].word;
        if (word >> 216 <= since) word = _renewed(self, word, since);
        uint256 capacity = uint96(word);
        used = _usedNow(word);
        available = used < capacity ? capacity - used : 0;
    }

    /// @dev A meter of `word`, written before `since`, under the terms that hold since then: what it had used, at most all of the
    /// capacity, written then. Capacity and window lie in their slot as in a meter, and nothing above.
    function _renewed(Throttle storage self, uint256 word, uint256 since) private view returns (uint256 renewed) {
        assembly ("memory-safe") {
            let terms := sload(self.slot)
            let capacity := and(terms, 0xffffffffffffffffffffffff)
            let used := and(shr(120, word), 0xffffffffffffffffffffffff)
            if gt(used, capacity) {
                used := capacity
            }
            renewed := or(or(terms, shl(120, used)), shl(216, since))
        }
    }

    /// @dev What the meter of `word` has in use now. No product overflows: a value has 96 bits, a time 40. The window is not
    /// zero: nobody throttles a target that is not configured.
    function _usedNow(uint256 word) private view returns (uint256 used) {
        assembly ("memory-safe") {
            let capacity := and(word, 0xffffffffffffffffffffffff)
            let refilled := div(mul(sub(timestamp(), shr(216, word)), capacity), and(shr(96, word), 0xffffff))
            used := and(shr(120, word), 0xffffffffffffffffffffffff)
            used := mul(gt(used, refilled), sub(used, refilled))
        }
    }
}
