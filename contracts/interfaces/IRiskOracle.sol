// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Header, Report, Score, ScoreLeaf, ScoreStatus} from "../types/Score.sol";
import {SubjectId, SubjectKey} from "../types/SubjectId.sol";
import {Bps} from "../types/Units.sol";

/// @title IRiskOracle
/// @notice Publishes interconnection-leverage scores in atomic epochs: one report, computed from one block, signed by k of
/// n independent operators, recomputable bit for bit by anybody.
interface IRiskOracle {
    /// @notice Bounds within which reports are accepted. Changing them bumps the config count.
    struct Limits {
        /// @dev Oldest observation accepted, seconds.
        uint32 maxReportAge;
        /// @dev How far a lane may ease in an hour, as a share of its last value, or of 1.00x or 1 % where it is below that.
        Bps maxEase;
        /// @dev Below this coverage lanes may rise, never fall.
        Bps minCoverage;
    }

    /// @notice An epoch was accepted. Carries all lanes as stored, so that state can be rebuilt from events alone.
    /// @param epoch Number of the epoch.
    /// @param observedBlock Block whose state was scored.
    /// @param modelHash Code version and parameters of the model.
    /// @param observedAt Timestamp of the observed block, unix seconds.
    /// @param coverage Share of the known debt that was read.
    /// @param flags As in {Header}.
    /// @param snapshotHash Canonical hash of the input state.
    /// @param scoresRoot Merkle root over all subjects.
    /// @param lanes Packed lanes as stored, after clamping.
    event ReportAccepted(
        uint48 indexed epoch,
        uint48 indexed observedBlock,
        bytes32 indexed modelHash,
        uint48 observedAt,
        Bps coverage,
        uint8 flags,
        bytes32 snapshotHash,
        bytes32 scoresRoot,
        uint256[] lanes
    );

    /// @notice At least one signed lane eased faster than allowed and was stored with less easing: each that differs from the
    /// same lane of the epoch's {ReportAccepted}.
    /// @param epoch Number of the epoch.
    /// @param signed All lanes as signed, packed; {ReportAccepted} carries them as stored.
    event LanesClamped(uint48 indexed epoch, uint256[] signed);

    /// @notice A subject got its index.
    /// @param subject The subject.
    /// @param index Its index, never used for another subject.
    /// @param key What the identifier is derived from, on this chain.
    event SubjectRegistered(SubjectId indexed subject, uint16 indexed index, SubjectKey key);

    /// @notice A subject was retired: it reads as retired from now on; its index is not used again.
    /// @param subject The subject.
    /// @param index Its index.
    event SubjectRetired(SubjectId indexed subject, uint16 indexed index);

    /// @notice The configuration was changed; outstanding reports are void. Accompanies each event that says what was changed.
    /// @param number How many configurations there were, this one included.
    /// @param digest What reports must name from now on.
    /// @param data Contract that holds the configuration in its code.
    event ConfigChanged(uint256 indexed number, bytes32 digest, address data);

    /// @notice The signer set was replaced; outstanding reports are void.
    /// @param threshold Signatures needed.
    /// @param signers The set, ascending.
    event SignersRotated(uint8 threshold, address[] signers);

    /// @notice Another model was approved; outstanding reports are void.
    /// @param oldModelHash The model approved before.
    /// @param newModelHash The model approved now.
    event ModelApproved(bytes32 indexed oldModelHash, bytes32 indexed newModelHash);

    /// @notice The limits were changed; outstanding reports are void.
    /// @param oldLimits The limits before.
    /// @param newLimits The limits now.
    event LimitsChanged(Limits oldLimits, Limits newLimits);

    /// @notice An epoch was voided: its lanes read as unknown until the next one.
    /// @param epoch The voided epoch.
    /// @param council Who voided it.
    /// @param lanesBefore The lanes that the next epoch is measured against: those before the voided one, packed as stored;
    /// none when the voided lanes stay the measure.
    /// @param reason Why, for people.
    event EpochQuarantined(uint48 indexed epoch, address indexed council, uint256[] lanesBefore, string reason);

