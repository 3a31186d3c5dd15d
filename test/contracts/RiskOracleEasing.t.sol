// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Report, Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Limits of the fixture: 10 % of the last value an hour; epochs are an hour apart. Where that is no whole number of steps
/// (128 s for 400 and 300, 32 s for 2,000, 8 s for 5,000), an epoch has one step more or less, and the rest is the next one's.
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
        _assertVenue(361, 1_800, 271, 5_500, 2);
        _publishLoose(3, _full(100, 0, 100, 9_000, 0), 10_000);
        _assertVenue(326, 1_621, 245, 6_050, 1);
    }

    function test_step_emitsEachClampedLane() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 3), 10_000);
        _travelTo(2);
        uint256 signed = _full(100, 0, 100, 9_000, 0);
        Report memory report = _report(2, _word(signed));
        report.flags = 0;
        bytes memory signatures = _sign(report, 2);
        for (uint16 i; i < 4; ++i) {
            vm.expectEmit(address(oracle));
            emit IRiskOracle.LaneClamped(2, i, uint64(signed), uint64(_full(361, 1_800, 271, 5_500, 2)));
        }
        oracle.publish(report, signatures);
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), 361);
    }

    function test_step_belowMinCoverageNothingEases() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 3), 10_000);
        _publishLoose(2, _full(100, 0, 100, 9_000, 0), 8_999);
        _assertVenue(400, 2_000, 300, 5_000, 3);
        _publishLoose(3, _full(100, 0, 100, 9_000, 0), 9_000);
        _assertVenue(361, 1_801, 271, 5_500, 2);
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
        // Two hours after the last known value: 20 % of it; the advice one level.
        _publishLoose(3, _full(100, 0, 100, 9_000, 0), 10_000);
        _assertVenue(321, 1_600, 241, 6_000, 2);
    }

    function test_step_aVanishedFieldCountsFromItsLastValue() public {
        _publishLoose(1, _full(400, 2_000, 300, 5_000, 0), 10_000);
        _publishLoose(2, _full(400, 2_000, 0, 0, 0), 10_000);
        _assertVenue(400, 2_000, 0, 0, 0);
        _publishLoose(3, _full(400, 2_000, 100, 9_000, 0), 10_000);
        _assertVenue(400, 2_000, 271, 5_500, 0);
    }

    function test_step_doesNotStickAtSmallValues() public {
        // 7 bp easing by 10 % an hour: less than one unit an epoch, yet it moves.
        _publishLoose(1, _full(200, 7, 100, 5_000, 0), 10_000);
        for (uint48 epoch = 2; epoch <= 8; ++epoch) _publishLoose(epoch, _full(200, 0, 100, 5_000, 0), 10_000);
        (Score memory score, ) = oracle.score(venueId);
        vm.assertLe(Bps.unwrap(score.liquidationAtRisk), 5);
        vm.assertGe(Bps.unwrap(score.liquidationAtRisk), 1);
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
        // Compounding by the minute: 400 * e^-0.1 = 361.9, 2000 * e^-0.1 = 1809.7.
        vm.assertGe(Cx.unwrap(score.leverage), 360);
        vm.assertLe(Cx.unwrap(score.leverage), 381);
        vm.assertGe(Bps.unwrap(score.liquidationAtRisk), 1_808);
        vm.assertLe(Bps.unwrap(score.liquidationAtRisk), 1_905);
    }

    function testFuzz_step_easesAtMostTheRateAndTwoUnits(uint256 first, uint256 second) public {
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
        vm.assertLe(Bps.unwrap(score.borrowLtv), Bps.unwrap(was.borrowLtv) + Bps.unwrap(was.borrowLtv) / 10 + 2);
        vm.assertLe(Bps.unwrap(score.borrowLtv), _max(Bps.unwrap(said.borrowLtv), 0));
        vm.assertGe(score.advice + 1, was.advice);
        vm.assertGe(score.advice, said.advice);
    }

    /// @dev Never below what was signed; below the last value by at most a tenth of it and two units.
    function _assertFall(uint256 was, uint256 said, uint256 stored) private pure {
        vm.assertGe(stored, said);
        vm.assertLe(stored, _max(was, said));
        vm.assertGe(stored + was / 10 + 2, was < said ? said : was);
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
