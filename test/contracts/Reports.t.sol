// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Reports} from "../../contracts/libraries/Reports.sol";
import {Report} from "../../contracts/types/Score.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

/// @dev Against the compiler's own decoder and encoder.
contract ReportsTest {
    /// @dev Every bit of every field that `high` says, with `count` lanes.
    function _report(bool high, uint256 count) private pure returns (Report memory report) {
        uint48 time = high ? type(uint48).max : 0;
        (report.epoch, report.observedBlock, report.observedAt) = (time, time, time);
        (report.coverage, report.flags) = high ? (Bps.wrap(type(uint16).max), type(uint8).max) : (Bps.wrap(0), 0);
        (report.configDigest, report.observedBlockHash) = (keccak256("config"), keccak256("block"));
        (report.modelHash, report.snapshotHash) = (keccak256("model"), keccak256("snapshot"));
        (report.scoresRoot, report.lanes) = (keccak256("root"), new uint256[](count));
        for (uint256 i; i < count; ++i) report.lanes[i] = uint256(keccak256(abi.encode(i)));
    }

    /// @dev What it loads, and by how much the free memory pointer moved: the struct, the length of the list, the list.
    function load(Report calldata report) external pure returns (Report memory loaded) {
        uint256 before = _free();
        loaded = Reports.load(report);
        vm.assertEq(_free() - before, (11 + 1 + report.lanes.length) * 32);
    }

    function _free() private pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    function test_load_isWhatTheCompilersDecoderReads() public view {
        for (uint256 i; i < 6; ++i) {
            Report memory report = _report(i % 2 == 1, i / 2);
            vm.assertEq(abi.encode(this.load(report)), abi.encode(report));
        }
    }

    /// @dev One bit too many in each field that is less than a word, the others full.
    function test_RevertWhen_AFieldIsWiderThanItsType() public view {
        uint256[5] memory field = [uint256(1), 2, 4, 5, 6];
        uint256[5] memory width = [uint256(48), 48, 48, 16, 8];
        for (uint256 i; i < 5; ++i) {
            bytes memory data = abi.encodeCall(this.load, (_report(true, 1)));
            _assertLoads(data, true);
            // Behind the length, the selector and the pointer to the struct.
            uint256 at = 0x20 + 4 + 0x20 + 0x20 * field[i];
            uint256 wide = 1 << width[i];
            assembly ("memory-safe") {
                mstore(add(data, at), wide)
            }
            _assertLoads(data, false);
        }
    }

    function _assertLoads(bytes memory data, bool expected) private view {
        (bool done, bytes memory answer) = address(this).staticcall(data);
        vm.assertEq(done, expected);
        // As the compiler's own, it says nothing when it reverts.
        vm.assertEq(answer.length != 0, expected);
    }

    function test_structHash_isWhatEIP712Says() public pure {
        for (uint256 i; i < 6; ++i) {
            uint256[1] memory before = [uint256(keccak256("before"))];
            Report memory report = _report(i % 2 == 1, i / 2);
            bytes32 encoded = keccak256(abi.encode(report));
            vm.assertEq(Reports.structHash(report), _structHash(report));
            // What gave way is back where it was.
            vm.assertEq(keccak256(abi.encode(report)), encoded);
            vm.assertEq(before[0], uint256(keccak256("before")));
        }
    }

    function _structHash(Report memory r) private pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Report(bytes32 configDigest,uint48 epoch,uint48 observedBlock,bytes32 observedBlockHash,uint48 observedAt,"
            "uint16 coverage,uint8 flags,bytes32 modelHash,bytes32 snapshotHash,bytes32 scoresRoot,uint256[] lanes)"
        );
        bytes memory head = abi.encode(
            typeHash,
            r.configDigest,
            r.epoch,
            r.observedBlock,
            r.observedBlockHash,
            r.observedAt,
            r.coverage
        );
        bytes memory tail = abi.encode(r.flags, r.modelHash, r.snapshotHash, r.scoresRoot);
        return keccak256(bytes.concat(head, tail, keccak256(abi.encodePacked(r.lanes))));
    }
}
