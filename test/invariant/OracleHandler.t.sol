// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {RiskOracle} from "../../contracts/RiskOracle.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Report} from "../../contracts/types/Score.sol";
import {SubjectIds, SubjectKey, SubjectKind} from "../../contracts/types/SubjectId.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {bound, mixed, vm} from "../contracts/support/Vm.sol";
import {Fields, LaneModel} from "./LaneModel.sol";
import {ReportSpoiler} from "./ReportSpoiler.sol";

/// @dev Everybody who can call the oracle, in any order: signers, relayers, governance, the council, strangers, and time. What must
/// be refused is foretold, by selector; whatever else reverts fails the run.
contract OracleHandler is ReportSpoiler {
    using LaneModel for Fields;
    using LaneModel for uint256;

    uint256 internal constant MOST_LANES = 9;
    address internal constant STRANGER = address(0xbad);

    uint256 public configCount;
    bytes32 public model = MODEL;
    /// @dev The call of the last report that was accepted, and under which configuration.
    bytes internal _accepted;
    uint256 internal _acceptedConfig;

    uint256 public published;
    uint256 public refused;
    uint256 public replays;
    uint256 public configured;
    uint256 public quarantined;
    uint256 public restored;
    uint256 public waits;
    /// @dev Which kinds of wrong report were refused, one bit each.
    uint256 public refusedKinds;

    constructor() {
        vm.warp(START);
        vm.roll(1_000);
        manager = new AccessManager(address(this));
        oracle = _bare();
        twin = _bare();
        keys = _sortedKeys(3);
        oracle.rotateSigners(_addresses(keys), threshold);
        oracle.approveModel(MODEL);
        subjects.push(Subject(systemId, false, false));
        configCount = 3;
        fastestRate = 1_000;
    }

    function _bare() private returns (RiskOracle) {
        return new RiskOracle(address(manager), SLOT, IRiskOracle.Limits(1 hours, Bps.wrap(1_000), Bps.wrap(9_000)));
    }

    function target() external view returns (RiskOracle) {
        return oracle;
    }

    /// @dev As documented, from what governance did.
    function digestExpected() external view returns (bytes32) {
        bytes32 members = keccak256(abi.encodePacked(_addresses(keys)));
        uint16 count = uint16(subjects.length);
        return keccak256(abi.encode(block.chainid, address(oracle), configCount, members, threshold, model, count));
    }

    /// @dev Whether somebody without a role can do now what they could not do at first.
    function strangerHasPower() external view returns (bool) {
        bytes4[6] memory gated = [
            oracle.registerSubjects.selector,
            oracle.retireSubject.selector,
            oracle.rotateSigners.selector,
            oracle.approveModel.selector,
            oracle.setLimits.selector,
            oracle.quarantine.selector
        ];
        for (uint256 i; i < gated.length; ++i) {
            (bool immediate, uint32 delay) = manager.canCall(STRANGER, address(oracle), gated[i]);
            if (immediate || delay != 0) return true;
        }
        (bool isAdmin, ) = manager.hasRole(manager.ADMIN_ROLE(), STRANGER);
        return isAdmin || oracle.authority() != address(manager);
    }

    /* SIGNERS AND RELAYERS */

    /// @dev One epoch, or a few in a row.
    function publish(uint256 seed) external {
        for (uint256 i; i <= seed % 3; ++i) _publishNext(uint256(keccak256(abi.encode(seed, i))));
    }

    function _publishNext(uint256 seed) private {
        _nextBlock();
        Report memory report = _honest(seed);
        bytes memory signatures = _sign(report, threshold);
        vm.recordLogs();
        oracle.publish(report, signatures);
        _accept(report, subjects.length);
        _accepted = abi.encodeCall(oracle.publish, (report, signatures));
        _acceptedConfig = configCount;
        ++published;
    }

    /// @dev A report that is right but for one thing.
    function publishWrong(uint256 seed) external {
        seed = mixed(seed);
        _nextBlock();
        Report memory report = _honest(seed >> 8);
        uint256 kind = seed % KINDS;
        bytes4 expected = _spoil(report, kind, seed >> 16);
        if (expected == 0) return;
        bytes memory signatures = _sign(report, threshold);
        if (kind < 8) (expected, signatures) = _spoilSignatures(report, signatures, kind);
        if (expected == 0) return;
        _refusedBy(abi.encodeCall(oracle.publish, (report, signatures)), expected);
        refusedKinds |= 1 << kind;
        ++refused;
    }

    function replay() external {
        if (_accepted.length == 0) return;
        bool stale = _acceptedConfig != configCount;
        _refusedBy(_accepted, stale ? IRiskOracle.ConfigDigestMismatch.selector : IRiskOracle.EpochNotNewer.selector);
        ++replays;
    }

    /* GOVERNANCE AND COUNCIL */

    /// @dev Any change of the configuration voids a report that was signed before it.
    function configure(uint256 seed) external {
        seed = mixed(seed);
        _nextBlock();
        Report memory outstanding = _honest(seed >> 16);
        bytes memory call = abi.encodeCall(oracle.publish, (outstanding, _sign(outstanding, threshold)));
        if (!_configure(bound(seed, 0, 4), seed >> 8)) return;
        ++configCount;
        _refusedBy(call, IRiskOracle.ConfigDigestMismatch.selector);
        ++configured;
    }

    function quarantine(uint256 seed) external {
        seed = mixed(seed);
        uint48 epoch = _last.epoch;
        if (epoch == 0 || voided) {
            bytes memory again = abi.encodeCall(oracle.quarantine, (epoch, new uint256[](0), ""));
            _refusedBy(again, IRiskOracle.EpochNotQuarantinable.selector);
            return;
        }
        // Most voided epochs are followed by one that is not.
        if (seed % 3 != 0) return;
        uint256[] memory wrong = new uint256[](_before.length + 1);
        _refusedBy(abi.encodeCall(oracle.quarantine, (epoch, wrong, "")), IRiskOracle.LanesBeforeMismatch.selector);
        bool restores = (seed >> 8) % 2 == 0;
        uint256[] memory lanesBefore = restores ? _before : new uint256[](0);
        oracle.quarantine(epoch, lanesBefore, "drill");
        voided = true;
        if (restores) {
            _restore();
            ++restored;
        }
        _last.flags |= 4;
        _headers[epoch] = _last;
        ++quarantined;
    }

    /// @dev Whoever has no role is refused everything but reports.
    function stranger(uint256 seed) external {
        seed = mixed(seed);
        bytes[7] memory calls = [
            abi.encodeCall(oracle.registerSubjects, (new SubjectKey[](0))),
            abi.encodeCall(oracle.retireSubject, (systemId)),
            abi.encodeCall(oracle.rotateSigners, (_addresses(keys), threshold)),
            abi.encodeCall(oracle.approveModel, (MODEL)),
            abi.encodeCall(oracle.setLimits, (oracle.limits())),
            abi.encodeCall(oracle.quarantine, (_last.epoch, new uint256[](0), "")),
            abi.encodeCall(oracle.setAuthority, (STRANGER))
        ];
        vm.prank(STRANGER);
        _refusedBy(calls[bound(seed, 0, 6)], IAccessManaged.AccessManagedUnauthorized.selector);
        ++refused;
    }

    function wait(uint256 seed) external {
        seed = mixed(seed);
        vm.warp(block.timestamp + bound(seed, 1, seed % 8 == 0 ? 2 days : 2 hours));
        ++waits;
    }

    /* INTERNAL */

    function _refusedBy(bytes memory call, bytes4 expected) private {
        (bool done, bytes memory answer) = address(oracle).call(call);
        vm.assertFalse(done);
        vm.assertEq(bytes32(bytes4(answer)), bytes32(expected));
    }

    /// @dev The block before this one has a hash, and is a slot old.
    function _nextBlock() private {
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + SLOT);
        vm.setBlockhash(block.number - 1, keccak256(abi.encode("block", block.number - 1)));
    }

    function _honest(uint256 seed) private view returns (Report memory report) {
        report.configDigest = oracle.configDigest();
        report.epoch = _last.epoch + 1;
        report.observedBlock = uint48(block.number - 1);
        report.observedBlockHash = keccak256(abi.encode("block", block.number - 1));
        report.observedAt = uint48(block.timestamp - SLOT);
        report.coverage = Bps.wrap(seed % 4 == 0 ? uint16(bound(seed >> 2, 0, 8_999)) : 10_000);
        report.modelHash = model;
        report.snapshotHash = keccak256(abi.encode(seed));
        report.scoresRoot = keccak256(abi.encode(seed, "root"));
        report.lanes = new uint256[]((subjects.length + 3) / 4);
        uint256 largest;
        for (uint256 i; i < subjects.length; ++i) {
            Fields memory fields = _signed(uint256(keccak256(abi.encode(seed, i))), laneOf[i].split());
            report.lanes[i / 4] |= fields.join() << (64 * (i % 4));
            if (subjects[i].isVenue && !subjects[i].retired && fields.leverage > largest) largest = fields.leverage;
        }
        uint256 system = report.lanes[0] % 2 ** 16;
        if (largest != 0 && system != 0 && system <= largest + 1) report.flags = 2;
        if (seed % 16 == 1) report.flags |= 1;
    }

    /// @dev Something to sign after `last`: the same, worse, better by little or all, without a part, unknown, or anything.
    function _signed(uint256 seed, Fields memory last) private pure returns (Fields memory) {
        uint256 kind = seed % 8;
        seed >>= 8;
        if (kind == 0) return last;
        if (kind == 1) return Fields(0, 0, 0, 0, 0);
        Fields memory any = Fields(
            bound(seed, 100, 400),
            bound(seed >> 16, 0, 10_000),
            bound(seed >> 32, 100, 300),
            bound(seed >> 48, 0, 10_000),
            bound(seed >> 64, 0, 3)
        );
        if (seed % 64 == 0) any.leverage = type(uint16).max;
        if (kind == 2) any.rehypothecation = 0;
        if (kind == 3) any.ltv = 0;
        if (kind > 5 || last.leverage == 0) return any;
        // A little better.
        any.leverage = last.leverage > 103 ? last.leverage - (seed % 4) : last.leverage;
        any.atRisk = last.atRisk > 3 ? last.atRisk - (seed % 4) : last.atRisk;
        return any;
    }

    function _configure(uint256 kind, uint256 seed) private returns (bool) {
        if (kind == 0) return _register(seed);
        if (kind == 1) return _retire(seed);
        if (kind == 2) {
            uint256 size = bound(seed, 1, 4);
            keys = _sortedKeys(size);
            threshold = uint8(bound(seed >> 8, size / 2 + 1, size));
            oracle.rotateSigners(_addresses(keys), threshold);
        } else if (kind == 3) {
            model = keccak256(abi.encode("model", seed % 3));
            oracle.approveModel(model);
        } else {
            uint16 rate = uint16(bound(seed, 1, seed % 8 == 0 ? 10_000 : 2_000));
            oracle.setLimits(
                IRiskOracle.Limits(uint32(bound(seed >> 16, 60, 1 days)), Bps.wrap(rate), Bps.wrap(9_000))
            );
            if (rate > fastestRate) fastestRate = rate;
            ++limitChanges;
        }
        return true;
    }

    function _register(uint256 seed) private returns (bool) {
        uint256 count = subjects.length;
        if (count == MOST_LANES) return false;
        bool isVenue = seed % 2 == 0;
        address part = address(uint160(0x1000 + count));
        SubjectKey[] memory added = new SubjectKey[](1);
        added[0] =
            isVenue ? SubjectKey(SubjectKind.Venue, part, address(0)) : SubjectKey(SubjectKind.Asset, address(0), part);
        oracle.registerSubjects(added);
        subjects.push(
            Subject(
                isVenue ? SubjectIds.venue(block.chainid, part) : SubjectIds.asset(block.chainid, part),
                isVenue,
                false
            )
        );
        _refusedBy(abi.encodeCall(oracle.registerSubjects, (added)), IRiskOracle.SubjectAlreadyRegistered.selector);
        return true;
    }

    function _retire(uint256 seed) private returns (bool) {
        uint256 index = bound(seed, 0, subjects.length - 1);
        bytes memory call = abi.encodeCall(oracle.retireSubject, (subjects[index].id));
        if (index == 0 || subjects[index].retired || seed % 4 != 0) return false;
        oracle.retireSubject(subjects[index].id);
        subjects[index].retired = true;
        _refusedBy(call, IRiskOracle.SubjectIsRetired.selector);
        return true;
    }
}
