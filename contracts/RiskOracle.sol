// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {OracleConfig} from "./OracleConfig.sol";
import {IRiskOracle} from "./interfaces/IRiskOracle.sol";
import {ConfigCode, ConfigData} from "./libraries/ConfigCode.sol";
import {Headers} from "./libraries/Headers.sol";
import {Easing, KnownLane, KnownLanes} from "./libraries/KnownLanes.sol";
import {LaneWords} from "./libraries/LaneWords.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {RecordChecks} from "./libraries/RecordChecks.sol";
import {Reports} from "./libraries/Reports.sol";
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
/// ROUNDING. A lane that eases is less than one tick, at most 2.01 % of what it began with, ahead of the rate, in however many
/// epochs: see {EasingLib}.
///
/// LIVENESS. If signers stop, scores grow old and nothing else happens. Not upgradeable; a consumer changes a pointer. The
/// configuration can be changed 16,383 times; reports are accepted under the last one for good.
///
/// WHAT IS NOT GUARANTEED. That a score is right. The block hash proves which state was scored, and anybody can score it
/// again; the contract cannot.
contract RiskOracle is OracleConfig, EIP712 {
    using Headers for uint256;
    using KnownLanes for mapping(uint256 index => KnownLane);
    using LaneWords for uint256;
    using LaneWords for uint256[];
    using Lanes for uint256;
    using Reports for Report;

    /// @notice Number of past headers kept.
    uint48 public constant RING_SIZE = 64;

    /// @notice Least time between two blocks in seconds: what makes a back-dated observation implausible. 0 on chains whose
    /// blocks do not follow a schedule.
    uint32 public immutable slotSeconds;

    /// @dev Blocks before this one whose hashes the chain keeps (EIP-2935).
    uint256 private constant HISTORY_BLOCKS = 8191;

    /* STORAGE */

    /// @dev Lanes 1 and up, four to a word, in the place that they have in a report; where lane 0 would be, nothing.
    uint256[MAX_LANES / 4] private _lanes;
    bytes32 private _scoresRoot;
    uint256[RING_SIZE] private _ring;
    mapping(uint256 index => KnownLane) private _known;
    /// @dev Hash of the packed lanes from before the last epoch; from before the first voided one where it follows such. Not kept
    /// while SYSTEM is the only lane: the ring has that.
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
    function publish(Report calldata signed, bytes calldata signatures) external {
        uint256 last = _header;
        ConfigData memory config = ConfigCode.read(last.config());
        Report memory report = signed.load();
        _checkOrigin(report, last, config);
        _checkSignatures(report, signatures, config);
        RecordChecks.check(report, config.laneCount, config.venues);

        _storeLanes(report, last, config);
        _storeHeader(report, last, config.laneCount);
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
            report.lanes
        );
    }

    function _checkOrigin(Report memory report, uint256 last, ConfigData memory config) private view {
        require(report.configDigest == config.digest, ConfigDigestMismatch(report.configDigest, config.digest));
        bytes32 approved = config.modelHash;
        require(report.modelHash == approved && approved != 0, ModelNotApproved(report.modelHash, approved));

        (uint48 epoch, uint48 lastEpoch) = (report.epoch, last.epoch());
        require(epoch > lastEpoch, EpochNotNewer(epoch, lastEpoch));
        (uint48 observedBlock, uint48 lastBlock) = (report.observedBlock, last.observedBlock());
        require(observedBlock > lastBlock, ObservedBlockNotNewer(observedBlock, lastBlock));
        _checkBlockHash(observedBlock, report.observedBlockHash);
        unchecked {
            // No term is above a block number: an epoch never is, and the block has a hash.
            uint48 latest = lastEpoch + (observedBlock - lastBlock);
            require(epoch <= latest, EpochTooFar(epoch, latest));
        }
        _checkObservedAt(report.observedAt, observedBlock, last.observedAt(), config.maxReportAge);
    }

    function _checkBlockHash(uint256 observedBlock, bytes32 seen) private view {
        bytes32 expected;
        unchecked {
            // The history contract reverts for blocks to come and for older ones, and what a revert says is no hash.
            bool hasHash = block.number - 1 - observedBlock < HISTORY_BLOCKS;
            if (hasHash) expected = Blockhash.blockHash(observedBlock);
        }
        require(expected != 0 && seen == expected, BlockHashMismatch(uint48(observedBlock), seen, expected));
    }

    /// @dev The block is one before this.
    function _checkObservedAt(uint48 observedAt, uint256 observedBlock, uint48 lastAt, uint32 maxAge) private view {
        require(observedAt <= block.timestamp, ObservedInFuture(observedAt, block.timestamp));
        unchecked {
            uint256 age = block.timestamp - observedAt;
            require(age <= maxAge, ReportTooOld(observedAt, maxAge));
            require(observedAt >= lastAt, ObservedAtNotMonotonic(observedAt, lastAt));
            uint256 leastAge = slotSeconds * (block.number - observedBlock);
            require(age >= leastAge, ObservedAtImplausible(observedAt, uint48(block.timestamp - leastAge)));
        }
    }

    function _checkSignatures(Report memory report, bytes calldata signatures, ConfigData memory config) private view {
        uint8 threshold = config.threshold;
        uint256 count = signatures.length / SignerSets.SIGNATURE_BYTES;
        require(
            threshold == count && count != 0 && signatures.length % SignerSets.SIGNATURE_BYTES == 0,
            SignatureCountMismatch(count, threshold)
        );
        (uint256 good, address recovered) = SignerSets.verify(config.signers, _digest(report), signatures);
        require(good == count, SignerInvalid(good, recovered));
    }

    /// @dev Clamps the lanes of `report` in place, and stores all but the first, which the header holds.
    function _storeLanes(Report memory report, uint256 last, ConfigData memory config) private {
        uint256 rate = report.coverage >= config.minCoverage ? Bps.unwrap(config.maxEase) : 0;
        Easing memory easing = KnownLanes.easingOf(rate, last.observedAt(), report.observedAt);
        uint256[] memory lanes = report.lanes;
        uint256[] memory signedLanes;
        // Lane 0 in front of what is stored of its word.
        uint256 was = last.systemLane();
        if (config.laneCount == 1) {
            uint256 word = _known.step(0, lanes.at(0), was, easing);
            if (word != lanes.at(0)) signedLanes = lanes.copy();
            lanes.set(0, word);
        } else {
            uint256[] memory before = lanes.copy();
            unchecked {
                for (uint256 i; i < lanes.length; ++i) {
                    uint256 stored = _laneWord(i);
                    was |= stored;
                    before.set(i, was);
                    uint256 signed = lanes.at(i);
                    uint256 word = _known.step(i, signed, was, easing);
                    if (word != signed) {
                        if (signedLanes.length == 0) signedLanes = lanes.copy();
                        lanes.set(i, word);
                    }
                    was = 0;
                    if (i == 0) word &= ~Lanes.LANE_MASK;
                    if (word != stored) _setLaneWord(i, word);
                }
            }
            _rememberLanes(before, last);
        }
        if (signedLanes.length != 0) emit LanesClamped(report.epoch, signedLanes);
    }

    /// @dev `_lanes[i]`, which the caller knows to be there.
    function _laneWord(uint256 i) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(add(_lanes.slot, i))
        }
    }

    function _setLaneWord(uint256 i, uint256 word) private {
        assembly ("memory-safe") {
            sstore(add(_lanes.slot, i), word)
        }
    }

    /// @dev Keeps the hash of the lanes that the next epoch follows if this one is voided: `before`, or, after a voided epoch, what
    /// was there before that; where it had no lane but SYSTEM's, the ring knows.
    function _rememberLanes(uint256[] memory before, uint256 last) private {
        if (!last.isQuarantined()) _lanesBefore = before.hash();
        else if (last.laneCount() == 1) _lanesBefore = _systemLaneBefore(last);
    }

    /// @dev Hash of the one lane that there was before the epochs that were voided up to `header_`.
    function _systemLaneBefore(uint256 header_) private view returns (bytes32) {
        return keccak256(abi.encode(_ring[header_.basis()].systemLane()));
    }

    /// @dev Moves the last header into the ring, but not over the one that voided epochs go back to.
    function _storeHeader(Report memory report, uint256 last, uint256 count) private {
        bool isVoid = last.isQuarantined();
        uint256 position = last.epoch() % RING_SIZE;
        uint256 basis = isVoid ? last.basis() : position;
        if (isVoid ? basis != position : last.epoch() != 0) _ring[position] = last;
        _header = Headers.encode(report, last, count, basis);
    }

    /* CONFIGURATION */

    /// @inheritdoc IRiskOracle
    function quarantine(uint48 epoch, uint256[] calldata lanesBefore, string calldata reason) external restricted {
        uint256 current = _header;
        require(
            epoch != 0 && epoch == current.epoch() && !current.isQuarantined(),
            EpochNotQuarantinable(epoch, current.epoch())
        );
        if (lanesBefore.length != 0) current = _restoreLanes(lanesBefore, current);
        _header = current.quarantine();
        emit EpochQuarantined(epoch, msg.sender, lanesBefore, reason);
    }

    /// @dev Puts the lanes from before the current epoch in the place of its own; returns its header with theirs.
    function _restoreLanes(uint256[] calldata lanesBefore, uint256 current) private returns (uint256) {
        uint256 count = current.laneCount();
        bytes32 seen = keccak256(abi.encodePacked(lanesBefore));
        bytes32 expected = count > 1 ? _lanesBefore : _systemLaneBefore(current);
        require(seen == expected, LanesBeforeMismatch(seen, expected));
        if (count > 1) {
            // Words that came with subjects registered since were empty before.
            for (uint256 i; i < count.wordsOf(); ++i) _lanes[i] = i < lanesBefore.length ? lanesBefore[i] : 0;
            _lanes[0] &= ~Lanes.LANE_MASK;
        }
        return current.withSystemLane(lanesBefore[0] & Lanes.LANE_MASK);
    }

    /* READING */

    /// @inheritdoc IRiskOracle
    /// @dev {_read} and the encoding of its result, written out: half the gas of both. That the struct is said to be in calldata
    /// keeps the compiler from clearing one in memory.
    function scoreAt(uint16 index) external view returns (Score calldata, uint48) {
        uint256 current = _header;
        if (index >= current.laneCount()) _requireInRange(index);
        assembly {
            let lane := shr(144, current)
            if index {
                lane := shr(shl(6, and(index, 3)), sload(add(_lanes.slot, shr(2, index))))
            }
            if and(shr(224, current), 1) {
                lane := 0 // voided
            }
            // From where memory starts: nothing comes after this.
            mstore(0x00, and(lane, 0xffff))
            mstore(0x20, and(shr(16, lane), 0xffff))
            mstore(0x40, and(shr(32, lane), 0xffff))
            mstore(0x60, and(shr(48, lane), 0x3fff))
            mstore(0x80, and(shr(62, lane), 3))
            mstore(0xa0, and(shr(96, current), 0xffffffffffff))
            return(0x00, 0xc0)
        }
    }

    /// @inheritdoc IRiskOracle
    function score(SubjectId subject) public view returns (Score memory score_, uint48 observedAt) {
        uint256 current = _header;
        return (_read(current, _indexOfLiving(subject)).unpack(), current.observedAt());
    }

    /// @inheritdoc IRiskOracle
    function tryScore(
        SubjectId subject
    ) external view returns (ScoreStatus status, Score memory score_, uint48 observedAt) {
        Registration memory registration = _registrations[subject];
        if (registration.position == 0) return (ScoreStatus.Unregistered, score_, 0);
        if (registration.retired) return (ScoreStatus.Retired, score_, 0);
        uint256 current = _header;
        score_ = _read(current, registration.position - 1).unpack();
        status = Cx.unwrap(score_.leverage) == 0 ? ScoreStatus.Unknown : ScoreStatus.Known;
        observedAt = current.observedAt();
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
        if (_header.epoch() == 0 || _header.isQuarantined()) return false;
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
    function reportDigest(Report calldata report) external view returns (bytes32) {
        return _digest(report.load());
    }

    function _digest(Report memory report) private view returns (bytes32) {
        return _hashTypedDataV4(Reports.structHash(report));
    }

    /// @dev The lane at `index` under the header `current`; zero when voided, or not published yet.
    function _read(uint256 current, uint16 index) private view returns (uint256) {
        if (index >= current.laneCount()) _requireInRange(index);
        if (current.isQuarantined()) return 0;
        if (index == 0) return current.systemLane();
        return (_laneWord(index >> 2) >> ((index & 3) << 6)) & Lanes.LANE_MASK;
    }
}
