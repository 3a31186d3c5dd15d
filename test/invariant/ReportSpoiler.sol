// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskOracle} from "../../contracts/RiskOracle.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Report} from "../../contracts/types/Score.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {bound, vm} from "../contracts/support/Vm.sol";
import {Fields, LaneModel} from "./LaneModel.sol";
import {OracleGhost} from "./OracleGhost.sol";

/// @dev Makes one thing about a report wrong, and says how it must be refused. Kinds 0 to 7 spoil the signatures, 8 to 19 where a
/// report comes from, 20 to 29 what it says.
abstract contract ReportSpoiler is OracleGhost {
    using LaneModel for Fields;

    uint256 internal constant KINDS = 30;
    uint32 internal constant SLOT = 12;

    /// @dev The same configuration at another address.
    RiskOracle internal twin;
    uint8 public threshold = 2;

    /// @dev Makes one field of `report` wrong, and says how it must be refused; zero where there is nothing to get wrong.
    function _spoil(Report memory report, uint256 kind, uint256 seed) internal view returns (bytes4) {
        if (kind < 8) return IRiskOracle.SignerInvalid.selector;
        if (kind < 20) return _spoilOrigin(report, kind);
        return _spoilRecord(report, kind, seed);
    }

    function _spoilOrigin(Report memory report, uint256 kind) private view returns (bytes4) {
        if (kind == 8) report.configDigest = twin.configDigest();
        if (kind == 8) return IRiskOracle.ConfigDigestMismatch.selector;
        if (kind == 9) report.modelHash = keccak256("another model");
        if (kind == 9) return IRiskOracle.ModelNotApproved.selector;
        if (kind == 10) report.epoch = _last.epoch;
        if (kind == 10) return IRiskOracle.EpochNotNewer.selector;
        if (kind == 11) report.observedBlock = _last.observedBlock;
        if (kind == 11) return IRiskOracle.ObservedBlockNotNewer.selector;
        if (kind == 12) report.observedBlockHash = 0;
        if (kind == 13) report.observedBlockHash = keccak256("a block that was reorganised away");
        if (kind == 14) report.observedBlock = uint48(block.number);
        if (kind == 15) report.observedBlock = uint48(block.number + 1);
        if (kind < 16) return IRiskOracle.BlockHashMismatch.selector;
        if (kind == 16) report.epoch = _last.epoch + (report.observedBlock - _last.observedBlock) + 1;
        if (kind == 16) return IRiskOracle.EpochTooFar.selector;
        if (kind == 17) report.observedAt = uint48(block.timestamp + 1);
        if (kind == 17) return IRiskOracle.ObservedInFuture.selector;
        uint32 maxAge = oracle.limits().maxReportAge;
        if (kind == 18) {
            report.observedAt = uint48(block.timestamp - maxAge - 1);
            return IRiskOracle.ReportTooOld.selector;
        }
        if (_last.observedAt != 0 && block.timestamp - _last.observedAt < maxAge) {
            report.observedAt = _last.observedAt - 1;
            return IRiskOracle.ObservedAtNotMonotonic.selector;
        }
        report.observedAt = uint48(block.timestamp - SLOT + 1);
        return IRiskOracle.ObservedAtImplausible.selector;
    }

    function _spoilRecord(Report memory report, uint256 kind, uint256 seed) private view returns (bytes4) {
        uint256 count = subjects.length;
        uint256 shift = 64 * bound(seed, 0, (count - 1) % 4);
        uint256 word = report.lanes.length - 1;
        uint256 clean = report.lanes[word] & ~(uint256(type(uint64).max) << shift);
        if (kind == 20) report.lanes = new uint256[](word + 2);
        if (kind == 21) report.lanes = new uint256[](word);
        if (kind == 22 && count % 4 == 0) return 0;
        if (kind == 22) report.lanes[word] |= uint256(100) << (64 * (count % 4));
        if (kind < 23) return IRiskOracle.LaneCountMismatch.selector;
        // Below 1.00x; shares above 100 %; claims below 1.00x; unknown, and says something.
        if (kind == 23) report.lanes[word] = clean | (Fields(bound(seed >> 8, 1, 99), 0, 0, 0, 0).join() << shift);
        if (kind == 24) report.lanes[word] = clean | (Fields(100, 10_001, 0, 0, 0).join() << shift);
        if (kind == 25) report.lanes[word] = clean | (Fields(100, 0, bound(seed >> 8, 1, 99), 0, 0).join() << shift);
        if (kind == 26) report.lanes[word] = clean | (Fields(100, 0, 0, 10_001, 0).join() << shift);
        if (kind == 27) report.lanes[word] = clean | (Fields(0, 1, 0, 0, 0).join() << shift);
        if (kind == 28) report.flags |= 4;
        if (kind == 29) report.coverage = Bps.wrap(10_001);
        return IRiskOracle.RecordInvalid.selector;
    }

    /// @dev Takes, adds, doubles or moves signatures, or signs something else.
    function _spoilSignatures(
        Report memory report,
        bytes memory signatures,
        uint256 kind
    ) internal returns (bytes4 expected, bytes memory) {
        expected = IRiskOracle.SignerInvalid.selector;
        if (kind == 0) return (IRiskOracle.SignatureCountMismatch.selector, _sign(report, threshold - 1));
        if (kind == 1) signatures = bytes.concat(signatures, signatures);
        if (kind == 1) return (IRiskOracle.SignatureCountMismatch.selector, signatures);
        if (kind == 2) return (IRiskOracle.SignatureCountMismatch.selector, bytes.concat(signatures, hex"00"));
        bytes32 digest = oracle.reportDigest(report);
        if (kind == 3) return (expected, _signedBy(digest, 99));
        if (kind == 4 && threshold < 2) return (0, "");
        if (kind == 4) return (expected, _signedBy(digest, keys[0]));
        if (kind == 5) return (expected, _signedAll(twin.reportDigest(report)));
        if (kind == 6) return (expected, _signedAll(_digestOn(1, report)));
        // The signature's twin: the same signer, the same digest, the other root.
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest);
        bytes32 other = bytes32((SECP_N - uint256(s)) | (uint256(28 - v) << 255));
        bytes memory rest = new bytes(signatures.length - 64);
        for (uint256 i; i < rest.length; ++i) rest[i] = signatures[i + 64];
        return (expected, bytes.concat(r, other, rest));
    }

    function _signedBy(bytes32 digest, uint256 key) private view returns (bytes memory signatures) {
        for (uint256 i; i < threshold; ++i) signatures = bytes.concat(signatures, _signature(key, digest));
    }

    function _signedAll(bytes32 digest) private view returns (bytes memory signatures) {
        for (uint256 i; i < threshold; ++i) signatures = bytes.concat(signatures, _signature(keys[i], digest));
    }

    function _digestOn(uint256 chain, Report memory report) private returns (bytes32 digest) {
        uint256 here = block.chainid;
        vm.chainId(chain);
        digest = oracle.reportDigest(report);
        vm.chainId(here);
    }
}
