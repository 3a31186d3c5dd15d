// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerInput, BreakerLib} from "../../contracts/libraries/BreakerLib.sol";
import {BreakerState, LevelMoves} from "../../contracts/libraries/LevelMoves.sol";
import {Level} from "../../contracts/types/Level.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {BreakerStates} from "./support/BreakerStates.sol";
import {bound, vm} from "./support/Vm.sol";

contract BreakerLibTest is BreakerStates {
    using BreakerLib for BreakerState;
    using LevelMoves for BreakerState;

    /* RISES: the level that each evidence supports from Normal, after enough confirmations */

    struct Row {
        uint16 leverage;
        uint16 atRisk;
        uint8 advice;
        bool oracleGap;
        Level level;
    }

    function _table() internal pure returns (Row[20] memory) {
        return
            [
                // below every threshold, the advice decides no more than NoNewLeverage
                Row(124, 999, 0, false, Level.Normal),
                Row(124, 999, 1, false, Level.NoNewLeverage),
                Row(124, 999, 2, false, Level.NoNewLeverage),
                Row(124, 999, 3, false, Level.NoNewLeverage),
                // a threshold alone reaches NoNewLeverage at most
                Row(125, 0, 0, false, Level.Watch),
                Row(100, 1_000, 0, false, Level.Watch),
                Row(142, 1_999, 0, false, Level.Watch),
                Row(143, 0, 0, false, Level.NoNewLeverage),
                Row(100, 2_000, 0, false, Level.NoNewLeverage),
                Row(65_535, 10_000, 0, false, Level.NoNewLeverage),
                Row(65_535, 10_000, 1, false, Level.NoNewLeverage),
                // Throttle and Halt need both
                Row(160, 0, 2, false, Level.Throttle),
                Row(100, 3_000, 2, false, Level.Throttle),
                Row(159, 2_999, 2, false, Level.NoNewLeverage),
                Row(200, 5_000, 2, false, Level.Throttle),
                Row(199, 4_999, 3, false, Level.Throttle),
                Row(200, 0, 3, false, Level.Halt),
                Row(100, 5_000, 3, false, Level.Halt),
                // an oracle gap makes the advice enough
                Row(100, 0, 2, true, Level.Throttle),
                Row(100, 0, 3, true, Level.Halt)
            ];
    }

    function test_next_risesAsTheTableSays() public pure {
        Row[20] memory table = _table();
        for (uint256 i; i < table.length; ++i) {
            BreakerState memory s = _start();
            for (uint48 epoch = 1; epoch <= 2; ++epoch) {
                BreakerInput memory input = _input(epoch, table[i].leverage, table[i].atRisk, table[i].advice);
                input.evidence.oracleGap = table[i].oracleGap;
                _go(s, input);
            }
            vm.assertEq(uint256(s.target.level), uint256(table[i].level));
        }
    }

    function test_next_needsConfirmationsForThrottleAndHalt() public pure {
        BreakerState memory s = _start();
        _assertLevel(_go(s, _input(1, 200, 0, 3)), Level.NoNewLeverage, "one epoch is not enough");
        _assertLevel(_go(s, _input(2, 200, 0, 3)), Level.Halt, "two are");
    }

    function test_next_startsCountingOverWhenAnEpochDoesNotConfirm() public pure {
        BreakerState memory s = _start();
        _go(s, _input(1, 200, 0, 3));
        _go(s, _input(2, 130, 0, 0));
        _assertLevel(_go(s, _input(3, 200, 0, 3)), Level.NoNewLeverage, "interrupted");
        _assertLevel(_go(s, _input(4, 200, 0, 3)), Level.Halt, "confirmed");
    }

    function test_next_countsAnEpochOnce() public pure {
        BreakerState memory s = _start();
        BreakerInput memory input = _input(1, 200, 0, 3);
        for (uint48 i; i < 5; ++i) {
            input.blockNumber += 1;
            _assertLevel(_go(s, input), Level.NoNewLeverage, "same epoch");
        }
    }

    function test_next_countsNoTwoEpochsInOneBlock() public pure {
        BreakerState memory s = _start();
        BreakerInput memory first = _input(1, 200, 0, 3);
        BreakerInput memory second = _input(2, 200, 0, 3);
        second.blockNumber = first.blockNumber;
        _go(s, first);
        _assertLevel(_go(s, second), Level.NoNewLeverage, "same block");
        second.blockNumber += 1;
        _assertLevel(_go(s, second), Level.Halt, "the same epoch counts in the next block");
    }

    function test_next_movesNothingOnUnknownOrStaleEvidence() public pure {
        BreakerState memory s = _start();
        BreakerInput memory input = _input(1, 200, 0, 3);
        input.evidence.known = false;
        _assertLevel(_go(s, input), Level.Normal, "unknown");
        input.evidence.known = true;
        input.evidence.observedAt = uint48(NOW + TEN_MINUTES - 1 hours - 1);
        _assertLevel(_go(s, input), Level.Normal, "stale");
        input.evidence.observedAt += 1;
        _assertLevel(_go(s, input), Level.NoNewLeverage, "just in time");
    }

    /* FALLS */

    function test_next_fallsOneLevelAtATime() public pure {
        BreakerState memory s = _at(Level.Halt);
        _assertLevel(_go(s, _input(2, 100, 0, 0)), Level.Throttle, "from Halt");
        _assertLevel(_go(s, _input(3, 100, 0, 0)), Level.Throttle, "dwell");
        _assertLevel(_go(s, _input(4, 100, 0, 0)), Level.NoNewLeverage, "from Throttle");
        _assertLevel(_go(s, _input(6, 100, 0, 0)), Level.Watch, "from NoNewLeverage");
        _assertLevel(_go(s, _input(8, 100, 0, 0)), Level.Normal, "from Watch");
        vm.assertEq(s.target.until, 0);
    }

    function test_next_staysBetweenExitAndEnter() public pure {
        uint16[4] memory exits = [uint16(120), 138, 155, 195];
        for (uint8 i; i < 4; ++i) {
            Level level = Level(i + 1);
            uint8 advice = level > Level.NoNewLeverage ? i : 0;
            _assertLevel(_go(_at(level), _input(3, exits[i], 0, advice)), level, "at the exit threshold");
            _assertLevel(_go(_at(level), _input(3, exits[i] - 1, 0, advice)), Level(i), "below it");
        }
    }

    function test_next_fallsFromPausesWhenTheAdviceGoes() public pure {
        _assertLevel(_go(_at(Level.Halt), _input(3, 300, 9_000, 2)), Level.Throttle, "Halt needs advice 3");
        _assertLevel(
            _go(_at(Level.Throttle), _input(3, 300, 9_000, 1)),
            Level.NoNewLeverage,
            "Throttle needs advice 2"
        );
    }

    function test_next_doesNotFallBeforeItsDwell() public pure {
        BreakerState memory s = _at(Level.Watch);
        s.ledger.dwellSince = uint40(NOW + 2 * TEN_MINUTES - 15 minutes + 1);
        _assertLevel(_go(s, _input(2, 100, 0, 0)), Level.Watch, "a second early");
        s.ledger.dwellSince -= 1;
        _assertLevel(_go(s, _input(2, 100, 0, 0)), Level.Normal, "on time");
    }

    function test_next_doesNotFallOnEvidenceFromBeforeTheLevel() public pure {
        BreakerState memory s = _at(Level.Watch);
        BreakerInput memory input = _input(2, 100, 0, 0);
        input.evidence.observedAt = s.ledger.dwellSince;
        _assertLevel(_go(s, input), Level.Watch, "observed before");
        input.evidence.observedAt += 1;
        _assertLevel(_go(s, input), Level.Normal, "observed after");
    }

    function test_next_doesNotFallBelowMinCoverageButRises() public pure {
        BreakerInput memory input = _input(3, 100, 0, 0);
        input.evidence.coverage = Bps.wrap(8_999);
        _assertLevel(_go(_at(Level.Watch), input), Level.Watch, "no fall");
        input = _input(3, 143, 0, 0);
        input.evidence.coverage = Bps.wrap(0);
        _assertLevel(_go(_at(Level.Watch), input), Level.NoNewLeverage, "a rise");
    }

    function testFuzz_next_fallsByAtMostOne(uint256 seed) public pure {
        Level from = Level(bound(seed, 0, 4));
        BreakerState memory s = _at(from);
        uint48 epoch = uint48(bound(seed >> 8, 1, 10));
        BreakerInput memory input = _input(
            epoch,
            uint16(bound(seed >> 16, 100, 300)),
            uint16(bound(seed >> 32, 0, 10_000)),
            uint8(bound(seed >> 48, 0, 3))
        );
        Level to = _go(s, input);
        vm.assertTrue(to >= from || uint8(from) - uint8(to) == 1);
        vm.assertTrue(to <= Level.Watch || s.target.until > NOW + TEN_MINUTES * epoch);
    }

    /* EXPIRY AND RENEWAL */

    function test_expire_dropsToWatchAtTheTimestamp() public pure {
        for (uint8 i = 2; i <= 4; ++i) {
            BreakerState memory s = _at(Level(i));
            uint256 until = s.target.until;
            vm.assertFalse(s.expire(until - 1));
            _assertLevel(s.target.level, Level(i), "before");
            vm.assertTrue(s.expire(until));
            _assertLevel(s.target.level, Level.Watch, "at");
            vm.assertEq(s.ledger.dwellSince, until);
            vm.assertEq(s.target.until + s.target.noNewLeverageUntil, 0);
        }
        vm.assertFalse(_at(Level.Watch).expire(type(uint40).max));
    }

    function test_expire_dropsToNoNewLeverageWhileThatRuns() public pure {
        for (uint8 i = 3; i <= 4; ++i) {
            BreakerState memory s = _at(Level(i));
            uint40 until = s.target.until;
            s.target.noNewLeverageUntil = until + 100;
            vm.assertTrue(s.expire(until + 200));
            _assertLevel(s.target.level, Level.NoNewLeverage, "the pause");
            vm.assertEq(s.ledger.dwellSince, until);
            vm.assertEq(s.target.until, until + 100);
            vm.assertTrue(s.expire(until + 200));
            _assertLevel(s.target.level, Level.Watch, "what it ended in");
            vm.assertEq(s.ledger.dwellSince, until + 100);
            vm.assertFalse(s.expire(until + 200));
        }
    }

    function test_expire_startsOnlyTheScoresOwnPausesOver() public pure {
        BreakerState memory s = _at(Level.Throttle);
        s.ledger.confirmations = 0xa5;
        s.expire(NOW + 2 hours);
        vm.assertEq(s.ledger.confirmations, 0xa5);
        s = _at(Level.Throttle);
        (s.ledger.confirmations, s.ledger.byScores) = (0xa5, true);
        s.expire(NOW + 2 hours);
        vm.assertEq(s.ledger.confirmations, 0x05);
    }

    function test_next_renewsNoNewLeverageButNoPause() public pure {
        uint16[3] memory leverage = [uint16(143), 160, 200];
        for (uint8 i; i < 3; ++i) {
            Level level = Level(i + 2);
            BreakerState memory s = _at(level);
            _go(s, _input(3, leverage[i], 0, i + 1));
            uint256 renewed = NOW + 3 * TEN_MINUTES + 12 hours;
            vm.assertEq(s.target.noNewLeverageUntil, renewed);
            vm.assertEq(s.target.until, level == Level.NoNewLeverage ? renewed : NOW + 2 hours);
        }
    }

    function test_next_renewsNothingOnEvidenceThatDoesNotHold() public pure {
        BreakerState memory s = _at(Level.Halt);
        _go(s, _input(3, 137, 0, 0));
        _assertLevel(s.target.level, Level.Throttle, "lowered");
        vm.assertEq(s.target.noNewLeverageUntil, NOW + 2 hours);
    }

    function test_next_pausesAgainOnlyOnNewConfirmations() public pure {
        BreakerState memory s = _start();
        _go(s, _input(1, 200, 0, 3));
        _go(s, _input(2, 200, 0, 3));
        // Halt from 20 to 50 minutes. The epoch at 50 minutes finds it over.
        _assertLevel(_go(s, _input(4, 200, 0, 3)), Level.Halt, "in force");
        _assertLevel(_go(s, _input(5, 200, 0, 3)), Level.NoNewLeverage, "over: one confirmation");
        _assertLevel(_go(s, _input(6, 200, 0, 3)), Level.Halt, "two");
    }

    /* BUDGET */

    function test_next_reservesHaltAndGrace() public pure {
        BreakerState memory s = _start();
        _go(s, _input(1, 200, 0, 3));
        _go(s, _input(2, 200, 0, 3));
        vm.assertEq(s.target.until, NOW + 2 * TEN_MINUTES + 30 minutes);
        vm.assertEq(s.target.graceUntil, NOW + 2 * TEN_MINUTES + 40 minutes);
        vm.assertEq(s.ledger.budgetSeconds, 6 hours - 40 minutes);
    }

    function test_next_pausesForWhatIsLeft() public pure {
        BreakerState memory s = _start();
        s.ledger.budgetAt = uint48(NOW + 2 * TEN_MINUTES);
        s.ledger.budgetSeconds = 25 minutes;
        BreakerInput memory second = _input(2, 200, 0, 3);
        s.ledger.confirmations = 1 << 6;
        _assertLevel(_go(s, second), Level.Halt, "what is left");
        vm.assertEq(s.target.until, NOW + 2 * TEN_MINUTES + 15 minutes);
        vm.assertEq(s.ledger.budgetSeconds, 0);
    }

    function test_next_fallsBackWhenTheBudgetIsShort() public pure {
        BreakerState memory s = _start();
        s.ledger.budgetAt = uint48(NOW + 2 * TEN_MINUTES);
        s.ledger.budgetSeconds = 14 minutes;
        s.ledger.confirmations = (1 << 6) | (1 << 4);
        _assertLevel(_go(s, _input(2, 200, 0, 3)), Level.Throttle, "less than grace and the shortest pause");
        vm.assertEq(s.target.until, NOW + 2 * TEN_MINUTES + 14 minutes);

        s = _start();
        s.ledger.budgetAt = uint48(NOW + 2 * TEN_MINUTES);
        s.ledger.budgetSeconds = 4 minutes;
        s.ledger.confirmations = (1 << 6) | (1 << 4);
        _assertLevel(_go(s, _input(2, 200, 0, 3)), Level.NoNewLeverage, "less than the shortest pause");
        vm.assertEq(s.ledger.budgetSeconds, 4 minutes);
    }

    function test_next_givesBackWhatAThrottleDidNotUse() public pure {
        BreakerState memory s = _start();
        _go(s, _input(1, 160, 0, 2));
        _go(s, _input(2, 160, 0, 2));
        vm.assertEq(s.ledger.budgetSeconds, 6 hours - 90 minutes);
        // 20 minutes later: 70 are given back, 5 have come back (a quarter of 20).
        _assertLevel(_go(s, _input(4, 100, 0, 0)), Level.NoNewLeverage, "lowered");
        vm.assertEq(s.ledger.budgetSeconds, 6 hours - 90 minutes + 70 minutes + 5 minutes);
    }

    function test_next_fromHaltToThrottleTakesNothingMore() public pure {
        BreakerState memory s = _start();
        _go(s, _input(1, 200, 0, 3));
        _go(s, _input(2, 200, 0, 3));
        _assertLevel(_go(s, _input(4, 165, 0, 2)), Level.Throttle, "lowered");
        vm.assertEq(s.target.until, NOW + 2 * TEN_MINUTES + 40 minutes);
        vm.assertEq(s.target.graceUntil, 0);
        vm.assertEq(s.ledger.budgetSeconds, 6 hours - 40 minutes);
    }

    function test_next_fromThrottleToHaltGivesTheThrottleBack() public pure {
        BreakerState memory s = _start();
        _go(s, _input(1, 160, 0, 2));
        _go(s, _input(2, 160, 0, 2));
        _go(s, _input(3, 200, 0, 3));
        _assertLevel(_go(s, _input(4, 200, 0, 3)), Level.Halt, "raised");
        // Taken 90 minutes, 20 of them used; 5 came back; then 40 for the Halt.
        vm.assertEq(s.ledger.budgetSeconds, 6 hours - 20 minutes + 5 minutes - 40 minutes);
    }
}
