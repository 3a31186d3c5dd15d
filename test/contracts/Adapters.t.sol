// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AaveV3Sentinel} from "../../contracts/adapters/AaveV3Sentinel.sol";
import {ScoreAggregator} from "../../contracts/adapters/ScoreAggregator.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {vm} from "./support/Vm.sol";

contract AaveV3SentinelTest is BreakerFixture {
    AaveV3Sentinel internal sentinel;

    function setUp() public override {
        super.setUp();
        sentinel = new AaveV3Sentinel(address(breaker), venueId, 600, 1_800);
    }

    function _assertGates(bool borrow, bool liquidation) private view {
        vm.assertEq(sentinel.isBorrowAllowed(), borrow, "borrow");
        vm.assertEq(sentinel.isLiquidationAllowed(), liquidation, "liquidation");
    }

    function test_sentinel_followsTheLevel() public {
        _assertGates(true, true);
        _trip(Level.Watch, 0);
        _assertGates(true, true);
        _trip(Level.NoNewLeverage, 1 hours);
        _assertGates(false, true);
        _trip(Level.Halt, 1 hours);
        _assertGates(false, false);
    }

    function test_sentinel_throttlesByTime() public {
        uint256 cycle = ((uint256(START) / 1_800) + 1) * 1_800;
        vm.warp(cycle);
        _trip(Level.Throttle, 2 hours);
        for (uint256 i; i < 2; ++i) {
            _assertGates(false, true);
            vm.warp(cycle + 599);
            _assertGates(false, true);
            vm.warp(cycle + 600);
            _assertGates(false, false);
            vm.warp(cycle + 1_799);
            _assertGates(false, false);
            cycle += 1_800;
            vm.warp(cycle);
        }
    }

    function test_sentinel_throttlesDuringTheGrace() public {
        uint256 cycle = ((uint256(START) / 1_800) + 3) * 1_800;
        vm.warp(cycle + 800 - 1 hours);
        _trip(Level.Halt, 1 hours);
        vm.warp(cycle + 800);
        _assertGates(false, false);
        vm.warp(cycle + 800 + 10 minutes);
        _assertGates(true, true);
    }

    function test_sentinel_allowsWhenTheBreakerFails() public {
        _trip(Level.Halt, 1 hours);
        bytes[4] memory broken = [bytes(hex"5f5ffd"), hex"5b5f56", hex"621000005ff3", ""];
        for (uint256 i; i < broken.length; ++i) {
            vm.etch(address(breaker), broken[i]);
            _assertGates(true, true);
        }
    }

    function test_sentinel_declaresWhatItReaches() public view {
        vm.assertTrue(sentinel.capabilities().blocksBorrow && sentinel.capabilities().blocksLiquidation);
        vm.assertTrue(sentinel.capabilities().throttlesByTime && !sentinel.capabilities().throttlesByVolume);
        vm.assertFalse(sentinel.capabilities().blocksWithdrawal);
        vm.assertEq(sentinel.capabilities().hostFloor, 0.95e18);
    }

    function test_RevertWhen_DutyCycleIsInvalid() public {
        uint32[2][4] memory wrong = [[uint32(0), 600], [uint32(600), 600], [uint32(601), 600], [uint32(11), 1_200]];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(AaveV3Sentinel.DutyCycleInvalid.selector, wrong[i][0], wrong[i][1]));
            new AaveV3Sentinel(address(breaker), venueId, wrong[i][0], wrong[i][1]);
        }
        vm.assertEq(sentinel.openSeconds(), 600);
    }
}

contract ScoreAggregatorTest is BreakerFixture {
    ScoreAggregator internal feed;
    ScoreAggregator internal inverse;

    function setUp() public override {
        super.setUp();
        feed = new ScoreAggregator(oracle, venueId, false);
        inverse = new ScoreAggregator(oracle, systemId, true);
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
    }

    function test_latestRoundData_invertedRoundsDown() public {
        _publish(1, _word(_lane(300, 0, 0)));
        (, int256 answer, , , ) = inverse.latestRoundData();
        vm.assertEq(uint256(answer), 33_333_333);
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

    function test_RevertWhen_SubjectIsUnregistered() public {
        SubjectId other = SubjectId.wrap(keccak256("other"));
        ScoreAggregator lost = new ScoreAggregator(oracle, other, false);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SubjectUnregistered.selector, other));
        lost.latestRoundData();
        vm.assertEq(SubjectId.unwrap(lost.subject()), SubjectId.unwrap(other));
    }
}