    /// @notice Thrown when a report names another configuration than the current one.
    error ConfigDigestMismatch(bytes32 seen, bytes32 expected);
    /// @notice Thrown when a report's model is not the approved one.
    error ModelNotApproved(bytes32 seen, bytes32 approved);
    /// @notice Thrown when a report's epoch is not above the last.
    error EpochNotNewer(uint48 seen, uint48 last);
    /// @notice Thrown when a report's epoch runs ahead of its block: by more than there are blocks since the last observed one.
    error EpochTooFar(uint48 seen, uint48 latest);
    /// @notice Thrown when a report's block is not above the last observed one.
    error ObservedBlockNotNewer(uint48 seen, uint48 last);
    /// @notice Thrown when a report's block hash is zero, or not the hash that the chain knows for that block.
    error BlockHashMismatch(uint48 observedBlock, bytes32 seen, bytes32 expected);
    /// @notice Thrown when a later block claims an earlier time than the last observed one.
    error ObservedAtNotMonotonic(uint48 seen, uint48 last);
    /// @notice Thrown when an observation lies in the future.
    error ObservedInFuture(uint48 observedAt, uint256 timestamp);
    /// @notice Thrown when an observation is older than the limits accept.
    error ReportTooOld(uint48 observedAt, uint32 maxReportAge);
    /// @notice Thrown when a report claims to be younger than its block can be.
    error ObservedAtImplausible(uint48 observedAt, uint48 latestPossible);
    /// @notice Thrown when the number of packed words is not the one the lane count needs, or an unused lane is not zero.
    error LaneCountMismatch(uint256 words, uint16 laneCount);
    /// @notice Thrown when one lane, or the lanes as a whole, break an invariant of the record.
    /// @param index The lane; type(uint16).max when the record as a whole is wrong.
    error RecordInvalid(uint16 index, RecordFault fault);
    /// @notice Thrown when there are not exactly `threshold` signatures of 64 bytes.
    error SignatureCountMismatch(uint256 seen, uint8 threshold);
    /// @notice Thrown when a signature is not by a member of the set, or members are not strictly ascending.
    error SignerInvalid(uint256 index, address recovered);
    /// @notice Thrown when a subject is already registered.
    error SubjectAlreadyRegistered(SubjectId subject, uint16 index);
    /// @notice Thrown when a key names a part that its kind does not use, or lacks one that it does.
    error SubjectKeyInvalid(SubjectKey key);
    /// @notice Thrown when a subject has no index.
    error SubjectUnregistered(SubjectId subject);
    /// @notice Thrown when an index is not below the lane count.
    error IndexOutOfRange(uint16 index, uint16 laneCount);
    /// @notice Thrown when a subject was retired.
    error SubjectIsRetired(SubjectId subject);
    /// @notice Thrown when a score is older than the caller accepts.
    error ScoreStale(uint48 observedAt, uint48 maxAge);
    /// @notice Thrown when a score is unknown: never published, voided, or not covered.
    error ScoreUnknown(SubjectId subject);
    /// @notice Thrown when a signer set is empty, too large, unsorted, or its threshold out of range.
    error SignerSetInvalid(uint256 size, uint8 threshold);
    /// @notice Thrown when a limit is out of its range.
    error LimitsInvalid(Limits limits);
    /// @notice Thrown when an epoch cannot be voided: it is not the current one, or already void.
    error EpochNotQuarantinable(uint48 seen, uint48 current);
    /// @notice Thrown when lanes given as those before the voided epoch are not, by their hash.
    error LanesBeforeMismatch(bytes32 seen, bytes32 expected);
    /// @notice Thrown when the configuration was changed as often as it can be.
    error ConfigsExhausted(uint256 number);
    /// @notice Thrown when a model to approve is zero.
    error ModelHashZero();

    /// @notice What can be wrong with a record of lanes.
    enum RecordFault {
        /// A leverage is known and below 1.00x.
        LeverageBelowOne,
        /// A share is above 100 %.
        ShareAboveOne,
        /// A rehypothecation is known and below 1.00x.
        RehypothecationBelowOne,
        /// A lane without a leverage, which is unknown, says something else.
        UnknownNotEmpty,
        /// All venues have lanes, and the system has no leverage.
        SystemUnknown,
        /// The system's leverage is above that of every venue by more than 0.01x.
        SystemAboveVenues,
        /// A flag is set that only the oracle sets, or that has no meaning.
        ReservedFlag,
        /// Coverage is above 100 %.
        CoverageAboveOne
    }

    /// @notice Stores one epoch. Anybody may relay it.
    /// @dev Emits {ReportAccepted}, and {LanesClamped} when a lane eased too fast.
    ///
    /// Requirements:
    /// - `report.configDigest` is {configDigest} and `report.modelHash` is {modelHash};
    /// - `report.epoch` and `report.observedBlock` are above the last accepted ones, the epoch by no more than the block: so no
    ///   epoch is ever above its block, and no report can use up the numbers;
    /// - `report.observedBlockHash` is the hash of `report.observedBlock` (EIP-2935 beyond 256 blocks);
    /// - `report.observedAt` is not in the future, not older than `maxReportAge`, and not younger than the block allows;
    /// - lanes are as many as configured, and the record holds as a whole;
    /// - `signatures` holds exactly `threshold` EIP-2098 signatures by distinct members, ascending by address.
    /// @param report The report.
    /// @param signatures 64 bytes a signature.
    function publish(Report calldata report, bytes calldata signatures) external;

