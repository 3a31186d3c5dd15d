// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {OracleConfig} from "./OracleConfig.sol";
import {IRiskOracle} from "./interfaces/IRiskOracle.sol";
import {Easing, EasingLib} from "./libraries/EasingLib.sol";
import {Headers} from "./libraries/Headers.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {RecordChecks} from "./libraries/RecordChecks.sol";
import {ReportHash} from "./libraries/ReportHash.sol";
import {SignerSets} from "./libraries/SignerSets.sol";
import {Header, Report, Score, ScoreLeaf, ScoreStatus} from "./types/Score.sol";
import {SubjectId} from "./types/SubjectId.sol";
import {Bps, Cx} from "./types/Units.sol";

/// @title RiskOracle
/// @notice Verifies and stores signed epochs of scores; answers "score of X, and how old".
///
/// TRUST. k of n signers are believed when they report danger. When they report less of it, lanes ease at a bounded rate.
/// Whoever relays a report is trusted with nothing. Governance chooses subjects, signers, model and limits; none of these
/// changes a score, all of them void outstanding reports. The risk council can void the current epoch and nothing else.
///
/// REPLAY. A report names its chain and contract twice (EIP-712 domain, configuration digest), its configuration, its epoch
/// and the hash of a block: it is accepted at most once, on one chain, by one contract, for one signer set.
///
/// STALENESS. Reads return the time of observation; only {scoreNoOlderThan} judges it. Unknown is a leverage of 0, never a
/// small number. A voided epoch is no measure for the next one: that may rise at once, and eases slowly from the lanes before.
///
/// ROUNDING. A lane that eases is less than two units ahead of the rate at any time, in however many epochs: see {EasingLib}.
///
/// LIVENESS. If signers stop, scores grow old and nothing else happens. Not upgradeable; a consumer changes a pointer.
///
/// WHAT IS NOT GUARANTEED. That a score is right. The block hash proves which state was scored, and anybody can score it
/// again; the contract cannot.
contract RiskOracle is OracleConfig, EIP712 {
    using Headers for uint256;
    using Lanes for uint256;
    using EasingLib for uint256;

    /// @dev A lane as it was before a field of it became unknown.
    struct LastKnown {
        uint64 lane;
        uint48 observedAt;
    }

    /// @dev What every lane of one report is stepped by.
    struct Step {
        uint48 epoch;
        uint48 lastAt;
        Easing easing;
    }

    /// @notice Number of past headers kept.
    uint48 public constant RING_SIZE = 64;

    uint256 private constant LANES_PER_WORD = 4;
    /// @notice Least time between two blocks in seconds: what makes a back-dated observation implausible. 0 on chains whose
    /// blocks do not follow a schedule.
    uint32 public immutable slotSeconds;

    /* STORAGE */

    uint256 private _header;
    uint256[MAX_LANES / 4] private _lanes;
    bytes32 private _scoresRoot;
    uint256[RING_SIZE] private _ring;
    mapping(uint16 index => LastKnown) private _lastKnown;
    /// @dev Hash of the packed lanes from before the last epoch; from before the first voided one where it follows such.
    bytes32 private _lanesBefore;

    constructor(
        address initialAuthority,
        uint32 newSlotSeconds,
        Limits memory newLimits
    ) EIP712("Bulkhead RiskOracle", "1") OracleConfig(initialAuthority, newLimits) {
        slotSeconds = newSlotSeconds;
        for (uint256 i; i < RING_SIZE; ++i) _ring[i] = Headers.EMPTY;
    }

    /* PUBLISHING */

    /// @inheritdoc IRiskOracle
    function publish(Report calldata report, bytes calldata signatures) external {
        uint256 last = _header;
        Config memory config = _config;
        _checkOrigin(report, last, config);
        _checkSignatures(report, signatures, config);

        uint256[] memory lanes = report.lanes;
        bool bounded = report.flags & Headers.ALL_VENUES_HAVE_LANES != 0;
        RecordChecks.check(report, lanes, config.laneCount, bounded ? _venueMask : 0);
        _storeLanes(report, lanes, last, config);
        if (last != 0) _ring[last.epoch() % RING_SIZE] = last;
        _header = Headers.encode(_headerFor(report, lanes[0], config.laneCount));
        _scoresRoot = report.scoresRoot;

        emit ReportAccepted(
            report.epoch,
            report.observedBlock,
            report.modelHash,
            report.observedAt,
            report.coverage,
            report.flags,
            report.snapshotHash,
            report.scoresRoot,
            lanes
        );
    }

    function _checkOrigin(Report calldata report, uint256 last, Config memory config) private view {
        bytes32 digest = _configDigest;
        require(report.configDigest == digest, ConfigDigestMismatch(report.configDigest, digest));
        bytes32 approved = _modelHash;
        require(report.modelHash == approved && approved != 0, ModelNotApproved(report.modelHash, approved));

        uint48 epoch = report.epoch;
        require(epoch > last.epoch(), EpochNotNewer(epoch, last.epoch()));
        uint48 observedBlock = report.observedBlock;
        require(observedBlock > last.observedBlock(), ObservedBlockNotNewer(observedBlock, last.observedBlock()));
        // Neither term is above a block number: see the next requirement.
        uint48 latest = last.epoch() + (observedBlock - last.observedBlock());
        // The history contract reverts for blocks to come, and what a revert says is no hash.
        bytes32 blockHash = observedBlock < block.number ? Blockhash.blockHash(observedBlock) : bytes32(0);
        require(
            blockHash != 0 && report.observedBlockHash == blockHash,
            BlockHashMismatch(observedBlock, report.observedBlockHash, blockHash)
        );
        require(epoch <= latest, EpochTooFar(epoch, latest));
        _checkObservedAt(report.observedAt, observedBlock, last.observedAt(), config.maxReportAge);
    }

    function _checkObservedAt(uint48 observedAt, uint48 observedBlock, uint48 lastAt, uint32 maxAge) private view {
        require(observedAt <= block.timestamp, ObservedInFuture(observedAt, block.timestamp));
        require(block.timestamp - observedAt <= maxAge, ReportTooOld(observedAt, maxAge));
        require(observedAt >= lastAt, ObservedAtNotMonotonic(observedAt, lastAt));
        uint256 latestPossible = block.timestamp - slotSeconds * (block.number - observedBlock);
        require(observedAt <= latestPossible, ObservedAtImplausible(observedAt, uint48(latestPossible)));
    }

    function _checkSignatures(Report calldata report, bytes calldata signatures, Config memory config) private view {
        uint8 threshold = config.threshold;
        require(
            threshold != 0 && signatures.length == uint256(threshold) * 64,
            SignatureCountMismatch(signatures.length / 64, threshold)
        );
        (uint256 good, address recovered) = SignerSets.verify(
            SignerSets.load(config.signerSet),
            reportDigest(report),
            signatures
        );
        require(good == threshold, SignerInvalid(good, recovered));
    }

    /// @dev Clamps `lanes` in place and stores them.
    function _storeLanes(Report calldata report, uint256[] memory lanes, uint256 last, Config memory config) private {
        uint256 rate = report.coverage >= config.minCoverage ? Bps.unwrap(config.maxEase) : 0;
        Step memory step = Step({
            epoch: report.epoch,
            lastAt: last.observedAt(),
            easing: Easing({rate: rate, from: last.observedAt(), to: report.observedAt})
        });
        uint256 words = lanes.length;
        uint256[] memory before = new uint256[](words);
        for (uint256 i; i < words; ++i) {
            uint256 signed = lanes[i];
            uint256 stored = _lanes[i];
            before[i] = stored;
            if (signed == stored) continue;
            uint256 word = _stepWord(step, i * LANES_PER_WORD, signed, stored);
            if (word != signed) lanes[i] = word;
            _lanes[i] = word;
        }
        if (!last.isQuarantined()) _lanesBefore = keccak256(abi.encodePacked(before));
    }

    function _stepWord(
        Step memory step,
        uint256 firstIndex,
        uint256 signedWord,
        uint256 storedWord
    ) private returns (uint256 word) {
        for (uint256 i; i < LANES_PER_WORD; ++i) {
            uint256 shift = i << 6;
            uint256 signed = (signedWord >> shift) & Lanes.LANE_MASK;
            uint256 before = (storedWord >> shift) & Lanes.LANE_MASK;
            // Most lanes say the same or worse, and need no more than this.
            uint256 lane = signed.eases(before) ? _ease(step, uint16(firstIndex + i), signed, before) : signed;
            word |= lane << shift;
        }
    }

    function _ease(Step memory step, uint16 index, uint256 signed, uint256 before) private returns (uint256 lane) {
        Easing memory easing = step.easing;
        if (signed.vanishes(before)) _remember(index, before, step.lastAt);
        if (signed.appears(before)) (before, easing) = _recall(index, before, step);
        lane = signed.step(before, easing);
        if (lane != signed) emit LaneClamped(step.epoch, index, uint64(signed), uint64(lane));
    }

    /// @dev Keeps what is about to become unknown, so that a detour through unknown is not a way to ease at once.
    function _remember(uint16 index, uint256 lane, uint48 observedAt) private {
        if (lane.leverage() == 0) return;
        LastKnown storage known = _lastKnown[index];
        known.lane = uint64(lane.fill(known.lane));
        known.observedAt = observedAt;
    }

    /// @dev What a lane that becomes known again is measured against.
    function _recall(uint16 index, uint256 lane, Step memory step) private view returns (uint256, Easing memory) {
        LastKnown memory known = _lastKnown[index];
        if (lane.leverage() != 0) return (lane.fill(known.lane), step.easing);
        return (known.lane, Easing({rate: step.easing.rate, from: known.observedAt, to: step.easing.to}));
    }

    function _headerFor(Report calldata report, uint256 system, uint16 count) private pure returns (Header memory) {
        Score memory score_ = (system & Lanes.LANE_MASK).unpack();
        return
            Header({
                epoch: report.epoch,
                observedBlock: report.observedBlock,
                observedAt: report.observedAt,
                coverage: report.coverage,
                systemLeverage: score_.leverage,
                systemLiquidationAtRisk: score_.liquidationAtRisk,
                laneCount: count,
                flags: report.flags
            });
    }

    /* CONFIGURATION */

    /// @inheritdoc IRiskOracle
    function quarantine(uint48 epoch, uint256[] calldata lanesBefore, string calldata reason) external restricted {
        uint256 current = _header;
        require(
            epoch != 0 && epoch == current.epoch() && !current.isQuarantined(),
            EpochNotQuarantinable(epoch, current.epoch())
        );
        if (lanesBefore.length != 0) {
            bytes32 seen = keccak256(abi.encodePacked(lanesBefore));
            require(seen == _lanesBefore, LanesBeforeMismatch(seen, _lanesBefore));
            for (uint256 i; i < lanesBefore.length; ++i) _lanes[i] = lanesBefore[i];
        }
        _header = current.quarantine();
        emit EpochQuarantined(epoch, msg.sender, lanesBefore, reason);
    }

    /* READING */

    /// @inheritdoc IRiskOracle
    function scoreAt(uint16 index) external view returns (Score memory, uint48) {
        (uint256 lane, uint48 observedAt) = _read(index);
        lane.returnWith(observedAt);
    }

    /// @inheritdoc IRiskOracle
    function score(SubjectId subject) public view returns (Score memory score_, uint48 observedAt) {
        uint256 lane;
        (lane, observedAt) = _read(_indexOfLiving(subject));
        score_ = lane.unpack();
    }

    /// @inheritdoc IRiskOracle
    function tryScore(
        SubjectId subject
    ) external view returns (ScoreStatus status, Score memory score_, uint48 observedAt) {
        Registration memory registration = _registrations[subject];
        if (registration.position == 0) return (ScoreStatus.Unregistered, score_, 0);
        if (registration.retired) return (ScoreStatus.Retired, score_, 0);
        uint256 lane;
        (lane, observedAt) = _read(registration.position - 1);
        score_ = lane.unpack();
        status = Cx.unwrap(score_.leverage) == 0 ? ScoreStatus.Unknown : ScoreStatus.Known;
    }

    /// @inheritdoc IRiskOracle
    function scoreNoOlderThan(SubjectId subject, uint48 maxAge) external view returns (Score memory score_) {
        uint48 observedAt;
        (score_, observedAt) = score(subject);
        require(Cx.unwrap(score_.leverage) != 0, ScoreUnknown(subject));
        require(block.timestamp - observedAt <= maxAge, ScoreStale(observedAt, maxAge));
    }

    /// @inheritdoc IRiskOracle
    function verifyScore(ScoreLeaf calldata leaf, bytes32[] calldata proof) external view returns (bool) {
        if (_header == 0 || _header.isQuarantined()) return false;
        bytes32 leafHash = keccak256(bytes.concat(keccak256(abi.encode(leaf))));
        return MerkleProof.verifyCalldata(proof, _scoresRoot, leafHash);
    }

    /// @inheritdoc IRiskOracle
    function header() external view returns (Header memory) {
        return _header.decode();
    }

    /// @inheritdoc IRiskOracle
    function headerOf(uint48 epoch) external view returns (Header memory h) {
        uint256 word = epoch == _header.epoch() ? _header : _ring[epoch % RING_SIZE];
        if (word != Headers.EMPTY && word.epoch() == epoch) h = word.decode();
    }

    /// @inheritdoc IRiskOracle
    function scoresRoot() external view returns (bytes32) {
        return _scoresRoot;
    }

    /// @inheritdoc IRiskOracle
    function reportDigest(Report calldata report) public view returns (bytes32) {
        return _hashTypedDataV4(ReportHash.structHash(report));
    }

    /// @dev The lane at `index`, zero when voided or never published, and the time of its observation: two slots.
    function _read(uint16 index) private view returns (uint256 lane, uint48) {
        uint256 current = _header;
        if (index < MAX_LANES) {
            uint256[MAX_LANES / 4] storage lanes = _lanes;
            assembly ("memory-safe") {
                lane := and(shr(shl(6, and(index, 3)), sload(add(lanes.slot, shr(2, index)))), 0xffffffffffffffff)
            }
        }
        if (lane == 0) require(index < _config.laneCount, IndexOutOfRange(index, _config.laneCount));
        return (current.isQuarantined() ? 0 : lane, current.observedAt());
    }
}
