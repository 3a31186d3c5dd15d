// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev Measures from inside a transaction: `gasleft` around one low-level call, state cold, nothing copied or decoded. What comes
/// with it is the call's own arguments and the two readings, below 40 gas.
contract GasProbe {
    function measure(address target, bytes memory data) external returns (uint256 used) {
        bool done;
        assembly ("memory-safe") {
            let size := mload(data)
            let start := add(data, 0x20)
            let before := gas()
            done := call(gas(), target, 0, start, size, 0, 0)
            used := sub(before, gas())
        }
        require(done);
    }
}
