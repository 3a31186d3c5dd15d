// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskOracle} from "../../contracts/RiskOracle.sol";
import {Header, Score, ScoreStatus} from "../../contracts/types/Score.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {vm} from "../contracts/support/Vm.sol";
import {Fields, LaneModel} from "./LaneModel.sol";
import {OracleHandler} from "./OracleHandler.t.sol";

/// hardhat-config: invariant.runs = 16
/// hardhat-config: invariant.depth = 200
contract RiskOracleInvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Basis points times seconds of an hour, and how far a tick may be ahead: 2 % of the value.
    uint256 internal constant RATE_ONE = 36_000_000;
    uint256 internal constant TICK_SHARE = RATE_ONE / 50;
    /// @dev Samples of a lane that are compared with its last one.
    uint256 internal constant WINDOWS = 6;

    OracleHandler internal handler;
    RiskOracle internal oracle;

    function setUp() public {
        handler = new OracleHandler();
        oracle = handler.target();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](7);
        targets[0].selectors[0] = handler.publish.selector;
        targets[0].selectors[1] = handler.publishWrong.selector;
        targets[0].selectors[2] = handler.replay.selector;
        targets[0].selectors[3] = handler.configure.selector;
        targets[0].selectors[4] = handler.quarantine.selector;
        targets[0].selectors[5] = handler.stranger.selector;
        targets[0].selectors[6] = handler.wait.selector;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_lanesReadAreTheLanesSignedAfterTheClamps() public view {
        uint256 count = handler.lastHeader().laneCount;
        for (uint16 i; i < count; ++i) {
            (Score memory score, uint48 observedAt) = oracle.scoreAt(i);
            vm.assertEq(_laneOf(score), handler.voided() ? 0 : handler.laneOf(i));
            vm.assertEq(observedAt, handler.lastHeader().observedAt);
        }
    }

    function invariant_eventsAloneGiveTheLanesBack() public view {
        uint256[] memory words = handler.eventWords();
        if (handler.voided()) return;
        for (uint16 i; i < handler.lastHeader().laneCount; ++i) {
            (Score memory score, ) = oracle.scoreAt(i);
            vm.assertEq(_laneOf(score), (words[i / 4] >> (64 * (i % 4))) & type(uint64).max);
        }
    }

    function invariant_noLaneEasesFasterThanTheRateOverAnyWindow() public view {
        for (uint256 i; i < handler.subjectCount(); ++i) {
            uint256 count = handler.sampleCount(i);
            if (count == 0) continue;
            (uint256 lane, uint256 at, uint256 changes) = handler.samples(i, count - 1);
            Fields memory last = LaneModel.split(lane);
            Fields memory largest = LaneModel.split(lane);
            for (uint256 back = 2; back <= count && back <= WINDOWS; ++back) {
                (uint256 earlier, uint256 since, uint256 changesThen) = handler.samples(i, count - back);
                Fields memory first = LaneModel.split(earlier);
                _widen(largest, first);
                // In basis points of the value times seconds; each rate has ticks of its own.
                uint256 most = handler.fastestRate() * (at - since) + TICK_SHARE * (1 + changes - changesThen);
                _assertEasedByAtMost(first, last, largest, most);
            }
        }
    }

    function _assertEasedByAtMost(
        Fields memory first,
        Fields memory last,
        Fields memory largest,
        uint256 most
    ) private pure {
        vm.assertLe(first.leverage, last.leverage + _part(largest.leverage, most));
        vm.assertLe(first.atRisk, last.atRisk + _part(largest.atRisk, most));
        if (first.rehypothecation != 0 && last.rehypothecation != 0)
            vm.assertLe(first.rehypothecation, last.rehypothecation + _part(largest.rehypothecation, most));
        if (first.ltv != 0 && last.ltv != 0) vm.assertLe(last.ltv, first.ltv + _part(largest.ltv, most));
    }

    function invariant_headerIsTheSystemLane() public view {
        Header memory header = oracle.header();
        vm.assertEq(Cx.unwrap(header.systemLeverage), handler.laneOf(0) & type(uint16).max);
        vm.assertEq(Bps.unwrap(header.systemLiquidationAtRisk), (handler.laneOf(0) >> 16) & type(uint16).max);
        if (handler.voided() || header.epoch == 0) return;
        (Score memory system, ) = oracle.scoreAt(0);
        vm.assertEq(Cx.unwrap(header.systemLeverage), Cx.unwrap(system.leverage));
        vm.assertEq(Bps.unwrap(header.systemLiquidationAtRisk), Bps.unwrap(system.liquidationAtRisk));
    }

    function invariant_epochsOnlyGrowAndEachReportCountsOnce() public view {
        Header memory header = oracle.header();
        vm.assertEq(header.epoch, handler.published());
        vm.assertEq(keccak256(abi.encode(header)), keccak256(abi.encode(handler.lastHeader())));
        vm.assertLe(header.epoch, header.observedBlock);
        vm.assertLe(header.observedAt, block.timestamp);
    }

    function invariant_pastHeadersAreAsTheyWereOrGone() public view {
        uint48 epoch = oracle.header().epoch;
        for (uint48 back; back < 4 && back < epoch; ++back) {
            // A recent one, and one at the end of the ring or beyond it.
            _assertAsItWasOrGone(epoch - back);
            if (epoch > 62 + back) _assertAsItWasOrGone(epoch - 62 - back);
        }
    }

    function _assertAsItWasOrGone(uint48 epoch) private view {
        Header memory seen = oracle.headerOf(epoch);
        if (seen.epoch == 0) vm.assertTrue(epoch + 62 < oracle.header().epoch || handler.quarantined() != 0);
        else vm.assertEq(keccak256(abi.encode(seen)), keccak256(abi.encode(handler.headerSeen(epoch))));
    }

    function invariant_unknownNeverReadsAsSmall() public view {
        for (uint256 i; i < handler.subjectCount(); ++i) {
            (SubjectId id, , bool retired) = handler.subjects(i);
            (ScoreStatus status, Score memory score, ) = oracle.tryScore(id);
            uint256 leverage = Cx.unwrap(score.leverage);
            vm.assertEq(status == ScoreStatus.Retired, retired);
            vm.assertEq(status == ScoreStatus.Known, leverage != 0);
            if (status != ScoreStatus.Known) vm.assertEq(_laneOf(score), 0);
            else vm.assertGe(leverage, 100);
            if (handler.voided()) vm.assertTrue(status != ScoreStatus.Known);
        }
    }

    function invariant_indexesAreNeverUsedAgain() public view {
        vm.assertEq(oracle.laneCount(), handler.subjectCount());
        for (uint16 i; i < handler.subjectCount(); ++i) {
            (SubjectId id, , ) = handler.subjects(i);
            vm.assertEq(oracle.indexOf(id), i);
            vm.assertEq(SubjectId.unwrap(oracle.subjectAt(i)), SubjectId.unwrap(id));
        }
    }

    function invariant_reportsNameTheConfigurationInForce() public view {
        vm.assertEq(oracle.configDigest(), handler.digestExpected());
    }

    function invariant_noCallGivesTheCallerARole() public view {
        vm.assertFalse(handler.strangerHasPower());
    }

    function afterInvariant() public view {
        vm.assertEq(handler.published() > 0, true, "published");
        vm.assertEq(handler.clamps() > 0, true, "clamps");
        vm.assertEq(handler.refused() > 0, true, "refused");
        vm.assertEq(handler.replays() > 0, true, "replays");
        vm.assertEq(handler.configured() > 0, true, "configured");
        vm.assertEq(handler.quarantined() > 0, true, "quarantined");
        vm.assertEq(handler.waits() > 0, true, "waits");
    }

    /// @dev The share `most`, in basis points times seconds of an hour, of `value`; of 1.00x or 1 % where it is below that.
    function _part(uint256 value, uint256 most) private pure returns (uint256) {
        return ((value > 100 ? value : 100) * most) / RATE_ONE + 1;
    }

    function _widen(Fields memory largest, Fields memory by) private pure {
        if (by.leverage > largest.leverage) largest.leverage = by.leverage;
        if (by.atRisk > largest.atRisk) largest.atRisk = by.atRisk;
        if (by.rehypothecation > largest.rehypothecation) largest.rehypothecation = by.rehypothecation;
        if (by.ltv > largest.ltv) largest.ltv = by.ltv;
    }

    function _laneOf(Score memory score) private pure returns (uint256) {
        return
            LaneModel.join(
                Fields(
                    Cx.unwrap(score.leverage),
                    Bps.unwrap(score.liquidationAtRisk),
                    Cx.unwrap(score.rehypothecation),
                    Bps.unwrap(score.borrowLtv),
                    score.advice
                )
            );
    }
}
