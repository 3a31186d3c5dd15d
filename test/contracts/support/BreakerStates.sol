// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerInput, BreakerLib} from "../../../contracts/libraries/BreakerLib.sol";
import {BreakerState, LevelMoves} from "../../../contracts/libraries/LevelMoves.sol";
import {LevelRules} from "../../../contracts/libraries/LevelRules.sol";
import {Evidence} from "../../../contracts/types/Breaker.sol";
import {Level} from "../../../contracts/types/Level.sol";
import {LevelRule} from "../../../contracts/types/TargetConfig.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";
import {vm} from "./Vm.sol";

/// @dev Rules: leverage 1.25 / 1.43 / 1.60 / 2.00 to enter, 0.05 less to leave; at risk 10 / 20 / 30 / 50 %, 1 % less.
/// Confirmations 1, 1, 2, 2. Throttle 90 min, Halt 30 min and 10 min of grace, dwell 15 min, budget 6 h and 6 h a day.
abstract contract BreakerStates {
    using BreakerLib for BreakerState;
    using LevelMoves for BreakerState;

    uint256 internal constant NOW = 1_000_000_000;
    uint256 internal constant TEN_MINUTES = 600;

    function _rules() internal pure returns (uint256) {
        uint16[4] memory leverage = [uint16(125), 143, 160, 200];
        uint16[4] memory atRisk = [uint16(1_000), 2_000, 3_000, 5_000];
        LevelRule[4] memory rules;
        for (uint256 i; i < 4; ++i) {
            rules[i] = LevelRule(
                Cx.wrap(leverage[i]),
                Cx.wrap(leverage[i] - 5),
                Bps.wrap(atRisk[i]),
                Bps.wrap(atRisk[i] - 100)
            );
        }
        return LevelRules.pack(rules);
    }

    function _input(
        uint48 epoch,
        uint16 leverage,
        uint16 atRisk,
        uint8 advice
    ) internal pure returns (BreakerInput memory input) {
        input.rules = _rules();
        input.terms.noNewLeverageSeconds = 12 hours;
        input.terms.throttleSeconds = 90 minutes;
        input.terms.haltSeconds = 30 minutes;
        input.terms.graceSeconds = 10 minutes;
        input.terms.minDwell = 15 minutes;
        input.terms.budgetCapacity = 6 hours;
        input.terms.budgetRefillPerDay = 6 hours;
        input.terms.confirmations = 1 | (1 << 2) | (2 << 4) | (2 << 6);
        input.terms.minCoverage = Bps.wrap(9_000);
        input.blockNumber = 100 * epoch;
        input.evidence = Evidence({
            known: true,
            epoch: epoch,
            observedAt: uint48(NOW + TEN_MINUTES * epoch - 10),
            leverage: Cx.wrap(leverage),
            liquidationAtRisk: Bps.wrap(atRisk),
            advice: advice,
            oracleGap: false,
            coverage: Bps.wrap(10_000)
        });
    }

    function _start() internal pure returns (BreakerState memory s) {
        s.target.maxAge = 1 hours;
        s.ledger.dwellSince = uint40(NOW);
        s.target.observedAt = uint40(NOW);
        s.ledger.budgetSeconds = 6 hours;
        s.ledger.budgetAt = uint48(NOW);
    }

    function _at(Level level) internal pure returns (BreakerState memory s) {
        s = _start();
        s.target.level = level;
        if (level > Level.Watch) s.target.until = s.target.noNewLeverageUntil = uint40(NOW + 2 hours);
    }

    function _go(BreakerState memory s, BreakerInput memory input) internal pure returns (Level) {
        s.next(input, NOW + TEN_MINUTES * input.evidence.epoch);
        return s.target.level;
    }

    function _assertLevel(Level seen, Level expected, string memory what) internal pure {
        vm.assertEq(uint256(seen), uint256(expected), what);
    }
}
