// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskOracle} from "../../contracts/RiskOracle.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Report, Score, ScoreStatus} from "../../contracts/types/Score.sol";
import {SubjectKey, SubjectKind} from "../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {bound, vm} from "./support/Vm.sol";

contract RiskOracleQuarantineTest is OracleFixture {
    function test_quarantine_makesTheEpochUnknownUntilTheNext() public {
        _publish(1, _word(_lane(150, 200, 0)));
        oracle.quarantine(1, new uint256[](0), "wrong pool");
        (ScoreStatus status, Score memory score, ) = oracle.tryScore(venueId);
        vm.assertTrue(status == ScoreStatus.Unknown);
        vm.assertEq(Cx.unwrap(score.leverage), 0);
        vm.assertEq(oracle.header().flags, 2 | 4);
        _publish(2, _word(_lane(150, 200, 0)));
        (status, , ) = oracle.tryScore(venueId);
        vm.assertTrue(status == ScoreStatus.Known);
        vm.assertEq(oracle.headerOf(1).flags, 2 | 4);
    }

    /// @dev Limits of the fixture: 10 % an hour. What a voided epoch said leaves nothing behind.
    function test_quarantine_takesTheVoidedLanesOutOfTheMeasure() public {
        _publish(1, _word(_lane(150, 200, 0)));
        _publish(2, _word(_lane(65_535, 10_000, 3)));
        uint256[] memory before = _words(_word(_lane(150, 200, 0)));
        vm.expectEmit(address(oracle));
        emit IRiskOracle.EpochQuarantined(2, address(this), before, "bogus");
        oracle.quarantine(2, before, "bogus");
        (ScoreStatus status, , ) = oracle.tryScore(venueId);
        vm.assertTrue(status == ScoreStatus.Unknown);
        _publish(3, _word(_lane(145, 190, 0)));
        (Score memory score, ) = oracle.score(venueId);
        vm.assertEq(Cx.unwrap(score.leverage), 145);
        vm.assertEq(Bps.unwrap(score.liquidationAtRisk), 190);
        vm.assertEq(score.advice, 0);
    }

    function test_quarantine_easesFromTheLanesBefore() public {
        _publish(1, _word(_lane(400, 2_000, 3)));
        _publish(2, _word(_lane(100, 0, 0)));
        oracle.quarantine(2, _words(_word(_lane(400, 2_000, 3))), "bogus calm");
        _publish(3, _word(_lane(100, 0, 0)));
        (Score memory score, ) = oracle.score(venueId);
        // One hour of 10 % of 4.00x, and one level of advice: as if epoch 2 had not been.
        vm.assertGe(Cx.unwrap(score.leverage), 358);
        vm.assertEq(score.advice, 2);
    }

    function test_quarantine_ofTwoEpochsInARowGoesBackBeforeTheFirst() public {
        _publish(1, _word(_lane(150, 200, 0)));
        _publish(2, _word(_lane(65_535, 10_000, 3)));
        oracle.quarantine(2, new uint256[](0), "bogus, no time to look");
        _publish(3, _word(_lane(60_000, 10_000, 3)));
        oracle.quarantine(3, _words(_word(_lane(150, 200, 0))), "bogus again");
        _publish(4, _word(_lane(145, 190, 0)));
        (Score memory score, ) = oracle.score(venueId);
        vm.assertEq(Cx.unwrap(score.leverage), 145);
    }

    function test_quarantine_ofTheFirstEpochGoesBackToNone() public {
        _publish(1, _word(_lane(65_535, 10_000, 3)));
        oracle.quarantine(1, _words(0), "bogus");
        _publish(2, _word(_lane(150, 200, 0)));
        (Score memory score, ) = oracle.score(venueId);
        vm.assertEq(Cx.unwrap(score.leverage), 150);
    }

    function test_quarantine_withoutLanesKeepsTheVoidedOnesAsTheMeasure() public {
        _publish(1, _word(_lane(150, 200, 0)));
        _publish(2, _word(_lane(1_000, 200, 0)));
        oracle.quarantine(2, new uint256[](0), "bogus");
        _publish(3, _word(_lane(150, 200, 0)));
        (Score memory score, ) = oracle.score(venueId);
        vm.assertGe(Cx.unwrap(score.leverage), 898);
    }

    function testFuzz_RevertWhen_LanesBeforeAreOthers(uint256 word) public {
        _publish(1, _word(_lane(150, 200, 0)));
        _publish(2, _word(_lane(1_000, 200, 0)));
        uint256 before = _word(_lane(150, 200, 0));
        vm.assume(word != before);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskOracle.LanesBeforeMismatch.selector,
                keccak256(abi.encodePacked(word)),
                keccak256(abi.encodePacked(before))
            )
        );
        oracle.quarantine(2, _words(word), "");
        vm.assertEq(oracle.header().flags, 2);
    }

    function _words(uint256 word) private pure returns (uint256[] memory words) {
        words = new uint256[](1);
        words[0] = word;
    }

    function test_RevertWhen_EpochIsNotQuarantinable() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.EpochNotQuarantinable.selector, 0, 0));
        oracle.quarantine(0, new uint256[](0), "");
        _publish(1, _word(_lane(150, 200, 0)));
        _publish(2, _word(_lane(150, 200, 0)));
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.EpochNotQuarantinable.selector, 1, 2));
        oracle.quarantine(1, new uint256[](0), "");
        oracle.quarantine(2, new uint256[](0), "");
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.EpochNotQuarantinable.selector, 2, 2));
        oracle.quarantine(2, new uint256[](0), "");
    }

    function test_quarantine_putsTheSystemLaneBeforeIntoTheHeader() public {
        _publish(1, _word(_lane(150, 200, 0)));
        _publish(2, _word(_lane(65_535, 10_000, 3)));
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), 65_535);
        oracle.quarantine(2, _words(_word(_lane(150, 200, 0))), "bogus");
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), 150);
        vm.assertEq(Bps.unwrap(oracle.header().systemLiquidationAtRisk), 200);
        (Score memory score, ) = oracle.scoreAt(0);
        vm.assertEq(Cx.unwrap(score.leverage), 0);
        // Of the same epoch in every other respect.
        vm.assertEq(oracle.header().observedBlock, 2_000);
        vm.assertEq(oracle.header().laneCount, 4);
    }

    /* SUBJECTS REGISTERED BETWEEN */

    function _registerVenues(uint256 count) private {
        SubjectKey[] memory subjects = new SubjectKey[](count);
        for (uint256 i; i < count; ++i)
            subjects[i] = SubjectKey(SubjectKind.Venue, address(uint160(0xb0000 + oracle.laneCount() + i)), address(0));
        oracle.registerSubjects(subjects);
    }

    /// @dev Publishes an epoch in which every lane is `lane`.
    function _publishAll(uint48 epoch, uint256 lane) private returns (uint256[] memory lanes) {
        _travelTo(epoch);
        Report memory report = _report(epoch, 0);
        uint256 count = oracle.laneCount();
        lanes = new uint256[]((count + 3) / 4);
        for (uint256 i; i < count; ++i) lanes[i / 4] |= lane << (64 * (i % 4));
        (report.lanes, report.flags) = (lanes, 0);
        oracle.publish(report, _sign(report, 2));
    }

    /// @dev Every lane reads as signed: nothing that they were before holds them.
    function _assertAll(uint48 epoch, uint16 leverage) private {
        _publishAll(epoch, _lane(leverage, 0, 0));
        for (uint16 i; i < oracle.laneCount(); ++i) {
            (Score memory score, ) = oracle.scoreAt(i);
            vm.assertEq(Cx.unwrap(score.leverage), leverage);
        }
    }

    function test_quarantine_emptiesWordsThatCameWithTheVoidedEpochs() public {
        uint256[] memory before = _publishAll(1, _lane(150, 200, 0));
        _publishAll(2, _lane(40_000, 10_000, 3));
        oracle.quarantine(2, new uint256[](0), "no time to look");
        _registerVenues(9);
        _publishAll(3, _lane(65_535, 10_000, 3));
        oracle.quarantine(3, before, "bogus again");
        _assertAll(4, 149);
    }

    function test_quarantine_takesZeroWordsForSubjectsRegisteredSince() public {
        uint256[] memory before = _publishAll(1, _lane(150, 200, 0));
        _registerVenues(3);
        _publishAll(2, _lane(65_535, 10_000, 3));
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskOracle.LanesBeforeMismatch.selector,
                keccak256(abi.encodePacked(before)),
                keccak256(abi.encodePacked(before[0], uint256(0)))
            )
        );
        oracle.quarantine(2, before, "bogus");
        uint256[] memory padded = new uint256[](2);
        padded[0] = before[0];
        oracle.quarantine(2, padded, "bogus");
        _assertAll(3, 149);
    }

    /* SYSTEM ALONE */

    function _onlySystem() private {
        oracle = new RiskOracle(address(manager), 0, IRiskOracle.Limits(1 hours, Bps.wrap(1_000), Bps.wrap(9_000)));
        oracle.rotateSigners(_addresses(keys), 2);
        oracle.approveModel(MODEL);
    }

    function test_quarantine_ofTheSystemAloneGoesBackToo() public {
        _onlySystem();
        _publishAll(1, _lane(150, 200, 0));
        _publishAll(2, _lane(65_535, 10_000, 3));
        oracle.quarantine(2, _words(_lane(150, 200, 0)), "bogus");
        _assertAll(3, 145);
    }

    function test_quarantine_ofTheSystemAloneAndFirstGoesBackToNone() public {
        _onlySystem();
        // A multiple of the ring's size: the place of the entry that stands for none.
        _publishAll(64, _lane(65_535, 10_000, 3));
        oracle.quarantine(64, new uint256[](0), "no time to look");
        _publishAll(128, _lane(65_000, 10_000, 3));
        oracle.quarantine(128, _words(0), "bogus");
        _assertAll(129, 100);
        vm.assertEq(oracle.headerOf(64).epoch, 0);
        vm.assertEq(oracle.headerOf(128).epoch, 0);
    }

    function testFuzz_RevertWhen_TheSystemLaneBeforeIsAnother(uint256 word, bool twoWords) public {
        _onlySystem();
        _publishAll(1, _lane(150, 200, 0));
        _publishAll(2, _lane(1_000, 200, 0));
        vm.assume(word != _lane(150, 200, 0));
        uint256[] memory words = _words(word);
        if (twoWords) {
            words = new uint256[](2);
            words[0] = _lane(150, 200, 0);
        }
        bytes32 expected = keccak256(abi.encode(_lane(150, 200, 0)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskOracle.LanesBeforeMismatch.selector,
                keccak256(abi.encodePacked(words)),
                expected
            )
        );
        oracle.quarantine(2, words, "");
        vm.assertEq(oracle.header().flags, 0);
    }

    /// @dev As many voided epochs in a row as there are, with whatever numbers, looked at or not: what the last one goes back to is
    /// what was there before the first, though the ring came round.
    function testFuzz_quarantine_goesBackBeforeTheFirstHoweverMany(uint256 seed, uint256 rows, bool more) public {
        if (!more) _onlySystem();
        uint256 good = _lane(uint16(bound(seed, 300, 40_000)), 200, 0);
        uint48 epoch = uint48(bound(seed >> 16, 1, 200));
        uint48 start = epoch;
        uint256[] memory before = _publishAll(epoch, good);
        rows = bound(rows, 1, 6);
        for (uint256 i; i < rows; ++i) {
            uint256 one = uint256(keccak256(abi.encode(seed, i)));
            // Often to the same place in the ring.
            epoch += one % 2 == 0 ? 64 - ((epoch - start) % 64) : uint48(1 + ((one >> 8) % 80));
            _publishAll(epoch, _lane(uint16(bound(one >> 16, 40_001, 65_535)), 10_000, 3));
            bool looked = i + 1 == rows || (one >> 32) % 2 == 0;
            oracle.quarantine(epoch, looked ? before : new uint256[](0), "bogus");
            vm.assertEq(oracle.headerOf(epoch).flags, 4);
        }
        _publishAll(epoch + 1, good - 5);
        for (uint16 i; i < oracle.laneCount(); ++i) {
            (Score memory score, ) = oracle.scoreAt(i);
            vm.assertEq(Cx.unwrap(score.leverage), uint16(good) - 5);
        }
        // And from here on the ring goes on as before.
        _publishAll(epoch + 2, good);
        vm.assertEq(oracle.headerOf(epoch + 1).epoch, epoch + 1);
    }

    /// @dev Subjects registered between voided epochs of which the first had SYSTEM alone.
    function test_quarantine_goesBackToTheSystemAloneWithSubjectsRegisteredSince() public {
        _onlySystem();
        _publishAll(1, _lane(150, 200, 0));
        _publishAll(2, _lane(40_000, 10_000, 3));
        oracle.quarantine(2, new uint256[](0), "no time to look");
        _registerVenues(6);
        _publishAll(3, _lane(65_535, 10_000, 3));
        oracle.quarantine(3, new uint256[](0), "no time to look");
        _publishAll(4, _lane(65_000, 10_000, 3));
        oracle.quarantine(4, _words(_lane(150, 200, 0)), "bogus");
        _assertAll(5, 149);
    }
}
