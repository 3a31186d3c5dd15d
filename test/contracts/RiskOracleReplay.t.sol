// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskOracle} from "../../contracts/RiskOracle.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Report} from "../../contracts/types/Score.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {PublishFixture} from "./support/PublishFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev A report is accepted at most once, on one chain, by one contract, for one signer set, about one block.
contract RiskOracleReplayTest is PublishFixture {
    uint256 internal constant OLDEST_HASH = 8_191;

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
        _assertSignerInvalid(report, signatures);
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
        _assertSignerInvalid(report, signatures);
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
        _assertSignerInvalid(report, signatures);
    }

    /// @dev The digest of the configuration names the contract; were it forged to name this one, the signatures' domain does.
    function test_RevertWhen_SignedForAnotherContract() public {
        _travelTo(1);
        RiskOracle other = oracle;
        oracle = _newOracle(0);
        Report memory report = _report(1, _calm());
        RiskOracle own = oracle;
        oracle = other;
        bytes memory signatures = _sign(report, 2);
        oracle = own;
        _assertSignerInvalid(report, signatures);
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1);
    }

    /// @dev Rotated out, and signing for the configuration that rotated them out.
    function test_RevertWhen_SignedByTheSetBefore() public {
        _travelTo(1);
        uint256[] memory sorted = _sortedKeys(9);
        uint256[] memory others = new uint256[](3);
        uint256 found;
        for (uint256 i; i < 9 && found < 3; ++i) if (sorted[i] > 3) others[found++] = sorted[i];
        oracle.rotateSigners(_addresses(others), 2);
        Report memory report = _report(1, _calm());
        _expectSigned(report, _signerInvalid(0, vm.addr(keys[0])));
        keys = others;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1);
    }

    /// @dev The block that was scored is no longer the chain's.
    function test_RevertWhen_TheBlockWasReorged() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        bytes32 other = keccak256("the block that replaced it");
        vm.setBlockhash(1_000, other);
        _expect(
            report,
            signatures,
            abi.encodeWithSelector(IRiskOracle.BlockHashMismatch.selector, 1_000, report.observedBlockHash, other)
        );
        vm.setBlockhash(1_000, report.observedBlockHash);
        oracle.publish(report, signatures);
        vm.assertEq(oracle.header().epoch, 1);
    }

    /// @dev The chain keeps 8,191 hashes (EIP-2935). Beyond, nothing is asked, whatever would be answered.
    function test_RevertWhen_TheBlockIsOutOfRange() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes32 hash = report.observedBlockHash;
        vm.etch(address(0x0000F90827F1C53a10cb7A02335B175320002935), _returning(hash));
        bytes32[2] memory seen = [hash, bytes32(0)];
        uint256[2] memory distances = [OLDEST_HASH + 1, 1_000_000];
        for (uint256 i; i < 4; ++i) {
            vm.roll(1_000 + distances[i / 2]);
            report.observedBlockHash = seen[i % 2];
            bytes memory error = abi.encodeWithSelector(IRiskOracle.BlockHashMismatch.selector, 1_000, seen[i % 2], 0);
            _expectSigned(report, error);
        }
        vm.roll(1_000 + OLDEST_HASH);
        report.observedBlockHash = hash;
        oracle.publish(report, _sign(report, 2));
        vm.assertEq(oracle.header().epoch, 1);
    }

    function test_RevertWhen_SignaturesAreNoMultipleOf64Bytes() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory signatures = _sign(report, 2);
        bytes memory error = abi.encodeWithSelector(IRiskOracle.SignatureCountMismatch.selector, 2, 2);
        for (uint256 more = 1; more < 64; more += 31) _expect(report, bytes.concat(signatures, new bytes(more)), error);
        _expect(
            report,
            bytes.concat(signatures, new bytes(64 * 1_000)),
            abi.encodeWithSelector(IRiskOracle.SignatureCountMismatch.selector, 1_002, 2)
        );
        oracle.publish(report, signatures);
        vm.assertEq(oracle.header().epoch, 1);
    }

    /// @dev A number with bits above its type is no report, whatever was signed.
    function test_RevertWhen_AFieldIsWiderThanItsType() public {
        _travelTo(1);
        Report memory report = _report(1, _calm());
        bytes memory data = abi.encodeCall(oracle.publish, (report, _sign(report, 2)));
        // epoch, observedBlock, observedAt; coverage; flags: their words in the report, and the widths.
        uint256[5] memory words = [uint256(1), 2, 4, 5, 6];
        uint256[5] memory widths = [uint256(48), 48, 48, 16, 8];
        for (uint256 i; i < 10; ++i) {
            uint256 at = 0x20 + 4 + 0x40 + 0x20 * words[i / 2];
            uint256 bit = i % 2 == 0 ? 1 << widths[i / 2] : 1 << 255;
            assembly ("memory-safe") {
                mstore(add(data, at), xor(mload(add(data, at)), bit))
            }
            (bool accepted, bytes memory reason) = address(oracle).call(data);
            vm.assertFalse(accepted);
            vm.assertEq(reason.length, 0);
            assembly ("memory-safe") {
                mstore(add(data, at), xor(mload(add(data, at)), bit))
            }
        }
        (bool done, ) = address(oracle).call(data);
        vm.assertTrue(done);
        vm.assertEq(oracle.header().epoch, 1);
    }
}
