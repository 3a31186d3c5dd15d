// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ScoreAggregator} from "../../contracts/adapters/ScoreAggregator.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {bound, vm} from "./support/Vm.sol";

contract ScoreAggregatorTest is OracleFixture {
    uint48 private constant MAX_AGE = 2 hours;

    ScoreAggregator private feed;
    ScoreAggregator private inverse;

    function setUp() public override {
        super.setUp();
        feed = new ScoreAggregator(oracle, venueId, false, MAX_AGE);
        inverse = new ScoreAggregator(oracle, systemId, true, MAX_AGE);
    }

    function test_latestRoundData_readsLeverageWithEightDecimals() public {
        _publish(7, _word(_lane(240, 0, 0)));
        (uint80 round, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = feed.latestRoundData();
        vm.assertEq(round, 7);
        vm.assertEq(uint256(answer), 2.4e8);
        vm.assertEq(startedAt, START + 7 * 3_600);
        vm.assertEq(updatedAt, START + 7 * 3_600);
        vm.assertEq(answeredIn, 7);
        vm.assertEq(feed.decimals(), 8);
        vm.assertEq(feed.version(), 1);
        vm.assertEq(feed.latestRound(), 7);
    }

    function test_latestRoundData_invertedRoundsDown() public {
        _publish(1, _word(_lane(300, 0, 0)));
        (, int256 answer, , , ) = inverse.latestRoundData();
        vm.assertEq(uint256(answer), 33_333_333);
        vm.assertEq(uint256(inverse.latestAnswer()), 33_333_333);
    }

    function testFuzz_inverse_neverOverstatesAndNeverReadsZero(uint16 leverage) public {
        leverage = uint16(bound(leverage, 100, type(uint16).max));
        _publish(1, _word(_lane(leverage, 0, 0)));
        uint256 answer = uint256(inverse.latestAnswer());
        vm.assertLe(answer * leverage, 1e10);
        vm.assertGe((answer + 1) * leverage, 1e10 + 1);
        vm.assertTrue(answer != 0);
    }

    function test_description_saysThatItIsNoPrice() public view {
        vm.assertEq(bytes(feed.description()), bytes("Bulkhead leverage"));
        vm.assertEq(bytes(inverse.description()), bytes("Bulkhead 1 / leverage"));
    }

    function test_getRoundData_keepsPastRoundsOfTheSystem() public {
        _publish(1, _word(_lane(300, 0, 0)));
        _publish(2, _word(_lane(400, 0, 0)));
        (, int256 answer, , uint256 updatedAt, ) = inverse.getRoundData(1);
        vm.assertEq(uint256(answer), 33_333_333);
        vm.assertEq(updatedAt, START + 3_600);
        (, answer, , , ) = inverse.getRoundData(2);
        vm.assertEq(uint256(answer), 0.25e8);
        (, answer, , , ) = feed.getRoundData(2);
        vm.assertEq(uint256(answer), 4e8);
    }

    function test_getAnswer_agreesWithRoundDataAndReadsZeroWhereThatReverts() public {
        _publish(1, _word(_lane(300, 0, 0)));
        _publish(2, _word(_lane(400, 0, 0)));
        _assertRound(inverse, 1, 33_333_333, START + 3_600);
        _assertRound(inverse, 2, 0.25e8, START + 7_200);
        _assertRound(feed, 2, 4e8, START + 7_200);
        _assertRound(feed, 1, 0, 0);
        _assertRound(inverse, 3, 0, 0);
        _assertRound(inverse, (1 << 48) + 1, 0, 0);
        _assertRound(inverse, type(uint256).max, 0, 0);
    }

    function _assertRound(ScoreAggregator aggregator, uint256 round, uint256 answer, uint256 at) private view {
        vm.assertEq(uint256(aggregator.getAnswer(round)), answer, "answer");
        vm.assertEq(aggregator.getTimestamp(round), at, "timestamp");
    }

    function test_latestAnswer_isGoneOnceItIsTooOld_roundDataIsNot() public {
        _publish(1, _word(_lane(300, 0, 0)));
        vm.warp(START + 3_600 + MAX_AGE);
        vm.assertEq(uint256(feed.latestAnswer()), 3e8);
        vm.warp(START + 3_600 + MAX_AGE + 1);
        vm.assertEq(uint256(feed.latestAnswer()), 0);
        vm.assertEq(feed.latestTimestamp(), START + 3_600);
        (, int256 answer, , , ) = feed.latestRoundData();
        vm.assertEq(uint256(answer), 3e8);
    }

    function test_latestAnswer_readsZeroWhereNothingIsKnown() public {
        vm.assertEq(uint256(feed.latestAnswer()), 0);
        vm.assertEq(feed.latestTimestamp(), 0);
        vm.assertEq(feed.latestRound(), 0);
        _publish(1, _word(_lane(300, 0, 0)));
        oracle.quarantine(1, new uint256[](0), "void");
        vm.assertEq(uint256(feed.latestAnswer()), 0);
        vm.assertEq(feed.latestTimestamp(), 0);
        vm.assertEq(feed.latestRound(), 1);
    }

    function test_RevertWhen_RoundIsNotKept() public {
        _expectNotKept(feed, 0);
        _publish(1, _word(_lane(300, 0, 0)));
        _publish(2, _word(_lane(300, 0, 0)));
        _expectNotKept(feed, 1);
        _expectNotKept(inverse, 3);
        _expectNotKept(inverse, type(uint80).max);
        oracle.quarantine(2, new uint256[](0), "void");
        _expectNotKept(inverse, 2);
        _publish(3, _word(_lane(300, 0, 0)));
        _expectNotKept(inverse, 2);
        (uint80 round, , , , ) = inverse.getRoundData(1);
        vm.assertEq(round, 1);
    }

    function _expectNotKept(ScoreAggregator aggregator, uint80 round) private {
        vm.expectRevert(abi.encodeWithSelector(ScoreAggregator.RoundNotKept.selector, round));
        aggregator.getRoundData(round);
    }

    function test_RevertWhen_SubjectHasNoScore() public {
        _publish(5, _word(_lane(300, 0, 0)));
        SubjectId other = SubjectId.wrap(keccak256("other"));
        ScoreAggregator lost = new ScoreAggregator(oracle, other, false, MAX_AGE);
        vm.expectRevert(abi.encodeWithSelector(ScoreAggregator.RoundNotKept.selector, 5));
        lost.latestRoundData();
        vm.assertEq(uint256(lost.latestAnswer()), 0);
        vm.assertEq(SubjectId.unwrap(lost.subject()), SubjectId.unwrap(other));
        oracle.retireSubject(venueId);
        vm.expectRevert(abi.encodeWithSelector(ScoreAggregator.RoundNotKept.selector, 5));
        feed.latestRoundData();
    }

    function test_RevertWhen_MaxAgeIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(ScoreAggregator.MaxAgeZero.selector));
        new ScoreAggregator(oracle, venueId, false, 0);
        vm.assertEq(feed.maxAge(), MAX_AGE);
    }
}
