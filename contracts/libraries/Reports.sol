// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Report} from "../types/Score.sol";

/// @title Reports
/// @notice A {Report} in memory, and its EIP-712 struct hash.
library Reports {
    bytes32 internal constant TYPE_HASH = keccak256(
        "Report(bytes32 configDigest,uint48 epoch,uint48 observedBlock,bytes32 observedBlockHash,uint48 observedAt,"
        "uint16 coverage,uint8 flags,bytes32 modelHash,bytes32 snapshotHash,bytes32 scoresRoot,uint256[] lanes)"
    );

    /// @notice `report` in memory. Reverts, as the compiler's own decoder does, when a field is wider than its type.
    /// @dev The static fields in one copy: a third of what field after field costs.
    function load(Report calldata report) internal pure returns (Report memory loaded) {
        uint256[] calldata lanes = report.lanes;
        assembly ("memory-safe") {
            calldatacopy(loaded, report, 0x140) // configDigest to scoresRoot
            let copied := mload(0x40)
            let size := shl(5, lanes.length)
            mstore(0x40, add(add(copied, 0x20), size))
            mstore(copied, lanes.length)
            calldatacopy(add(copied, 0x20), lanes.offset, size)
            mstore(add(loaded, 0x140), copied)
            // epoch, observedBlock, observedAt; coverage; flags
            let wide := shr(48, or(or(mload(add(loaded, 0x20)), mload(add(loaded, 0x40))), mload(add(loaded, 0x80))))
            if or(wide, or(shr(16, mload(add(loaded, 0xa0))), shr(8, mload(add(loaded, 0xc0))))) {
                revert(0, 0)
            }
        }
    }

    /// @notice `hashStruct(report)`.
    /// @dev In memory the static fields stand as EIP-712 encodes them, so that the struct is hashed where it is: the word before it
    /// and the pointer to the lanes give way to the type's and the lanes' hash meanwhile.
    function structHash(Report memory report) internal pure returns (bytes32 hash) {
        bytes32 typeHash = TYPE_HASH;
        assembly ("memory-safe") {
            let start := sub(report, 0x20)
            let end := add(report, 0x140)
            let beforeStart := mload(start)
            let lanes := mload(end)
            mstore(start, typeHash)
            mstore(end, keccak256(add(lanes, 0x20), shl(5, mload(lanes))))
            hash := keccak256(start, 0x180)
            mstore(start, beforeStart)
            mstore(end, lanes)
        }
    }
}
