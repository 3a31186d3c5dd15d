// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {RiskOracle} from "../../../contracts/RiskOracle.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {Lanes} from "../../../contracts/libraries/Lanes.sol";
import {Report, Score} from "../../../contracts/types/Score.sol";
import {SubjectId, SubjectIds, SubjectKey, SubjectKind} from "../../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";
import {vm} from "./Vm.sol";

/// @dev An oracle with SYSTEM, a venue, an asset and a market (lanes 0 to 3), three signers of whom two must sign, and the
/// test as admin. Epoch `e` observes block `1000 * e` at time `1e9 + 3600 * e`, ten seconds before it is published.
abstract contract OracleFixture {
    address internal constant VENUE = address(0x1111);
    address internal constant ASSET = address(0x2222);
    bytes32 internal constant MODEL = keccak256("model");
    uint256 internal constant SECP_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint48 internal constant START = 1_000_000_000;

    AccessManager internal manager;
    RiskOracle internal oracle;
    /// @dev Keys in ascending order of their addresses.
    uint256[] internal keys;
    SubjectId internal immutable systemId = SubjectIds.system(block.chainid);
    SubjectId internal immutable venueId = SubjectIds.venue(block.chainid, VENUE);

    function setUp() public virtual {
        vm.warp(START);
        manager = new AccessManager(address(this));
        oracle = _newOracle(0);
    }

    function _newOracle(uint32 slotSeconds) internal returns (RiskOracle created) {
        created = new RiskOracle(
            address(manager),
            slotSeconds,
            IRiskOracle.Limits(1 hours, Bps.wrap(1_000), Bps.wrap(9_000))
        );
        created.registerSubjects(_subjectKeys());
        if (keys.length == 0) keys = _sortedKeys(3);
        created.rotateSigners(_addresses(keys), 2);
        created.approveModel(MODEL);
    }

    function _subjectKeys() internal pure returns (SubjectKey[] memory subjects) {
        subjects = new SubjectKey[](3);
        subjects[0] = SubjectKey(SubjectKind.Venue, VENUE, address(0));
        subjects[1] = SubjectKey(SubjectKind.Asset, address(0), ASSET);
        subjects[2] = SubjectKey(SubjectKind.Market, VENUE, ASSET);
    }

    /// @dev Registers `count` assets of their own.
    function _registerAssets(uint256 count) internal {
        SubjectKey[] memory subjects = new SubjectKey[](count);
        uint256 first = oracle.laneCount();
        for (uint256 i; i < count; ++i)
            subjects[i] = SubjectKey(SubjectKind.Asset, address(0), address(uint160(0xa0000 + first + i)));
        oracle.registerSubjects(subjects);
    }

    /// @dev A score with the given leverage (0.01x) and liquidation at risk (bps).
    function _lane(uint16 leverage, uint16 liquidationAtRisk, uint8 advice) internal pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(leverage), Bps.wrap(liquidationAtRisk), Cx.wrap(100), Bps.wrap(7_000), advice));
    }

    /// @dev One word: the same lane for all four subjects.
    function _word(uint256 lane) internal pure returns (uint256) {
        return lane | (lane << 64) | (lane << 128) | (lane << 192);
    }

    /// @dev A report that is valid as soon as {_travelTo} was called for its epoch.
    function _report(uint48 epoch, uint256 word) internal view returns (Report memory report) {
        report.configDigest = oracle.configDigest();
        report.epoch = epoch;
        report.observedBlock = 1_000 * epoch;
        report.observedBlockHash = keccak256(abi.encode("block", report.observedBlock));
        report.observedAt = START + 3_600 * epoch;
        report.coverage = Bps.wrap(10_000);
        report.flags = 2;
        report.modelHash = MODEL;
        report.snapshotHash = keccak256("snapshot");
        report.scoresRoot = keccak256("root");
        report.lanes = new uint256[](1);
        report.lanes[0] = word;
    }

    function _travelTo(uint48 epoch) internal {
        vm.roll(1_000 * epoch + 1);
        vm.setBlockhash(1_000 * epoch, keccak256(abi.encode("block", 1_000 * epoch)));
        vm.warp(START + 3_600 * epoch + 10);
    }

    function _publish(uint48 epoch, uint256 word) internal {
        _travelTo(epoch);
        Report memory report = _report(epoch, word);
        oracle.publish(report, _sign(report, 2));
    }

    /// @dev EIP-2098 signatures by the first `count` keys.
    function _sign(Report memory report, uint256 count) internal view returns (bytes memory signatures) {
        bytes32 digest = oracle.reportDigest(report);
        for (uint256 i; i < count; ++i) signatures = bytes.concat(signatures, _signature(keys[i], digest));
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return bytes.concat(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _addresses(uint256[] memory from) internal pure returns (address[] memory to) {
        to = new address[](from.length);
        for (uint256 i; i < from.length; ++i) to[i] = vm.addr(from[i]);
    }

    function _sortedKeys(uint256 count) internal pure returns (uint256[] memory sorted) {
        sorted = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            uint256 key = i + 1;
            uint256 at = i;
            for (; at > 0 && vm.addr(sorted[at - 1]) > vm.addr(key); --at) sorted[at] = sorted[at - 1];
            sorted[at] = key;
        }
    }
}
