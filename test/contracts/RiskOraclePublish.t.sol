// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskOracle} from "../../contracts/RiskOracle.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Header, Report, Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {vm} from "./support/Vm.sol";

contract RiskOraclePublishTest is OracleFixture {
    function _calm() internal pure returns (uint256) {
        return _word(_lane(150, 200, 0));
    }

    function _expect(Report memory report, bytes memory signatures, bytes memory error) internal {
        vm.expectRevert(error);
        oracle.publish(report, signatures);
    }

    function _expectSigned(Report memory report, bytes memory error) internal {
        _expect(report, _sign(report, 2), error);
    }

    function test_publish_storesHeaderAndLanes() public {
        _publish(1, _calm());
        Header memory header = oracle.header();
        vm.assertEq(header.epoch, 1);
        vm.assertEq(header.observedBlock, 1_000);
        vm.assertEq(header.observedAt, START + 3_600);
        vm.assertEq(Bps.unwrap(header.coverage), 10_000);
        vm.assertEq(Cx.unwrap(header.systemLeverage), 150);
        vm.assertEq(Bps.unwrap(header.systemLiquidationAtRisk), 200);
        vm.assertEq(header.laneCount, 4);
        vm.assertEq(header.flags, 2);
        vm.assertEq(oracle.scoresRoot(), keccak256("root"));
        (Score memory score, uint48 observedAt) = oracle.score(venueId);
        vm.assertEq(Cx.unwrap(score.leverage), 150);
        vm.assertEq(Bps.unwrap(score.borrowLtv), 7_000);
        vm.assertEq(observedAt, START + 3_600);
    }

    function test_publish_emitsTheLanesAsStored() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        vm.expectEmit(address(oracle));
        emit IRiskOracle.ReportAccepted(
            1,
            1_000,
            MODEL,
            report.observedAt,
            report.coverage,
            2,
            report.snapshotHash,
            report.scoresRoot,
            report.lanes
        );
        oracle.publish(report, signatures);
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_publish_keepsPastHeadersInTheRing() public {
        for (uint48 epoch = 1; epoch <= 66; ++epoch) _publish(epoch, _calm());
        vm.assertEq(oracle.headerOf(66).observedBlock, 66_000);
        vm.assertEq(oracle.headerOf(65).observedBlock, 65_000);
        vm.assertEq(oracle.headerOf(2).observedBlock, 2_000);
        vm.assertEq(oracle.headerOf(1).epoch, 0);
        vm.assertEq(oracle.headerOf(67).epoch, 0);
    }

    function test_publish_acceptsASkippedEpoch() public {
        _publish(1, _calm());
        _publish(5, _calm());
        vm.assertEq(oracle.header().epoch, 5);
        vm.assertEq(oracle.headerOf(1).epoch, 1);
        vm.assertEq(oracle.headerOf(4).epoch, 0);
    }

    function test_publish_readsBlockHashesBeyond256() public {
        _travelTo(1);
        vm.roll(1_000 + 500);
        bytes32 slotted = keccak256(abi.encode("block", uint256(1_000)));
        // EIP-2935: the history contract keeps block b in slot b % 8191.
        vm.etch(address(0x0000F90827F1C53a10cb7A02335B175320002935), _returning(slotted));
        Report memory report = _report(1, _calm());
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().observedBlock, 1_000);
    }

    function test_RevertWhen_ReportIsReplayed() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        oracle.publish(report, signatures);
        _expect(report, signatures, abi.encodeWithSelector(IRiskOracle.EpochNotNewer.selector, 1, 1));
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_RevertWhen_EpochIsOld() public {
        _publish(3, _calm());
        _travelTo(4);
        Report memory report = _report(4, _calm());
        report.epoch = 2;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.EpochNotNewer.selector, 2, 3));
        vm.assertEq(oracle.header().epoch, 3);
    }

    function test_RevertWhen_EpochRunsAheadOfItsBlock() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.epoch = 1_001;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.EpochTooFar.selector, 1_001, 1_000));
        report.epoch = 990;
        oracle.publish(report, _sign(report, 2));
        // A thousand blocks later.
        _travelTo(2);
        report = _report(2, _calm());
        report.epoch = type(uint48).max;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.EpochTooFar.selector, type(uint48).max, 1_990));
        report.epoch = 1_990;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1_990);
    }

    function test_RevertWhen_ObservedBlockIsNotNewer() public {
        _publish(1, _calm());
        Report memory report = _report(1, _calm());
        report.epoch = 2;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.ObservedBlockNotNewer.selector, 1_000, 1_000));
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_RevertWhen_AnotherContract() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        bytes32 seen = report.configDigest;
        oracle = _newOracle(0);
        _expect(
            report,
            signatures,
            abi.encodeWithSelector(IRiskOracle.ConfigDigestMismatch.selector, seen, oracle.configDigest())
        );
        vm.assertEq(oracle.header().epoch, 0);
    }

    function test_RevertWhen_AnotherChain() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        vm.chainId(999);
        // Recovers some address: the domain differs, so what was signed is not what is checked.
        (bool accepted, bytes memory reason) = address(oracle).call(
            abi.encodeCall(oracle.publish, (report, signatures))
        );
        vm.assertFalse(accepted);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(IRiskOracle.SignerInvalid.selector));
    }

    function test_RevertWhen_AnotherSignerSet() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        bytes32 seen = report.configDigest;
        oracle.rotateSigners(_addresses(_sortedKeys(2)), 2);
        _expect(
            report,
            signatures,
            abi.encodeWithSelector(IRiskOracle.ConfigDigestMismatch.selector, seen, oracle.configDigest())
        );
        vm.assertTrue(seen != oracle.configDigest());
    }

    function test_RevertWhen_SameSignerSetRotatedAgain() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        bytes32 seen = report.configDigest;
        oracle.rotateSigners(_addresses(keys), 2);
        _expect(
            report,
            signatures,
            abi.encodeWithSelector(IRiskOracle.ConfigDigestMismatch.selector, seen, oracle.configDigest())
        );
        vm.assertTrue(seen != oracle.configDigest());
    }

    function test_RevertWhen_ModelIsNotApproved() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.modelHash = keccak256("other");
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.ModelNotApproved.selector, keccak256("other"), MODEL));
        vm.assertEq(oracle.modelHash(), MODEL);
    }

    function test_RevertWhen_BlockHashIsWrong() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes32 right = report.observedBlockHash;
        report.observedBlockHash = keccak256("fork");
        _expectSigned(
            report,
            abi.encodeWithSelector(IRiskOracle.BlockHashMismatch.selector, 1_000, keccak256("fork"), right)
        );
        report.observedBlockHash = 0;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.BlockHashMismatch.selector, 1_000, 0, right));
    }

    function test_RevertWhen_BlockHasNoHashYet() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.observedBlock = 1_001;
        report.observedBlockHash = 0;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.BlockHashMismatch.selector, 1_001, 0, 0));
        report.observedBlock = 5_000;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.BlockHashMismatch.selector, 5_000, 0, 0));
    }

    function test_RevertWhen_ObservedInTheFuture() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.observedAt = uint48(block.timestamp) + 1;
        _expectSigned(
            report,
            abi.encodeWithSelector(IRiskOracle.ObservedInFuture.selector, report.observedAt, block.timestamp)
        );
        report.observedAt = uint48(block.timestamp);
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_RevertWhen_ReportIsTooOld() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.observedAt = uint48(block.timestamp) - 1 hours - 1;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.ReportTooOld.selector, report.observedAt, 1 hours));
        report.observedAt += 1;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_RevertWhen_ObservedAtRunsBackwards() public {
        _publish(1, _calm());
        uint48 last = START + 3_600;
        vm.roll(1_011);
        vm.setBlockhash(1_010, keccak256("later"));
        Report memory report = _report(2, _calm());
        (report.observedBlock, report.observedBlockHash, report.observedAt) = (1_010, keccak256("later"), last - 1);
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.ObservedAtNotMonotonic.selector, last - 1, last));
        report.observedAt = last;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 2);
    }

    function test_RevertWhen_YoungerThanItsBlockCanBe() public {
        oracle = _newOracle(12);
        _travelTo(1);
        vm.roll(1_000 + 10);
        uint48 latest = uint48(block.timestamp) - 120;
        Report memory report = _report(1, _calm());
        report.observedAt = latest + 1;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.ObservedAtImplausible.selector, latest + 1, latest));
        report.observedAt = latest;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().observedAt, latest);
    }

    function test_RevertWhen_LaneCountIsWrong() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.lanes = new uint256[](2);
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.LaneCountMismatch.selector, 2, 4));
        report.lanes = new uint256[](0);
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.LaneCountMismatch.selector, 0, 4));
    }

    function test_RevertWhen_UnusedLaneIsNotZero() public {
        _registerAssets(1);
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.lanes = new uint256[](2);
        report.lanes[0] = _calm();
        report.lanes[1] = _lane(150, 0, 0) | (uint256(1) << 64);
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.LaneCountMismatch.selector, 2, 5));
        report.lanes[1] = _lane(150, 0, 0);
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().laneCount, 5);
    }

    function test_RevertWhen_ALaneBreaksItsRange() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.lanes[0] = (_calm() & ~uint256(0xffff)) | 99;
        _expectSigned(report, _fault(0, IRiskOracle.RecordFault.LeverageBelowOne));
        report.lanes[0] = _calm() | (uint256(0xffff) << (128 + 16));
        _expectSigned(report, _fault(2, IRiskOracle.RecordFault.ShareAboveOne));
        report.lanes[0] = _calm() | (uint256(0x3fff) << (192 + 48));
        _expectSigned(report, _fault(3, IRiskOracle.RecordFault.ShareAboveOne));
        report.lanes[0] = (_calm() & ~(uint256(0xffff) << 96)) | (uint256(99) << 96);
        _expectSigned(report, _fault(1, IRiskOracle.RecordFault.RehypothecationBelowOne));
    }

    function test_RevertWhen_AnUnknownLaneSaysSomething() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        uint256 others = _calm() & ~(uint256(type(uint64).max) << 192);
        for (uint256 bit = 16; bit < 64; ++bit) {
            report.lanes[0] = others | (uint256(1) << (192 + bit));
            _expectSigned(report, _fault(3, IRiskOracle.RecordFault.UnknownNotEmpty));
        }
        report.lanes[0] = others;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_RevertWhen_TheRecordBreaksAsAWhole() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.coverage = Bps.wrap(10_001);
        _expectSigned(report, _fault(type(uint16).max, IRiskOracle.RecordFault.CoverageAboveOne));
        report.coverage = Bps.wrap(10_000);
        report.flags = 4;
        _expectSigned(report, _fault(type(uint16).max, IRiskOracle.RecordFault.ReservedFlag));
        report.flags = 2;
        report.lanes[0] = _calm() & ~uint256(type(uint64).max);
        _expectSigned(report, _fault(0, IRiskOracle.RecordFault.SystemUnknown));
        report.lanes[0] = (_calm() & ~uint256(0xffff)) | 152;
        _expectSigned(report, _fault(type(uint16).max, IRiskOracle.RecordFault.SystemAboveVenues));
    }

    function test_publish_allowsTheSystemOneHundredthAboveItsVenues() public {
        _publish(1, (_calm() & ~uint256(0xffff)) | 151);
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), 151);
    }

    function test_publish_boundsTheSystemByVenuesOnly() public {
        // The asset's lane (2) is larger than the system's: it is no venue, so it does not help.
        uint256 asset = (_calm() & ~(uint256(0xffff) << 128)) | (uint256(300) << 128);
        _travelTo(1);
        Report memory report = _report(1, (asset & ~uint256(0xffff)) | 300);
        _expectSigned(report, _fault(type(uint16).max, IRiskOracle.RecordFault.SystemAboveVenues));
        report.flags = 0;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), 300);
    }

    function test_RevertWhen_SignaturesAreTooFewOrTooMany() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        _expect(report, _sign(report, 1), abi.encodeWithSelector(IRiskOracle.SignatureCountMismatch.selector, 1, 2));
        _expect(report, _sign(report, 3), abi.encodeWithSelector(IRiskOracle.SignatureCountMismatch.selector, 3, 2));
        _expect(report, "", abi.encodeWithSelector(IRiskOracle.SignatureCountMismatch.selector, 0, 2));
    }

    function test_RevertWhen_NoSignerSetIsThereYet() public {
        oracle = new RiskOracle(address(manager), 0, IRiskOracle.Limits(1 hours, Bps.wrap(1_000), Bps.wrap(9_000)));
        oracle.registerSubjects(_subjectKeys());
        oracle.approveModel(MODEL);
        _travelTo(1);
        _expect(_report(1, _calm()), "", abi.encodeWithSelector(IRiskOracle.SignatureCountMismatch.selector, 0, 0));
        vm.assertEq(oracle.header().epoch, 0);
    }

    function test_RevertWhen_NoModelIsApprovedYet() public {
        oracle = new RiskOracle(address(manager), 0, IRiskOracle.Limits(1 hours, Bps.wrap(1_000), Bps.wrap(9_000)));
        oracle.registerSubjects(_subjectKeys());
        oracle.rotateSigners(_addresses(keys), 2);
        _travelTo(1);
        Report memory report = _report(1, _calm());
        report.modelHash = 0;
        _expectSigned(report, abi.encodeWithSelector(IRiskOracle.ModelNotApproved.selector, 0, 0));
        vm.assertEq(oracle.header().epoch, 0);
    }

    function test_RevertWhen_OneSignerSignsTwice() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory one = _sign(report, 1);
        _expect(report, bytes.concat(one, one), _signerInvalid(1, vm.addr(keys[0])));
        vm.assertEq(oracle.header().epoch, 0);
    }

    function test_RevertWhen_SignersAreNotAscending() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes32 digest = oracle.reportDigest(report);
        bytes memory swapped = bytes.concat(_signature(keys[1], digest), _signature(keys[0], digest));
        _expect(report, swapped, _signerInvalid(1, vm.addr(keys[0])));
        vm.assertEq(oracle.header().epoch, 0);
    }

    function test_RevertWhen_SignerIsNotAMember() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes32 digest = oracle.reportDigest(report);
        bytes memory mixed = bytes.concat(_signature(keys[0], digest), _signature(77, digest));
        _expect(report, mixed, _signerInvalid(1, vm.addr(77)));
        vm.assertEq(oracle.header().epoch, 0);
    }

    function test_RevertWhen_SignatureIsMalleable() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes32 digest = oracle.reportDigest(report);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[1], digest);
        // The other root: (r, n - s) with the other v. A compact signature has no room for an s above 2^255, and what is
        // left of it is above n / 2 or recovers somebody else.
        bytes32 other = bytes32(((SECP_N - uint256(s)) & ~(uint256(1) << 255)) | (uint256(28 - v) << 255));
        bytes memory signatures = bytes.concat(_signature(keys[0], digest), r, other);
        (bool accepted, bytes memory reason) = address(oracle).call(
            abi.encodeCall(oracle.publish, (report, signatures))
        );
        vm.assertFalse(accepted);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(IRiskOracle.SignerInvalid.selector));
    }

    function testFuzz_RevertWhen_AnyFieldIsChangedAfterSigning(uint256 field, uint256 change) public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        change = 1 + (change % 100);
        field %= 4;
        if (field == 0) report.epoch += uint48(change);
        if (field == 1) report.observedAt -= uint48(change);
        if (field == 2) report.snapshotHash ^= bytes32(change);
        if (field == 3) report.lanes[0] ^= change << 16;
        (bool accepted, bytes memory reason) = address(oracle).call(
            abi.encodeCall(oracle.publish, (report, signatures))
        );
        vm.assertFalse(accepted);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(IRiskOracle.SignerInvalid.selector));
    }

    function _fault(uint16 index, IRiskOracle.RecordFault fault) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRiskOracle.RecordInvalid.selector, index, fault);
    }

    function _signerInvalid(uint256 index, address recovered) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRiskOracle.SignerInvalid.selector, index, recovered);
    }

    /// @dev Code that returns `word` whatever it is asked: PUSH32 word, MSTORE at 0, RETURN 32 bytes.
    function _returning(bytes32 word) private pure returns (bytes memory) {
        return bytes.concat(hex"7f", word, hex"5f5260205ff3");
    }
}
