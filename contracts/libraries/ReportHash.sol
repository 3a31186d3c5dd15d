// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Report} from "../types/Score.sol";

/// @title ReportHash
/// @notice EIP-712 struct hash of a {Report}.
library ReportHash {
    bytes32 internal constant TYPE_HASH = keccak256(
        "Report(bytes32 configDigest,uint48 epoch,uint48 observedBlock,bytes32 observedBlockHash,uint48 observedAt,"
        "uint16 coverage,uint8 flags,bytes32 modelHash,bytes32 snapshotHash,bytes32 scoresRoot,uint256[] lanes)"
    );

    /// @notice `hashStruct(report)`.
    function structHash(Report calldata report) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    TYPE_HASH,
                    report.configDigest,
                    report.epoch,
                    report.observedBlock,
                    report.observedBlockHash,
                    report.observedAt,
                    report.coverage,
                    report.flags,
                    report.modelHash,
                    report.snapshotHash,
                    report.scoresRoot,
                    keccak256(abi.encodePacked(report.lanes))
                )
            );
    }
}
