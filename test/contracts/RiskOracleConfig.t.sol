// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {ConfigCode} from "../../contracts/libraries/ConfigCode.sol";
import {Headers} from "../../contracts/libraries/Headers.sol";
import {Score, ScoreLeaf, ScoreStatus, Report} from "../../contracts/types/Score.sol";
import {SubjectId, SubjectIds, SubjectKey, SubjectKind} from "../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {Log, bound, vm} from "./support/Vm.sol";

contract RiskOracleConfigTest is OracleFixture {
    SubjectId internal constant OTHER = SubjectId.wrap(keccak256("other"));

    /* REGISTRY */

    function test_constructor_registersTheSystemFirst() public view {
        vm.assertEq(oracle.indexOf(systemId), 0);
        vm.assertEq(SubjectId.unwrap(oracle.subjectAt(0)), SubjectId.unwrap(systemId));
        vm.assertEq(oracle.laneCount(), 4);
    }

    function test_registerSubjects_givesTheNextIndexAndVoidsReports() public {
        bytes32 before = oracle.configDigest();
        SubjectKey[] memory one = new SubjectKey[](1);
        one[0] = SubjectKey(SubjectKind.Venue, address(0x4444), address(0));
        SubjectId id = SubjectIds.venue(block.chainid, address(0x4444));
        vm.expectEmit(address(oracle));
        emit IRiskOracle.SubjectRegistered(id, 4, one[0]);
        oracle.registerSubjects(one);
        vm.assertEq(oracle.indexOf(id), 4);
        vm.assertEq(oracle.laneCount(), 5);
        vm.assertTrue(oracle.configDigest() != before);
    }

    function test_registerSubjects_derivesTheIdentifiers() public view {
        vm.assertEq(oracle.indexOf(venueId), 1);
        vm.assertEq(oracle.indexOf(SubjectIds.asset(block.chainid, ASSET)), 2);
        vm.assertEq(oracle.indexOf(SubjectIds.market(block.chainid, VENUE, ASSET)), 3);
    }

    function test_RevertWhen_SubjectIsRegisteredTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SubjectAlreadyRegistered.selector, venueId, 1));
        oracle.registerSubjects(_subjectKeys());
        vm.assertEq(oracle.laneCount(), 4);
    }

    function test_RevertWhen_KeyNamesAPartItDoesNotUse() public {
        SubjectKey[4] memory wrong = [
            SubjectKey(SubjectKind.System, VENUE, address(0)),
            SubjectKey(SubjectKind.Asset, VENUE, ASSET),
            SubjectKey(SubjectKind.Venue, address(0), address(0)),
            SubjectKey(SubjectKind.Market, VENUE, address(0))
        ];
        for (uint256 i; i < wrong.length; ++i) {
            SubjectKey[] memory one = new SubjectKey[](1);
            one[0] = wrong[i];
            vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SubjectKeyInvalid.selector, wrong[i]));
            oracle.registerSubjects(one);
        }
        vm.assertEq(oracle.laneCount(), 4);
    }

    function test_RevertWhen_ThereIsNoLaneLeft() public {
        _registerAssets(252);
        SubjectKey[] memory one = new SubjectKey[](1);
        one[0] = SubjectKey(SubjectKind.Venue, address(0x4444), address(0));
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.IndexOutOfRange.selector, 256, 256));
        oracle.registerSubjects(one);
        vm.assertEq(oracle.laneCount(), 256);
    }

    function test_retireSubject_endsReadingButKeepsTheIndex() public {
        _publish(1, _word(_lane(150, 200, 0)));
        oracle.retireSubject(venueId);
        vm.assertEq(oracle.indexOf(venueId), 1);
        (ScoreStatus status, , ) = oracle.tryScore(venueId);
        vm.assertTrue(status == ScoreStatus.Retired);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SubjectIsRetired.selector, venueId));
        oracle.score(venueId);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SubjectIsRetired.selector, venueId));
        oracle.retireSubject(venueId);
    }

    function test_retireSubject_endsTheVenuesBoundAndVoidsReports() public {
        SubjectKey[] memory one = new SubjectKey[](1);
        one[0] = SubjectKey(SubjectKind.Venue, address(0x4444), address(0));
        oracle.registerSubjects(one);
        _travelTo(1);
        // The first venue says 3.00x, the second 1.50x; the system's 3.00x stands on the first.
        Report memory report = _report(1, _word(_lane(300, 200, 0)));
        report.lanes = new uint256[](2);
        report.lanes[0] = _word(_lane(300, 200, 0));
        report.lanes[1] = _lane(150, 200, 0);
        bytes32 before = report.configDigest;
        oracle.retireSubject(venueId);
        report.configDigest = oracle.configDigest();
        vm.assertTrue(report.configDigest != before);
        bytes memory signatures = _sign(report, 2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskOracle.RecordInvalid.selector,
                type(uint16).max,
                IRiskOracle.RecordFault.SystemAboveVenues
            )
        );
        oracle.publish(report, signatures);
    }

    /* SIGNERS, MODEL, LIMITS */

    function test_RevertWhen_ModelHashIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.ModelHashZero.selector));
        oracle.approveModel(0);
        vm.assertEq(oracle.modelHash(), MODEL);
    }

    function test_rotateSigners_keepsTheSetInCode() public {
        uint256[] memory nine = _sortedKeys(9);
        oracle.rotateSigners(_addresses(nine), 5);
        (address[] memory members, uint8 threshold) = oracle.signers();
        vm.assertEq(members.length, 9);
        for (uint256 i; i < 9; ++i) vm.assertEq(members[i], vm.addr(nine[i]));
        vm.assertEq(threshold, 5);
    }

    function test_RevertWhen_SignerSetIsInvalid() public {
        address[] memory two = _addresses(_sortedKeys(2));
        _expectInvalidSet(new address[](0), 0);
        _expectInvalidSet(two, 1);
        _expectInvalidSet(two, 3);
        (two[0], two[1]) = (two[1], two[0]);
        _expectInvalidSet(two, 2);
        two[1] = two[0];
        _expectInvalidSet(two, 2);
        two[0] = address(0);
        _expectInvalidSet(two, 2);
        _expectInvalidSet(new address[](33), 17);
    }

    function _expectInvalidSet(address[] memory members, uint8 threshold) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SignerSetInvalid.selector, members.length, threshold));
        oracle.rotateSigners(members, threshold);
        (address[] memory kept, ) = oracle.signers();
        vm.assertEq(kept.length, 3);
    }

    function testFuzz_rotateSigners_keepsTheirBounds(uint256 size, uint8 threshold) public {
        size = bound(size, 0, 34);
        threshold = uint8(bound(threshold, 0, 36));
        address[] memory members = new address[](size);
        for (uint256 i; i < size; ++i) members[i] = address(uint160(1 + 1_000 * i));
        bool valid = size != 0 && size <= 32 && threshold <= size && 2 * threshold > size;
        bytes32 before = oracle.configDigest();
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SignerSetInvalid.selector, size, threshold));
        oracle.rotateSigners(members, threshold);
        (address[] memory kept, uint8 needed) = oracle.signers();
        vm.assertEq(kept.length, valid ? size : 3);
        vm.assertEq(needed, valid ? threshold : 2);
        if (valid) vm.assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(members)));
        vm.assertEq(oracle.configDigest() != before, valid);
    }

    function testFuzz_registerSubjects_wantsThePartsOfTheKind(uint8 kind, address venue, address asset) public {
        SubjectKey[] memory one = new SubjectKey[](1);
        one[0] = SubjectKey(
            SubjectKind(kind % 4),
            kind & 4 == 0 ? address(0) : venue,
            kind & 8 == 0 ? address(0) : asset
        );
        bool hasVenue = one[0].venue != address(0);
        bool hasAsset = one[0].asset != address(0);
        // System: none; asset: the asset; venue: the venue; market: both. SYSTEM itself is registered already.
        bool[4] memory fits = [false, !hasVenue && hasAsset, hasVenue && !hasAsset, hasVenue && hasAsset];
        vm.assume(!(venue == VENUE && asset == ASSET));
        (bool done, bytes memory reason) = address(oracle).call(abi.encodeCall(oracle.registerSubjects, (one)));
        vm.assertEq(done, fits[kind % 4]);
        vm.assertEq(oracle.laneCount(), done ? 5 : 4);
        if (kind % 4 != 0 && !done)
            vm.assertEq(reason, abi.encodeWithSelector(IRiskOracle.SubjectKeyInvalid.selector, one[0]));
    }

    function testFuzz_approveModel_takesAnyButZero(bytes32 model) public {
        if (model == 0) vm.expectRevert(abi.encodeWithSelector(IRiskOracle.ModelHashZero.selector));
        oracle.approveModel(model);
        vm.assertEq(oracle.modelHash(), model == 0 ? MODEL : model);
    }

    /// @dev Each change keeps what it does not change, in the code of a contract of its own, and says where.
    function test_configChanged_namesWhatReportsMustName() public {
        (address[] memory members, uint8 threshold) = oracle.signers();
        bytes32 limits = keccak256(abi.encode(oracle.limits()));
        vm.recordLogs();
        oracle.approveModel(keccak256("other"));
        Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs[0].topics[0], IRiskOracle.ConfigChanged.selector);
        vm.assertEq(uint256(logs[0].topics[1]), 5);
        (bytes32 digest, address data) = abi.decode(logs[0].data, (bytes32, address));
        vm.assertEq(digest, oracle.configDigest());
        vm.assertEq(data, vm.computeCreateAddress(address(oracle), 5));
        (address[] memory kept, uint8 needed) = oracle.signers();
        vm.assertEq(keccak256(abi.encode(kept, needed)), keccak256(abi.encode(members, threshold)));
        vm.assertEq(keccak256(abi.encode(oracle.limits())), limits);
        vm.assertEq(oracle.laneCount(), 4);
    }

    function test_configure_keepsTheEpoch() public {
        _publish(1, _word(_lane(150, 200, 0)));
        bytes32 before = keccak256(abi.encode(oracle.header()));
        (Score memory score, uint48 at) = oracle.score(venueId);
        oracle.approveModel(keccak256("other"));
        oracle.setLimits(IRiskOracle.Limits(2 hours, Bps.wrap(1), Bps.wrap(10_000)));
        vm.assertEq(keccak256(abi.encode(oracle.header())), before);
        (Score memory after_, uint48 atAfter) = oracle.score(venueId);
        vm.assertEq(keccak256(abi.encode(after_, atAfter)), keccak256(abi.encode(score, at)));
    }

    function test_RevertWhen_ThereAreNoConfigurationsLeft() public {
        uint256 last = ConfigCode.MAX_NUMBER;
        bytes32 slot = bytes32(uint256(1));
        vm.store(address(oracle), slot, bytes32(Headers.withConfig(uint256(vm.load(address(oracle), slot)), last - 1)));
        vm.etch(vm.computeCreateAddress(address(oracle), last - 1), vm.computeCreateAddress(address(oracle), 4).code);
        vm.setNonce(address(oracle), uint64(last));
        oracle.approveModel(keccak256("the last one"));
        vm.assertEq(oracle.modelHash(), keccak256("the last one"));
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.ConfigsExhausted.selector, last + 1));
        oracle.approveModel(keccak256("one too many"));
        // Reports are still accepted.
        _travelTo(1);
        Report memory report = _report(1, _word(_lane(150, 200, 0)));
        report.modelHash = keccak256("the last one");
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_configDigest_isTheDocumentedHash() public view {
        (address[] memory members, uint8 threshold) = oracle.signers();
        // Fixture: constructor, registerSubjects, rotateSigners, approveModel make four configurations.
        bytes32 expected = keccak256(
            abi.encode(
                block.chainid,
                address(oracle),
                uint256(4),
                keccak256(abi.encodePacked(members)),
                threshold,
                MODEL,
                uint16(4)
            )
        );
        vm.assertEq(oracle.configDigest(), expected);
    }

    function testFuzz_setLimits_keepsTheirBounds(uint32 age, uint16 ease, uint16 coverage) public {
        IRiskOracle.Limits memory limits = IRiskOracle.Limits(age, Bps.wrap(ease), Bps.wrap(coverage));
        bool valid = age != 0 && age <= 86_400 && ease != 0 && ease <= 10_000 && coverage <= 10_000;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IRiskOracle.LimitsInvalid.selector, limits));
        oracle.setLimits(limits);
        vm.assertEq(oracle.limits().maxReportAge, valid ? age : 1 hours);
    }

    function testFuzz_setLimits_acceptsWhatIsInBounds(uint256 age, uint256 ease, uint256 coverage) public {
        age = bound(age, 1, 86_400);
        ease = bound(ease, 1, 10_000);
        coverage = bound(coverage, 0, 10_000);
        oracle.setLimits(IRiskOracle.Limits(uint32(age), Bps.wrap(uint16(ease)), Bps.wrap(uint16(coverage))));
        vm.assertEq(oracle.limits().maxReportAge, age);
        vm.assertEq(Bps.unwrap(oracle.limits().maxEase), ease);
        vm.assertEq(Bps.unwrap(oracle.limits().minCoverage), coverage);
    }

    /* ROLES */

    function test_RevertWhen_CallerHasNoRole() public {
        address nobody = address(0xdead);
        bytes[6] memory calls = [
            abi.encodeCall(oracle.registerSubjects, (_subjectKeys())),
            abi.encodeCall(oracle.retireSubject, (venueId)),
            abi.encodeCall(oracle.rotateSigners, (_addresses(keys), 2)),
            abi.encodeCall(oracle.approveModel, (MODEL)),
            abi.encodeCall(oracle.setLimits, (oracle.limits())),
            abi.encodeCall(oracle.quarantine, (1, new uint256[](0), ""))
        ];
        bytes memory error = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, nobody);
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(nobody);
            (bool done, bytes memory reason) = address(oracle).call(calls[i]);
            vm.assertFalse(done);
            vm.assertEq(reason, error);
        }
    }

    /* READING */

    function test_tryScore_tellsTheFourApart() public {
        (ScoreStatus status, , ) = oracle.tryScore(OTHER);
        vm.assertTrue(status == ScoreStatus.Unregistered);
        (status, , ) = oracle.tryScore(venueId);
        vm.assertTrue(status == ScoreStatus.Unknown);
        _publish(1, _word(_lane(150, 200, 0)));
        (status, , ) = oracle.tryScore(venueId);
        vm.assertTrue(status == ScoreStatus.Known);
    }

    function test_RevertWhen_IndexIsOutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.IndexOutOfRange.selector, 4, 4));
        oracle.scoreAt(4);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.IndexOutOfRange.selector, 300, 4));
        oracle.scoreAt(300);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.IndexOutOfRange.selector, 4, 4));
        oracle.subjectAt(4);
        (Score memory unknown, ) = oracle.scoreAt(3);
        vm.assertEq(Cx.unwrap(unknown.leverage), 0);
    }

    function test_RevertWhen_SubjectIsUnregistered() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SubjectUnregistered.selector, OTHER));
        oracle.score(OTHER);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SubjectUnregistered.selector, OTHER));
        oracle.indexOf(OTHER);
    }

    function test_RevertWhen_ScoreIsStale() public {
        _publish(1, _word(_lane(150, 200, 0)));
        uint48 observedAt = START + 3_600;
        vm.warp(observedAt + 100);
        vm.assertEq(Cx.unwrap(oracle.scoreNoOlderThan(venueId, 100).leverage), 150);
        vm.warp(observedAt + 101);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.ScoreStale.selector, observedAt, 100));
        oracle.scoreNoOlderThan(venueId, 100);
    }

    function test_RevertWhen_ScoreIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.ScoreUnknown.selector, venueId));
        oracle.scoreNoOlderThan(venueId, 100);
        vm.assertEq(oracle.header().epoch, 0);
    }

    function test_verifyScore_provesALeafOfTheCurrentEpoch() public {
        ScoreLeaf memory leaf;
        leaf.subject = OTHER;
        leaf.score = Score(Cx.wrap(210), Bps.wrap(5), Cx.wrap(120), Bps.wrap(0), 1);
        (leaf.lossShare, leaf.throttleUsdPerHour, leaf.haltSeconds) = (Bps.wrap(77), 1_000, 1_800);
        bytes32 hash = keccak256(
            bytes.concat(keccak256(abi.encode(OTHER, 210, 5, 120, 0, 1, 77, uint64(1_000), uint32(1_800))))
        );
        bytes32 sibling = keccak256("sibling");
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = sibling;
        vm.assertFalse(oracle.verifyScore(leaf, proof));

        _travelTo(1);
        Report memory report = _report(1, _word(_lane(150, 200, 0)));
        report.scoresRoot = keccak256(hash < sibling ? bytes.concat(hash, sibling) : bytes.concat(sibling, hash));
        oracle.publish(report, _sign(report, 2));
        vm.assertTrue(oracle.verifyScore(leaf, proof));
        leaf.haltSeconds = 1_801;
        vm.assertFalse(oracle.verifyScore(leaf, proof));
        leaf.haltSeconds = 1_800;
        oracle.quarantine(1, new uint256[](0), "void");
        vm.assertFalse(oracle.verifyScore(leaf, proof));
    }
}
