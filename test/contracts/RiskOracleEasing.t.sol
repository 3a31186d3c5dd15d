// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Report, Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Limits of the fixture: 10 % of the last value an hour; epochs are an hour apart. Ticks have 512 s, so that each of these
/// hours has seven, 9.955 %: 39.82 of 400, 199.1 of 2,000, 29.87 of 300, 497.75 of 5,000, all rounded down.
contract RiskOracleEasingTest is OracleFixture {
    function _full(
        uint16 leverage,
        uint16 atRisk,
        uint16 claims,
        uint16 ltv,
        uint8 advice
    ) internal pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(leverage), Bps.wrap(atRisk), Cx.wrap(claims), Bps.wrap(ltv), advice));
    }

    function _publishLoose(uint48 epoch, uint256 lane, uint16 coverage) internal {
        _travelTo(epoch);
        Report memory report = _report(epoch, _word(lane));
        report.flags = 0;
        report.coverage = Bps.wrap(coverage);
        oracle.publish(report, _sign(report, 2));
    }

    function _assertVenue(uint16 leverage, uint16 atRisk, uint16 claims, uint16 ltv, uint8 advice) internal view {
        (Score memory score, ) = oracle.score(venueId);
        vm.assertEq(Cx.unwrap(score.leverage), leverage, "leverage");
        vm.assertEq(Bps.unwrap(score.liquidationAtRisk), atRisk, "liquidationAtRisk");
        vm.assertEq(Cx.unwrap(score.rehypothecation), claims, "rehypothecation");
        vm.assertEq(Bps.unwrap(score.borrowLtv), ltv, "borrowLtv");
        vm.assertEq(score.advice, advice, "advice");
    }

    function test_step_believesDangerAtOnce() public {
        _publishLoose(1, _full(100, 0, 100, 8_000, 0), 10_000);
        _publishLoose(2, _full(65_535, 10_000, 65_535, 1, 3), 10_000);
        _assertVenue(65_535, 10_000, 65_535, 1, 3);
    }

    function test_step_easesTenPercentInAnHour() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 3), 10_000);
        _publishLoose(2, _full(100, 0, 100, 9_000, 0), 10_000);
        _assertVenue(361, 1_801, 271, 5_497, 2);
        _publishLoose(3, _full(100, 0, 100, 9_000, 0), 10_000);
        _assertVenue(326, 1_622, 245, 6_044, 1);
    }

    function test_step_emitsAllLanesAsSignedWhereOneIsClamped() public {
        uint256 before = _full(400, 2_000, 300, 5_000, 3);
        _publishLoose(1, before, 10_000);
        _travelTo(2);
        // Lanes 0 and 2 say less than they may, 1 as much, 3 more danger.
        uint256 less = _full(100, 0, 100, 9_000, 0);
        uint256 most = _full(361, 1_801, 271, 5_497, 2);
        uint256 worse = _full(500, 2_100, 310, 4_000, 3);
        Report memory report = _report(2, less | (most << 64) | (less << 128) | (worse << 192));
        report.flags = 0;
        bytes memory signatures = _sign(report, 2);
        vm.expectEmit(address(oracle));
        emit IRiskOracle.LanesClamped(2, report.lanes);
        uint256[] memory stored = new uint256[](1);
        stored[0] = most | (most << 64) | (most << 128) | (worse << 192);
        vm.expectEmit(address(oracle));
        emit IRiskOracle.ReportAccepted(
            2,
            2_000,
            MODEL,
            report.observedAt,
            report.coverage,
            0,
            report.snapshotHash,
            report.scoresRoot,
            stored
        );
        oracle.publish(report, signatures);
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), 361);
    }

    function test_step_saysNothingWhereNoLaneIsClamped() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 3), 10_000);
        vm.recordLogs();
        _publishLoose(2, _full(361, 1_801, 271, 5_497, 2), 10_000);
        vm.assertEq(vm.getRecordedLogs().length, 1);
        _publishLoose(3, _full(100, 1_801, 271, 5_497, 2), 10_000);
        vm.assertEq(vm.getRecordedLogs().length, 2);
    }

    /// @dev The SYSTEM lane is in the header, the others in storage: all ease alike, in words of their own and one after another.
    function testFuzz_step_easesEveryLaneAlike(uint256 seed) public {
        _registerAssets(6);
        for (uint48 epoch = 1; epoch <= 4; ++epoch) {
            uint256 lane = _anyLane(uint256(keccak256(abi.encode(seed, epoch))));
            _travelTo(epoch);
            Report memory report = _report(epoch, 0);
            report.flags = 0;
            report.lanes = new uint256[](3);
            for (uint256 i; i < 10; ++i) report.lanes[i / 4] |= lane << (64 * (i % 4));
            oracle.publish(report, _sign(report, 2));
        }
        (Score memory system, ) = oracle.scoreAt(0);
        for (uint16 i = 1; i < 10; ++i) {
            (Score memory score, uint48 at) = oracle.scoreAt(i);
            vm.assertEq(abi.encode(score), abi.encode(system));
            vm.assertEq(at, START + 4 * 3_600);
        }
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), Cx.unwrap(system.leverage));
    }

    function test_step_belowMinCoverageNothingEases() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 3), 10_000);
        _publishLoose(2, _full(100, 0, 100, 9_000, 0), 8_999);
        _assertVenue(400, 2_000, 300, 5_000, 3);
        _publishLoose(3, _full(100, 0, 100, 9_000, 0), 9_000);
        _assertVenue(361, 1_801, 271, 5_497, 2);
    }

    function test_step_belowMinCoverageDangerStillRises() public {
        _publishLoose(1, _full(200, 100, 100, 5_000, 0), 10_000);
        _publishLoose(2, _full(250, 300, 150, 4_000, 2), 1);
        _assertVenue(250, 300, 150, 4_000, 2);
    }

    function test_step_throughUnknownIsNoWayToEase() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 3), 10_000);
        _publishLoose(2, 0, 10_000);
        _assertVenue(0, 0, 0, 0, 0);
        // Two hours after the last known value: fourteen ticks of it; the advice one level.
        _publishLoose(3, _full(100, 0, 100, 9_000, 0), 10_000);
        _assertVenue(321, 1_602, 241, 5_995, 2);
    }

    function test_step_aVanishedFieldCountsFromItsLastValue() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 0), 10_000);
        _publishLoose(2, _full(400, 2_000, 0, 0, 0), 10_000);
        _assertVenue(400, 2_000, 0, 0, 0);
        _publishLoose(3, _full(400, 2_000, 100, 9_000, 0), 10_000);
        _assertVenue(400, 2_000, 271, 5_497, 0);
    }

    function test_step_doesNotStickAtSmallValues() public {
        // Below 1 %, as much as of 1 %: 9.955 bp an hour.
        _publishLoose(1, _full(200, 14, 100, 5_000, 0), 10_000);
        _publishLoose(2, _full(200, 0, 100, 5_000, 0), 10_000);
        _assertVenue(200, 5, 100, 5_000, 0);
        _publishLoose(3, _full(200, 0, 100, 5_000, 0), 10_000);
        _assertVenue(200, 0, 100, 5_000, 0);
    }

    function test_step_publishingOftenGainsNothing() public {
        // Sixty epochs in an hour ease no more than the rate, and no less than half of it.
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 0), 10_000);
        for (uint48 i = 1; i <= 60; ++i) {
            vm.roll(1_000 + 10 * i + 1);
            vm.setBlockhash(1_000 + 10 * i, keccak256(abi.encode("often", i)));
            vm.warp(START + 3_600 + 60 * uint256(i) + 5);
            Report memory report = _report(1 + i, _word(_full(100, 0, 100, 5_000, 0)));
            (report.observedBlock, report.observedAt) = (1_000 + 10 * i, START + 3_600 + 60 * i);
            report.observedBlockHash = keccak256(abi.encode("often", i));
            report.flags = 0;
            oracle.publish(report, _sign(report, 2));
        }
        (Score memory score, ) = oracle.score(venueId);
        // Compounding by the minute: 400 * e^-0.1 = 361.9, 2000 * e^-0.1 = 1809.7, and ahead of that by less than a tick of 1.42 %.
        vm.assertGe(Cx.unwrap(score.leverage), 361 - 6);
        vm.assertLe(Cx.unwrap(score.leverage), 381);
        vm.assertGe(Bps.unwrap(score.liquidationAtRisk), 1_809 - 29);
        vm.assertLe(Bps.unwrap(score.liquidationAtRisk), 1_905);
    }

    function testFuzz_step_easesAtMostTheRateOfAnHour(uint256 first, uint256 second) public {
        uint256 before = _anyLane(first);
        uint256 signed = _anyLane(second);
        _publishLoose(1, before, 10_000);
        _publishLoose(2, signed, 10_000);
        (Score memory score, ) = oracle.score(venueId);
        Score memory was = Lanes.unpack(before);
        Score memory said = Lanes.unpack(signed);
        _assertFall(Cx.unwrap(was.leverage), Cx.unwrap(said.leverage), Cx.unwrap(score.leverage));
        _assertFall(
            Bps.unwrap(was.liquidationAtRisk),
            Bps.unwrap(said.liquidationAtRisk),
            Bps.unwrap(score.liquidationAtRisk)
        );
        _assertFall(Cx.unwrap(was.rehypothecation), Cx.unwrap(said.rehypothecation), Cx.unwrap(score.rehypothecation));
        vm.assertLe(Bps.unwrap(score.borrowLtv), Bps.unwrap(was.borrowLtv) + _tenth(Bps.unwrap(was.borrowLtv)));
        vm.assertLe(Bps.unwrap(score.borrowLtv), _max(Bps.unwrap(said.borrowLtv), 0));
        vm.assertGe(score.advice + 1, was.advice);
        vm.assertGe(score.advice, said.advice);
    }

    /// @dev A tenth of the value, or of 100 units: the seven ticks of an hour are a little less.
    function _tenth(uint256 value) private pure returns (uint256) {
        return _max(value, 100) / 10;
    }

    /// @dev Never below what was signed; below the last value by at most a tenth of it.
    function _assertFall(uint256 was, uint256 said, uint256 stored) private pure {
        vm.assertGe(stored, said);
        vm.assertLe(stored, _max(was, said));
        vm.assertGe(stored + _tenth(was), was < said ? said : was);
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    function _anyLane(uint256 seed) private pure returns (uint256) {
        return
            _full(
                uint16(bound(seed, 100, 65_535)),
                uint16(bound(seed >> 32, 0, 10_000)),
                uint16(bound(seed >> 64, 100, 65_535)),
                uint16(bound(seed >> 96, 1, 10_000)),
                uint8(bound(seed >> 128, 0, 3))
            );
    }
}
