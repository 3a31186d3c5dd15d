// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PauseBudget} from "../../contracts/libraries/PauseBudget.sol";
import {TargetLedger} from "../../contracts/types/Breaker.sol";
import {TargetTerms} from "../../contracts/types/TargetConfig.sol";
import {vm} from "./support/Vm.sol";

contract PauseBudgetTest {
    using PauseBudget for TargetLedger;

    uint48 internal constant START = 1_700_000_000;

    /// @dev A capacity of an hour, of which `left` seconds are left at the start.
    function _budget(
        uint40 left,
        uint32 refill
    ) private pure returns (TargetLedger memory ledger, TargetTerms memory terms) {
        (ledger.budgetAt, ledger.budgetSeconds) = (START, left);
        (terms.budgetCapacity, terms.budgetRefillPerDay) = (1 hours, refill);
    }

    function test_available_refillsByTheDayAndRoundsDown() public pure {
        (TargetLedger memory ledger, TargetTerms memory terms) = _budget(100, 3);
        // A third of a day for a second.
        uint24[6] memory elapsed = [uint24(0), 28_799, 28_800, 86_399, 86_400, 86_401];
        uint8[6] memory seconds_ = [0, 0, 1, 2, 3, 3];
        for (uint256 i; i < 6; ++i)
            vm.assertEq(ledger.available(terms, START + elapsed[i]), 100 + uint256(seconds_[i]));
    }

    function test_available_isNeverMoreThanTheCapacity() public pure {
        (TargetLedger memory ledger, TargetTerms memory terms) = _budget(3_599, 86_399);
        vm.assertEq(ledger.available(terms, START + 1), 3_599);
        vm.assertEq(ledger.available(terms, START + 2), 3_600);
        vm.assertEq(ledger.available(terms, START + 3), 3_600);
        // Nor after it was lowered.
        terms.budgetCapacity = 1_000;
        vm.assertEq(ledger.available(terms, START), 1_000);
    }

    function test_settle_givesBackUpToTheCapacityAndTakesWhatIsThere() public pure {
        // What is given back, what is taken, and what is left of 3000 seconds, to which none come.
        uint16[3][5] memory cases = [
            [uint16(500), 200, 3_300],
            [uint16(600), 0, 3_600],
            [uint16(700), 100, 3_500],
            [uint16(0), 3_000, 0],
            [uint16(0), 3_001, 0]
        ];
        for (uint256 i; i < 5; ++i) {
            (TargetLedger memory ledger, TargetTerms memory terms) = _budget(3_000, 0);
            ledger.settle(terms, cases[i][0], cases[i][1], START + 7);
            vm.assertEq(ledger.budgetSeconds, cases[i][2]);
            vm.assertEq(ledger.budgetAt, START + 7);
        }
    }
}