    /// @notice Gives each subject the next free index, in order; knows from the key which lanes are venues.
    /// @dev Emits {SubjectRegistered} for each. Adds lanes; outstanding reports are void.
    ///
    /// Requirements:
    /// - no subject is registered yet ({SubjectAlreadyRegistered});
    /// - parts that a kind does not use are zero, the others are not ({SubjectKeyInvalid});
    /// - there is room ({IndexOutOfRange}).
    /// @param keys What the identifiers are derived from, on this chain.
    function registerSubjects(SubjectKey[] calldata keys) external;

    /// @notice Retires `subject` for good; a venue no longer bounds the system's leverage. Outstanding reports are void.
    /// @dev Emits {SubjectRetired}. Reverts with {SubjectUnregistered} or {SubjectIsRetired}.
    function retireSubject(SubjectId subject) external;

    /// @notice Replaces the signer set. Outstanding reports are void.
    /// @param newSigners Ascending, distinct, 1 to 32 of them.
    /// @param newThreshold Signatures needed: a majority at least.
    function rotateSigners(address[] calldata newSigners, uint8 newThreshold) external;

    /// @notice Approves `newModelHash` as the model. Outstanding reports are void. Reverts with {ModelHashZero}.
    function approveModel(bytes32 newModelHash) external;

    /// @notice Replaces the limits. Outstanding reports are void.
    function setLimits(Limits calldata newLimits) external;

    /// @notice Voids the current epoch: its lanes read as unknown until the next one is published.
    /// @dev Emits {EpochQuarantined}. With `lanesBefore`, the next epoch is measured against the lanes from before the voided
    /// one (several in a row: before the first of them): nothing of it is left. They are checked against a hash kept since then:
    /// the council can bring back nothing but what was there, and it takes k signers as well to make anything of that.
    ///
    /// Requirements:
    /// - the caller holds the role ({AccessManagedUnauthorized});
    /// - `epoch` is the current one and not void ({EpochNotQuarantinable});
    /// - `lanesBefore` is empty or what it says it is ({LanesBeforeMismatch}).
    /// @param epoch The current epoch.
    /// @param lanesBefore `lanes` of the last {ReportAccepted} that is not void, with zero words up to as many as the first
    /// voided report after it has; empty to keep the voided lanes as the measure, where there is no time to look.
    /// @param reason Why, for people.
    function quarantine(uint48 epoch, uint256[] calldata lanesBefore, string calldata reason) external;

    /// @notice Score at `index`, and when it was observed (unix seconds). The cheapest read.
    /// @dev Reverts with {IndexOutOfRange}. A leverage of 0 means unknown. Does not know about retirement.
    function scoreAt(uint16 index) external view returns (Score memory score_, uint48 observedAt);

    /// @notice Score of `subject`, and when it was observed.
    /// @dev Reverts with {SubjectUnregistered} or {SubjectIsRetired}. A leverage of 0 means unknown.
    function score(SubjectId subject) external view returns (Score memory score_, uint48 observedAt);

    /// @notice Score of `subject` and what is known about it; never reverts.
    function tryScore(
        SubjectId subject
    ) external view returns (ScoreStatus status, Score memory score_, uint48 observedAt);

    /// @notice Score of `subject`, known and at most `maxAge` seconds old.
    /// @dev Reverts with {SubjectUnregistered}, {SubjectIsRetired}, {ScoreUnknown} or {ScoreStale}.
    function scoreNoOlderThan(SubjectId subject, uint48 maxAge) external view returns (Score memory score_);

    /// @notice Whether `proof` shows that `leaf` belongs to the current, not voided, epoch.
    function verifyScore(ScoreLeaf calldata leaf, bytes32[] calldata proof) external view returns (bool);

    /// @notice Header of the current epoch. Of a voided one, with the SYSTEM lane that the next epoch is measured against.
    function header() external view returns (Header memory);

    /// @notice Header of a recent epoch from the ring; all zero when it is no longer (or not yet) there. A voided epoch leaves its
    /// place to the last one that is not, where both have the same.
    function headerOf(uint48 epoch) external view returns (Header memory);

    /// @notice Merkle root of the current epoch over all subjects.
    function scoresRoot() external view returns (bytes32);

    /// @notice `keccak256(abi.encode(chainId, this, configCount, keccak256(abi.encodePacked(signers)), threshold, modelHash, laneCount))`.
    function configDigest() external view returns (bytes32);

    /// @notice Current limits.
    function limits() external view returns (Limits memory);

    /// @notice The approved model.
    function modelHash() external view returns (bytes32);

    /// @notice The signer set, ascending, and the signatures needed.
    function signers() external view returns (address[] memory members, uint8 threshold);

    /// @notice Number of registered subjects.
    function laneCount() external view returns (uint16);

    /// @notice Index of `subject`. Reverts with {SubjectUnregistered}.
    function indexOf(SubjectId subject) external view returns (uint16);

    /// @notice Subject at `index`. Reverts with {IndexOutOfRange}.
    function subjectAt(uint16 index) external view returns (SubjectId);

    /// @notice EIP-712 digest of `report`.
    function reportDigest(Report calldata report) external view returns (bytes32);
}
