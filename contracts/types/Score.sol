// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bps, Cx} from "./Units.sol";
import {SubjectId} from "./SubjectId.sol";

/// @notice What is published about one subject. On chain and in reports it is one 64-bit lane, four lanes to a word:
/// bits 0-15 leverage, 16-31 liquidationAtRisk, 32-47 rehypothecation, 48-61 borrowLtv, 62-63 advice; lane `i` sits in
/// word `i / 4` at bit `64 * (i % 4)`.
struct Score {
    /// @dev Interconnection leverage in 0.01x, rounded up, saturating; 0 means unknown, otherwise at least 1.00x.
    Cx leverage;
    /// @dev Share of the subject's debt that the reference stress liquidates, rounded up.
    Bps liquidationAtRisk;
    /// @dev Claims per unit of underlying in 0.01x, rounded up.
    Cx rehypothecation;
    /// @dev Recommended opening LTV, rounded down; 0 means none given. At most 10_000.
    Bps borrowLtv;
    /// @dev Highest level the decision rule supports: 0 at most Watch, 1 NoNewLeverage, 2 Throttle, 3 Halt.
    uint8 advice;
}

/// @notice One leaf of the Merkle tree over all subjects of an epoch, those without a lane included.
/// Leaf hash: `keccak256(bytes.concat(keccak256(abi.encode(subject, score, lossShare, throttleUsdPerHour, haltSeconds))))`.
struct ScoreLeaf {
    SubjectId subject;
    Score score;
    /// @dev The subject's share of the first-round loss of the system, rounded to nearest.
    Bps lossShare;
    /// @dev Model's throttle rate q* in whole USD of seized collateral an hour; 0 when the model gives none.
    uint64 throttleUsdPerHour;
    /// @dev Model's pause length T* in seconds; 0 when a pause does not help.
    uint32 haltSeconds;
}

/// @notice What can be said about a subject's score.
enum ScoreStatus {
    Unregistered,
    Retired,
    Unknown,
    Known
}

/// @notice The facts of an epoch that hold for all its lanes. One storage slot, together with the SYSTEM lane: {Headers}.
struct Header {
    uint48 epoch;
    /// @dev The block whose state was scored.
    uint48 observedBlock;
    /// @dev Timestamp of that block, unix seconds.
    uint48 observedAt;
    /// @dev Share of the known debt that was actually read.
    Bps coverage;
    Cx systemLeverage;
    Bps systemLiquidationAtRisk;
    uint16 laneCount;
    /// @dev Bit 0 oracleGap, bit 1 allVenuesHaveLanes, bit 2 quarantined (set on chain only).
    uint8 flags;
}

/// @notice What the signers sign (EIP-712 type `Report`, domain "Bulkhead RiskOracle" version "1").
struct Report {
    bytes32 configDigest;
    uint48 epoch;
    uint48 observedBlock;
    bytes32 observedBlockHash;
    uint48 observedAt;
    Bps coverage;
    uint8 flags;
    bytes32 modelHash;
    bytes32 snapshotHash;
    bytes32 scoresRoot;
    /// @dev Packed lanes, four to a word; unused lanes of the last word are zero.
    uint256[] lanes;
}
