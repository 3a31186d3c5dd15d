// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {LaneWords} from "../../contracts/libraries/LaneWords.sol";
import {RecordChecks} from "../../contracts/libraries/RecordChecks.sol";
import {Report, Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {AnyLanes} from "./support/AnyLanes.sol";
import {SlowEasing} from "./support/SlowEasing.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Whole records against their rules applied lane by lane, field by field.
contract RecordChecksTest {
    uint16 internal constant WHOLE = type(uint16).max;

    function check(Report memory report, uint256 count, uint256 venues) external pure {
        RecordChecks.check(report, count, venues);
    }

    function _report(uint256 words) private pure returns (Report memory report) {
        report.coverage = Bps.wrap(10_000);
        report.lanes = new uint256[](words);
    }

    function _assertFault(Report memory report, uint256 count, uint16 index, IRiskOracle.RecordFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.RecordInvalid.selector, index, fault));
        this.check(report, count, 0);
    }

    /// @dev What is wrong with a lane of a word, in the order in which it is told.
    function _faultOf(uint256 word, uint256 lane) private pure returns (bool wrong, IRiskOracle.RecordFault fault) {
        Score memory score = SlowEasing.unpack(word, lane);
        (uint16 leverage, uint16 claims) = (Cx.unwrap(score.leverage), Cx.unwrap(score.rehypothecation));
        bool empty = Bps.unwrap(score.liquidationAtRisk) == 0 && claims == 0 && Bps.unwrap(score.borrowLtv) == 0;
        if (leverage == 0) return (!empty || score.advice != 0, IRiskOracle.RecordFault.UnknownNotEmpty);
        if (leverage < 100) return (true, IRiskOracle.RecordFault.LeverageBelowOne);
        if (Bps.unwrap(score.liquidationAtRisk) > 10_000 || Bps.unwrap(score.borrowLtv) > 10_000)
            return (true, IRiskOracle.RecordFault.ShareAboveOne);
        return (claims != 0 && claims < 100, IRiskOracle.RecordFault.RehypothecationBelowOne);
    }

    function testFuzz_check_findsTheFirstFaultyLane(uint256 seed, uint256 where) public {
        Report memory report = _report(3);
        for (uint256 i; i < 3; ++i) report.lanes[i] = AnyLanes.word(uint256(keccak256(abi.encode(seed, i))));
        // A word of anything in the middle of valid ones: mostly faulty, sometimes in all four lanes.
        report.lanes[where % 3] = AnyLanes.bits(seed);
        for (uint256 lane; lane < 12; ++lane) {
            (bool wrong, IRiskOracle.RecordFault fault) = _faultOf(report.lanes[lane / 4], lane % 4);
            if (wrong) return _assertFault(report, 12, uint16(lane), fault);
        }
        this.check(report, 12, 0);
        vm.assertEq(LaneWords.faults(report.lanes[where % 3]), 0);
    }

    /// @dev One field at each side of its bounds, in each of the four lanes, the rest being valid.
    function testFuzz_check_holdsEachFieldToItsRange(uint256 seed, uint256 lane, uint256 field) public {
        (lane, field) = (lane % 4, field % 4);
        uint16[8] memory edges = [uint16(0), 1, 99, 100, 10_000, 10_001, 0x3fff, 65_535];
        Report memory report = _report(1);
        uint256 shift = 64 * lane + 16 * field;
        for (uint256 i; i < edges.length - (field == 3 ? 1 : 0); ++i) {
            uint256 word = AnyLanes.word(uint256(keccak256(abi.encode(seed, i))));
            report.lanes[0] = (word & ~(uint256(field == 3 ? 0x3fff : 0xffff) << shift)) | (uint256(edges[i]) << shift);
            (bool wrong, IRiskOracle.RecordFault fault) = _faultOf(report.lanes[0], lane);
            if (wrong) _assertFault(report, 4, uint16(lane), fault);
            else this.check(report, 4, 0);
            vm.assertEq(LaneWords.faults(report.lanes[0]) != 0, wrong);
        }
    }

    function testFuzz_check_wantsAsManyLanesAsConfigured(uint256 count, uint256 bit, uint256 words) public {
        count = bound(count, 1, 256);
        uint256 expected = (count + 3) / 4;
        Report memory report = _report(expected);
        this.check(report, count, 0);
        if (count % 4 != 0) {
            bit = bound(bit, 64 * (count % 4), 255);
            report.lanes[expected - 1] = 1 << bit;
            vm.expectRevert(abi.encodeWithSelector(IRiskOracle.LaneCountMismatch.selector, expected, count));
            this.check(report, count, 0);
        }
        words = bound(words, 0, 80);
        vm.assume(words != expected);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.LaneCountMismatch.selector, words, count));
        this.check(_report(words), count, 0);
    }

    /// @dev The system's leverage against the largest of its venues', wherever they are among 256 lanes.
    function testFuzz_check_boundsTheSystemByItsLargestVenue(uint256 seed, uint256 venues, uint16 system) public {
        Report memory report = _report(64);
        report.flags = 2;
        for (uint256 i; i < 64; ++i) report.lanes[i] = _leverages(uint256(keccak256(abi.encode(seed, i))));
        system = uint16(bound(system, 0, 1) == 0 ? bound(system, 1_990, 2_003) : bound(system, 100, 65_535));
        report.lanes[0] = (report.lanes[0] & ~uint256(0xffff)) | system;
        // Few venues, and none of them SYSTEM.
        venues &= uint256(keccak256(abi.encode(seed))) & uint256(keccak256(abi.encode(venues))) & ~uint256(1);
        uint256 largest;
        for (uint256 i; i < 256; ++i) {
            uint256 leverage = (report.lanes[i / 4] >> (64 * (i % 4))) & 0xffff;
            if ((venues >> i) & 1 == 1 && leverage > largest) largest = leverage;
        }
        if (system > largest + 1)
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRiskOracle.RecordInvalid.selector,
                    WHOLE,
                    IRiskOracle.RecordFault.SystemAboveVenues
                )
            );
        this.check(report, 256, venues);
        // Without the flag nothing is claimed about venues.
        report.flags = 1;
        this.check(report, 256, venues);
        vm.assertTrue(largest == 0 || largest >= 100);
    }

    function _leverages(uint256 seed) private pure returns (uint256 word) {
        for (uint256 i; i < 4; ++i) word |= bound(seed >> (16 * i), 100, 2_000) << (64 * i);
    }

    function testFuzz_check_coverageAndFlagsAreInRange(uint16 coverage, uint8 flags) public {
        Report memory report = _report(1);
        (report.coverage, report.flags) = (Bps.wrap(coverage), flags);
        report.lanes[0] = 100;
        bool valid = coverage <= 10_000 && flags < 4;
        IRiskOracle.RecordFault fault =
            coverage > 10_000 ? IRiskOracle.RecordFault.CoverageAboveOne : IRiskOracle.RecordFault.ReservedFlag;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IRiskOracle.RecordInvalid.selector, WHOLE, fault));
        else if (flags & 2 != 0)
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRiskOracle.RecordInvalid.selector,
                    WHOLE,
                    IRiskOracle.RecordFault.SystemAboveVenues
                )
            );
        this.check(report, 1, 0);
        vm.assertEq(valid, coverage <= 10_000 && flags <= 3);
    }
}
