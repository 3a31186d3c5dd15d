// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LevelRules} from "../../contracts/libraries/LevelRules.sol";
import {Evidence} from "../../contracts/types/Breaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {LevelRule} from "../../contracts/types/TargetConfig.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

contract LevelRulesTest {
    using LevelRules for uint256;

    uint8 internal constant MOST_ADVICE = 3;

    /// @dev Enter at 1.50x or 20 %, leave below 1.40x and below 10 %: the same for every level.
    function _rules() private pure returns (uint256) {
        LevelRule memory rule = LevelRule(Cx.wrap(150), Cx.wrap(140), Bps.wrap(2_000), Bps.wrap(1_000));
        return LevelRules.pack([rule, rule, rule, rule]);
    }

    function _evidence(uint16 leverage, uint16 atRisk, uint8 advice) private pure returns (Evidence memory evidence) {
        (evidence.leverage, evidence.liquidationAtRisk) = (Cx.wrap(leverage), Bps.wrap(atRisk));
        evidence.advice = advice;
    }

    /// @dev At NoNewLeverage a threshold is enough, and so is the advice: without it, the thresholds alone decide.
    function _adviceFor(Level level) private pure returns (uint8) {
        return level > Level.NoNewLeverage ? MOST_ADVICE : 0;
    }

    function test_enters_fromEachThresholdOn() public pure {
        for (uint8 i = 1; i < 5; ++i) {
            uint8 advice = _adviceFor(Level(i));
            vm.assertFalse(_rules().enters(Level(i), _evidence(149, 1_999, advice)));
            vm.assertTrue(_rules().enters(Level(i), _evidence(150, 0, advice)));
            vm.assertTrue(_rules().enters(Level(i), _evidence(0, 2_000, advice)));
        }
    }

    function test_holds_fromEachThresholdOn() public pure {
        for (uint8 i = 1; i < 5; ++i) {
            uint8 advice = _adviceFor(Level(i));
            vm.assertFalse(_rules().holds(Level(i), _evidence(139, 999, advice)));
            vm.assertTrue(_rules().holds(Level(i), _evidence(140, 0, advice)));
            vm.assertTrue(_rules().holds(Level(i), _evidence(0, 1_000, advice)));
        }
    }

    /// @dev A gap of the oracle replaces a threshold for what needs the advice too; nothing else replaces one for Watch.
    function test_enters_anOracleGapIsAThresholdForPausesOnly() public pure {
        for (uint8 advice; advice <= MOST_ADVICE; ++advice) {
            Evidence memory evidence = _evidence(0, 0, advice);
            evidence.oracleGap = true;
            vm.assertFalse(_rules().enters(Level.Watch, evidence));
            vm.assertEq(_rules().enters(Level.NoNewLeverage, evidence), advice >= 1);
            vm.assertEq(_rules().enters(Level.Throttle, evidence), advice >= 2);
            vm.assertEq(_rules().enters(Level.Halt, evidence), advice >= 3);
        }
    }
}
