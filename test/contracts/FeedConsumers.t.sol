// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ScoreAggregator} from "../../contracts/adapters/ScoreAggregator.sol";
import {KillSwitchHarness, SynthetixNodeHarness} from "./support/FeedConsumers.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {vm} from "./support/Vm.sol";

contract FeedConsumersTest is OracleFixture {
    /// @dev 1 over a leverage of 2.00x.
    uint256 private constant THRESHOLD = 0.5e8;

    KillSwitchHarness private killSwitch;
    SynthetixNodeHarness private node;
    ScoreAggregator private inverse;

    function setUp() public override {
        super.setUp();
        killSwitch = new KillSwitchHarness();
        node = new SynthetixNodeHarness();
        inverse = new ScoreAggregator(oracle, systemId, true, 2 hours);
    }

    function test_killSwitch_triggersFromTheThresholdOn() public {
        _publish(1, _word(_lane(199, 0, 0)));
        bytes memory above = abi.encodeWithSelector(
            KillSwitchHarness.PriceAboveThreshold.selector,
            50_251_256,
            THRESHOLD
        );
        vm.expectRevert(above);
        killSwitch.trigger(inverse, THRESHOLD);
        _publish(2, _word(_lane(200, 0, 0)));
        vm.assertEq(killSwitch.trigger(inverse, THRESHOLD), 0.5e8);
        _publish(3, _word(_lane(500, 0, 0)));
        vm.assertEq(killSwitch.trigger(inverse, THRESHOLD), 0.2e8);
    }

    function test_killSwitch_cannotBeTriggeredWithAScoreThatIsUnknownVoidedOrOld() public {
        bytes memory noAnswer = abi.encodeWithSelector(KillSwitchHarness.InvalidPrice.selector, 0);
        vm.expectRevert(noAnswer);
        killSwitch.trigger(inverse, THRESHOLD);
        _publish(1, _word(_lane(500, 0, 0)));
        vm.warp(START + 3_600 + 2 hours + 1);
        vm.expectRevert(noAnswer);
        killSwitch.trigger(inverse, THRESHOLD);
        _publish(4, _word(_lane(500, 0, 0)));
        oracle.quarantine(4, new uint256[](0), "void");
        vm.expectRevert(noAnswer);
        killSwitch.trigger(inverse, THRESHOLD);
    }

    function test_synthetixNode_averagesTheHistoryThatIsKept() public {
        vm.expectRevert(abi.encodeWithSelector(ScoreAggregator.RoundNotKept.selector, 0));
        node.isValid(inverse, 8);
        _publish(1, _word(_lane(200, 0, 0)));
        _publish(2, _word(_lane(250, 0, 0)));
        _publish(3, _word(_lane(400, 0, 0)));
        vm.assertTrue(node.isValid(inverse, 8));
        vm.assertFalse(node.isValid(inverse, 18));
        _assertAverage(10 hours, (0.5e8 + 0.4e8 + 0.25e8) / uint256(3), 3);
        _assertAverage(90 minutes, (0.4e8 + 0.25e8) / uint256(2), 2);
        _assertAverage(0, 0.25e8, 1);
    }

    function test_synthetixNode_endsItsHistoryAtAVoidedRound() public {
        _publish(1, _word(_lane(200, 0, 0)));
        _publish(2, _word(_lane(250, 0, 0)));
        oracle.quarantine(2, new uint256[](0), "void");
        _publish(3, _word(_lane(400, 0, 0)));
        _assertAverage(10 hours, 0.25e8, 1);
    }

    function _assertAverage(uint256 interval, uint256 mean, uint256 rounds) private view {
        (int256 answer, uint256 count) = node.average(inverse, interval);
        vm.assertEq(uint256(answer), mean, "mean");
        vm.assertEq(count, rounds, "rounds");
    }
}
