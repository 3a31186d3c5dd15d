// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Headers} from "../../contracts/libraries/Headers.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Header, Report, Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {bound, vm} from "./support/Vm.sol";

contract LanesTest {
    function test_pack_putsFieldsWhereScoreSaysTheyAre() public pure {
        uint256 lane = Lanes.pack(Score(Cx.wrap(0x1234), Bps.wrap(0x0678), Cx.wrap(0x9abc), Bps.wrap(0x1def), 2));
        // bits 0-15, 16-31, 32-47, 48-61, 62-63 of Score's layout, added up by hand
        vm.assertEq(lane, 0x1234 + (0x0678 << 16) + (0x9abc << 32) + (0x1def << 48) + (uint256(2) << 62));
    }

    function test_pack_fillsExactly64BitsAtTheExtremes() public pure {
        Score memory largest = Score(Cx.wrap(65_535), Bps.wrap(65_535), Cx.wrap(65_535), Bps.wrap(0x3fff), 3);
        vm.assertEq(Lanes.pack(largest), type(uint64).max);
        Score memory smallest;
        vm.assertEq(Lanes.pack(smallest), 0);
    }

    function testFuzz_unpack_invertsPack(uint64 lane) public pure {
        vm.assertEq(Lanes.pack(Lanes.unpack(lane)), lane);
    }

    function test_fill_takesOnlyWhatIsMissing() public pure {
        Score memory known = Score(Cx.wrap(1), Bps.wrap(2), Cx.wrap(3), Bps.wrap(4), 1);
        Score memory lane = Score(Cx.wrap(500), Bps.wrap(0), Cx.wrap(0), Bps.wrap(0), 0);
        Score memory filled = Lanes.unpack(Lanes.fill(Lanes.pack(lane), Lanes.pack(known)));
        vm.assertEq(Cx.unwrap(filled.leverage), 500);
        vm.assertEq(Bps.unwrap(filled.liquidationAtRisk), 0);
        vm.assertEq(Cx.unwrap(filled.rehypothecation), 3);
        vm.assertEq(Bps.unwrap(filled.borrowLtv), 4);
    }

    /* HEADERS */

    function _report(uint256 seed, bool extremes) private pure returns (Report memory report, uint256[4] memory rest) {
        // Every field at one of its ends, or anywhere in its range.
        uint48[2] memory ends = [0, type(uint48).max];
        report.epoch = extremes ? ends[seed & 1] : uint48(seed);
        report.observedBlock = extremes ? ends[(seed >> 1) & 1] : uint48(seed >> 48);
        report.observedAt = extremes ? ends[(seed >> 2) & 1] : uint48(seed >> 96);
        report.coverage = Bps.wrap(extremes ? uint16(((seed >> 3) & 1) * 10_000) : uint16((seed >> 144) % 10_001));
        report.flags = extremes ? uint8(((seed >> 4) & 1) * 3) : uint8((seed >> 160) % 4);
        report.lanes = new uint256[](1);
        report.lanes[0] = extremes ? ((seed >> 5) & 1) * type(uint256).max : uint256(keccak256(abi.encode(seed)));
        rest =
            extremes
                ? [((seed >> 6) & 1) * 256, ((seed >> 7) & 1) * 63, ((seed >> 8) & 1) * 16_383, seed & 0x200]
                : [(seed >> 176) % 257, (seed >> 192) % 64, (seed >> 208) % 16_384, seed & 1];
    }

    function _assertHolds(uint256 word, Report memory report, uint256[4] memory rest) private pure {
        Header memory header = Headers.decode(word);
        vm.assertEq(header.epoch, report.epoch);
        vm.assertEq(header.observedBlock, report.observedBlock);
        vm.assertEq(header.observedAt, report.observedAt);
        vm.assertEq(Bps.unwrap(header.coverage), Bps.unwrap(report.coverage));
        vm.assertEq(Cx.unwrap(header.systemLeverage), uint16(report.lanes[0]));
        vm.assertEq(Bps.unwrap(header.systemLiquidationAtRisk), uint16(report.lanes[0] >> 16));
        vm.assertEq(Headers.systemLane(word), uint64(report.lanes[0]));
        vm.assertEq(header.laneCount, rest[0]);
        vm.assertEq(Headers.laneCount(word), rest[0]);
        vm.assertEq(Headers.basis(word), rest[1]);
        vm.assertEq(Headers.config(word), rest[2]);
        vm.assertEq(header.flags, report.flags | (rest[3] == 0 ? 0 : 4));
        vm.assertEq(Headers.isQuarantined(word), rest[3] != 0);
        vm.assertEq(word & Headers.EMPTY, 0);
    }

    function testFuzz_encode_keepsEveryFieldApart(uint256 seed, uint256 other) public pure {
        for (uint256 i; i < 2; ++i) {
            (Report memory report, uint256[4] memory rest) = _report(seed, i == 0);
            uint256 last = Headers.withConfig(other >> 1, rest[2]);
            uint256 word = Headers.encode(report, last, rest[0], rest[1]);
            if (rest[3] != 0) word = Headers.quarantine(word);
            _assertHolds(word, report, rest);
            // Another SYSTEM lane, another configuration, and nothing else.
            report.lanes[0] = uint256(keccak256(abi.encode(other)));
            rest[2] = bound(other, 0, 16_383);
            word = Headers.withConfig(Headers.withSystemLane(word, uint64(report.lanes[0])), rest[2]);
            _assertHolds(word, report, rest);
        }
    }

    function test_encode_putsFieldsInOrder() public pure {
        Report memory report;
        (report.epoch, report.observedBlock, report.observedAt) = (1, 2, 3);
        (report.coverage, report.flags, report.lanes) = (Bps.wrap(5), 3, new uint256[](1));
        report.lanes[0] = 4;
        // bits 0, 48, 96, 144, 208, 222, 226, 232, 246 of the layout, added up by hand
        uint256 expected = 1 + (2 << 48) + (3 << 96) + (uint256(4) << 144) + (uint256(5) << 208);
        expected += (uint256(3) << 222) + (uint256(6) << 226) + (uint256(7) << 232) + (uint256(8) << 246);
        vm.assertEq(Headers.encode(report, Headers.withConfig(0, 7), 8, 6), expected);
    }
}
