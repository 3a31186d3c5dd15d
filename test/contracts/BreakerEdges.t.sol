// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerInput, BreakerLib} from "../../contracts/libraries/BreakerLib.sol";
import {BreakerState} from "../../contracts/libraries/LevelMoves.sol";
import {Level} from "../../contracts/types/Level.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {BreakerStates} from "./support/BreakerStates.sol";
import {vm} from "./support/Vm.sol";

/// @dev Exactly at a bound, and what a transition that does not happen leaves alone.
contract BreakerEdgesTest is BreakerStates {
    using BreakerLib for BreakerState;

    uint40 internal constant THEN = uint40(NOW + 2 * TEN_MINUTES);

    /// @dev At `level`, with the budget at `left` when epoch 2 calls for Halt for the second time, and for all below it.
    function _short(Level level, uint40 left) private pure returns (BreakerState memory s) {
        s = _at(level);
        (s.ledger.budgetAt, s.ledger.budgetSeconds) = (THEN, left);
        s.ledger.confirmations = (1 << 6) | (1 << 4);
    }

    function test_next_countsUpToThree() public pure {
        BreakerState memory s = _start();
        uint8[4] memory counted = [uint8(0x55), 0xaa, 0xff, 0xff];
        for (uint48 i; i < 4; ++i) {
            _go(s, _input(i + 1, 200, 0, 3));
            vm.assertEq(s.ledger.confirmations, counted[i]);
        }
    }

    function test_next_countsAnEpochInABlockInWhichNothingCounted() public pure {
        BreakerState memory s = _start();
        BreakerInput memory second = _input(2, 125, 0, 0);
        second.blockNumber = 100;
        _assertLevel(_go(s, _input(1, 124, 0, 0)), Level.Normal, "nothing, in block 100");
        _assertLevel(_go(s, second), Level.Watch, "in the same block");
    }

    function test_next_keepsTheNewestObservation() public pure {
        BreakerState memory s = _start();
        s.target.observedAt = THEN - 5;
        // Observed ten seconds before.
        _go(s, _input(2, 100, 0, 0));
        vm.assertEq(s.target.observedAt, THEN - 5);
    }

    function test_next_holdsNoBorrowingAtWatch() public pure {
        BreakerState memory s = _at(Level.Watch);
        // Enough to stay at NoNewLeverage, not to enter it.
        _assertLevel(_go(s, _input(2, 140, 0, 0)), Level.Watch, "not entered");
        vm.assertEq(s.target.noNewLeverageUntil, 0);
    }

    function test_next_haltsForTheShortestPauseAndNoLess() public pure {
        BreakerState memory s = _short(Level.Normal, 15 minutes);
        _assertLevel(_go(s, _input(2, 200, 0, 3)), Level.Halt, "the grace and five minutes");
        vm.assertEq(s.target.until, THEN + 5 minutes);
        vm.assertEq(s.ledger.budgetSeconds, 0);
        s = _short(Level.Normal, 15 minutes - 1);
        _assertLevel(_go(s, _input(2, 200, 0, 3)), Level.Throttle, "a second less");
    }

    function test_next_leavesALevelAloneWhereTheBudgetReachesNoFurther() public pure {
        // A Throttle with 14 minutes left, which are enough for another Throttle only, and with 4, which are for none.
        for (uint40 left = 4 minutes; left <= 14 minutes; left += 10 minutes) {
            BreakerState memory s = _short(Level.Throttle, 0);
            s.target.until = THEN + left;
            _assertLevel(_go(s, _input(2, 200, 0, 3)), Level.Throttle, "no Halt");
            vm.assertEq(s.target.until, THEN + left);
            vm.assertEq(s.ledger.dwellSince, NOW);
            vm.assertFalse(s.ledger.byScores);
        }
    }

    function test_next_fallsAtMinCoverage() public pure {
        BreakerInput memory input = _input(3, 100, 0, 0);
        input.evidence.coverage = Bps.wrap(9_000);
        _assertLevel(_go(_at(Level.Watch), input), Level.Normal, "just enough");
    }
}
