// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerInput, BreakerLib} from "../../contracts/libraries/BreakerLib.sol";
import {BreakerState} from "../../contracts/libraries/LevelMoves.sol";
import {Level} from "../../contracts/types/Level.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {BreakerStates} from "./support/BreakerStates.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Every level against every class of input. What a column of the table does not lead to is impossible: the last two tests.
contract BreakerTransitionsTest is BreakerStates {
    using BreakerLib for BreakerState;

    /// @dev Epoch 3: half an hour after the start, past the dwell, an hour and a half before the end of any level.
    uint48 internal constant EPOCH = 3;
    uint256 internal constant THEN = NOW + 3 * TEN_MINUTES;

    /// @dev What is not as usual: a score that is known, fresh, new, observed since the level was entered, of all the market; a
    /// full budget; a dwell that is over; a level that runs for long.
    enum Twist {
        None,
        Unknown,
        Stale,
        OldEpoch,
        SameBlock,
        ObservedBefore,
        LowCoverage,
        NotDwelt,
        EmptyBudget,
        SmallBudget,
        OracleGap,
        Over,
        PauseOver,
        LongOver,
        PauseLongOver,
        OverByScores
    }

    struct Column {
        uint16 leverage;
        uint16 atRisk;
        uint8 advice;
        /// @dev Epochs that had already called for each level that needs two.
        uint8 counted;
        Twist twist;
        /// @dev The level afterwards, from Normal, Watch, NoNewLeverage, Throttle and Halt.
        bytes5 to;
    }

    function _evidenceColumns() private pure returns (Column[21] memory) {
        return
            [
                // nothing calls for anything: down by one
                Column(100, 0, 0, 0, Twist.None, "00123"),
                Column(119, 799, 0, 1, Twist.None, "00123"),
                // between leaving and entering a level
                Column(122, 0, 0, 1, Twist.None, "01123"),
                Column(140, 0, 0, 1, Twist.None, "11223"),
                Column(157, 0, 2, 1, Twist.None, "22233"),
                Column(197, 0, 3, 1, Twist.None, "33334"),
                // a threshold alone
                Column(125, 0, 0, 1, Twist.None, "11123"),
                Column(100, 1_000, 0, 1, Twist.None, "11123"),
                Column(143, 0, 0, 1, Twist.None, "22223"),
                Column(100, 2_000, 0, 1, Twist.None, "22223"),
                Column(65_535, 10_000, 0, 3, Twist.None, "22223"),
                // advice alone
                Column(100, 0, 1, 1, Twist.None, "22223"),
                Column(100, 0, 3, 3, Twist.None, "22223"),
                // both, once and confirmed
                Column(160, 0, 2, 0, Twist.None, "22233"),
                Column(160, 0, 2, 1, Twist.None, "33333"),
                Column(100, 3_000, 2, 1, Twist.None, "33333"),
                Column(200, 0, 3, 0, Twist.None, "22234"),
                Column(200, 0, 3, 1, Twist.None, "44444"),
                Column(100, 5_000, 3, 1, Twist.None, "44444"),
                // advice where the oracle and the market disagree
                Column(100, 0, 2, 1, Twist.OracleGap, "33333"),
                Column(100, 0, 3, 1, Twist.OracleGap, "44444")
            ];
    }

    function _twistColumns() private pure returns (Column[20] memory) {
        return
            [
                // no evidence: nothing moves
                Column(200, 0, 3, 1, Twist.Unknown, "01234"),
                Column(200, 0, 3, 1, Twist.Stale, "01234"),
                Column(100, 0, 0, 0, Twist.Unknown, "01234"),
                Column(100, 0, 0, 0, Twist.Stale, "01234"),
                // evidence that was counted before: no rise, but a fall
                Column(200, 0, 3, 1, Twist.OldEpoch, "01234"),
                Column(200, 0, 3, 1, Twist.SameBlock, "01234"),
                Column(100, 0, 0, 0, Twist.OldEpoch, "00123"),
                Column(100, 0, 0, 0, Twist.SameBlock, "00123"),
                // evidence that lowers nothing, but raises
                Column(100, 0, 0, 0, Twist.NotDwelt, "01234"),
                Column(100, 0, 0, 0, Twist.ObservedBefore, "01234"),
                Column(100, 0, 0, 0, Twist.LowCoverage, "01234"),
                Column(200, 0, 3, 1, Twist.LowCoverage, "44444"),
                // a budget that is short: what a pause in force gives back counts
                Column(200, 0, 3, 1, Twist.EmptyBudget, "22244"),
                Column(200, 0, 3, 1, Twist.SmallBudget, "33344"),
                // time that is up
                Column(100, 0, 0, 0, Twist.Over, "01111"),
                Column(100, 0, 0, 0, Twist.PauseOver, "01222"),
                Column(100, 0, 0, 0, Twist.LongOver, "00000"),
                Column(100, 0, 0, 0, Twist.PauseLongOver, "00111"),
                // the scores begin a pause of theirs again only on new confirmations, a guardian's at once
                Column(200, 0, 3, 1, Twist.OverByScores, "44422"),
                Column(200, 0, 3, 1, Twist.LongOver, "44444")
            ];
    }

    function _state(Level from, Column memory c) private pure returns (BreakerState memory s) {
        s = _at(from);
        s.target.maxAge = 2 hours;
        s.ledger.confirmations = (c.counted << 4) | (c.counted << 6);
        Twist twist = c.twist;
        if (twist == Twist.OldEpoch) s.ledger.lastEpoch = EPOCH;
        if (twist == Twist.SameBlock) s.ledger.confirmedBlock = 100 * EPOCH;
        if (twist == Twist.EmptyBudget || twist == Twist.SmallBudget) {
            s.ledger.budgetAt = uint48(THEN);
            // Less than a Halt, its grace and the shortest pause need; enough for a Throttle.
            s.ledger.budgetSeconds = twist == Twist.EmptyBudget ? 0 : 14 minutes;
        }
        s.ledger.byScores = twist == Twist.OverByScores;
        if (from > Level.Watch) _end(s, twist);
    }

    function _end(BreakerState memory s, Twist twist) private pure {
        bool pauses = s.target.level > Level.NoNewLeverage;
        if (twist == Twist.Over) s.target.until = s.target.noNewLeverageUntil = uint40(THEN);
        if (twist == Twist.LongOver || twist == Twist.OverByScores)
            s.target.until = s.target.noNewLeverageUntil = uint40(NOW + 1);
        if (twist == Twist.PauseOver && pauses) s.target.until = uint40(THEN);
        if (twist == Twist.PauseLongOver && pauses) s.target.until = uint40(NOW + 1);
    }

    function _evidence(Column memory c) private pure returns (BreakerInput memory input) {
        input = _input(EPOCH, c.leverage, c.atRisk, c.advice);
        Twist twist = c.twist;
        input.evidence.oracleGap = twist == Twist.OracleGap;
        if (twist == Twist.Unknown || twist == Twist.Over || twist == Twist.PauseOver) input.evidence.known = false;
        if (twist == Twist.Stale) input.evidence.observedAt = uint48(THEN - 2 hours - 1);
        if (twist == Twist.ObservedBefore) input.evidence.observedAt = uint48(NOW);
        if (twist == Twist.LowCoverage) input.evidence.coverage = Bps.wrap(8_999);
        if (twist == Twist.NotDwelt) input.terms.minDwell = 30 minutes + 1;
    }

    function _assertColumn(Column memory c, uint256 index) private pure {
        for (uint256 i; i < 5; ++i) {
            BreakerState memory s = _state(Level(i), c);
            s.next(_evidence(c), THEN);
            uint256 expected = uint8(c.to[i]) - 48;
            vm.assertEq(100 * index + 10 * i + uint256(s.target.level), 100 * index + 10 * i + expected);
        }
    }

    function test_next_goesWhereTheEvidenceSays() public pure {
        Column[21] memory columns = _evidenceColumns();
        for (uint256 i; i < columns.length; ++i) _assertColumn(columns[i], i);
    }

    function test_next_goesWhereTheCircumstancesLetIt() public pure {
        Column[20] memory columns = _twistColumns();
        for (uint256 i; i < columns.length; ++i) _assertColumn(columns[i], i);
    }

    /* WHAT IS ABSENT */

    /// @dev From each level to each, of a level whose time is not up: upwards anywhere, downwards by one.
    function _reachable() private pure returns (bytes5[5] memory) {
        return [bytes5("yyyyy"), "yyyyy", "-yyyy", "--yyy", "---yy"];
    }

    /// @dev The tables above reach every cell that can be reached, and no other.
    function test_next_reachesEveryCellOfTheMatrixAndNoOther() public pure {
        bool[5][5] memory seen;
        Column[21] memory columns = _evidenceColumns();
        for (uint256 i; i < columns.length; ++i) {
            for (uint256 from; from < 5; ++from) seen[from][uint8(columns[i].to[from]) - 48] = true;
        }
        // A level that stays: no evidence.
        for (uint256 level; level < 5; ++level) seen[level][level] = true;
        for (uint256 from; from < 5; ++from) {
            for (uint256 to; to < 5; ++to) vm.assertEq(seen[from][to], _reachable()[from][to] == "y");
        }
    }

    /// @dev Any input at all, to any level whose time is not up: no cell outside the matrix, and no move without its reason.
    function testFuzz_next_noMoveOutsideTheMatrixOrWithoutItsReason(uint256 seed) public pure {
        Column memory c;
        c.leverage = uint16(bound(seed, 0, 300));
        c.atRisk = uint16(bound(seed >> 16, 0, 7_000));
        c.advice = uint8(bound(seed >> 32, 0, 3));
        c.counted = uint8(bound(seed >> 40, 0, 3));
        c.twist = Twist(bound(seed >> 48, 0, uint256(Twist.OracleGap)));
        Level from = Level(bound(seed >> 56, 0, 4));
        BreakerState memory s = _state(from, c);
        BreakerInput memory input = _evidence(c);
        s.next(input, THEN);
        Level to = s.target.level;
        vm.assertTrue(_reachable()[uint256(from)][uint256(to)] == "y");
        if (to == from) return;
        vm.assertTrue(c.twist != Twist.Unknown && c.twist != Twist.Stale);
        if (to > from) _assertReasonToRise(c, to);
        else _assertReasonToFall(c, from);
    }

    function _assertReasonToRise(Column memory c, Level to) private pure {
        vm.assertTrue(c.twist != Twist.OldEpoch && c.twist != Twist.SameBlock);
        uint16[4] memory leverage = [uint16(125), 143, 160, 200];
        uint16[4] memory atRisk = [uint16(1_000), 2_000, 3_000, 5_000];
        uint256 i = uint256(to) - 1;
        bool threshold = c.leverage >= leverage[i] || c.atRisk >= atRisk[i];
        bool advised = c.advice >= i;
        if (to == Level.Watch) vm.assertTrue(threshold);
        else if (to == Level.NoNewLeverage) vm.assertTrue(threshold || advised);
        else vm.assertTrue(advised && (threshold || c.twist == Twist.OracleGap) && c.counted >= 1);
    }

    function _assertReasonToFall(Column memory c, Level from) private pure {
        vm.assertTrue(c.twist != Twist.NotDwelt && c.twist != Twist.ObservedBefore && c.twist != Twist.LowCoverage);
        uint16[4] memory leverage = [uint16(120), 138, 155, 195];
        uint16[4] memory atRisk = [uint16(900), 1_900, 2_900, 4_900];
        uint256 i = uint256(from) - 1;
        bool threshold = c.leverage >= leverage[i] || c.atRisk >= atRisk[i];
        bool advised = c.advice >= i;
        if (from == Level.Watch) vm.assertFalse(threshold);
        else if (from == Level.NoNewLeverage) vm.assertFalse(threshold || advised);
        else vm.assertFalse(advised && (threshold || c.twist == Twist.OracleGap));
    }
}
