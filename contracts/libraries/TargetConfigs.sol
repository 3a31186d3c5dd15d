// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {Level} from "../types/Level.sol";
import {Bps} from "../types/Units.sol";
import {FLOOR_UNIT} from "./GuardWords.sol";
import {SHORTEST_PAUSE} from "./LevelMoves.sol";
import {LevelRule, TargetConfig, TargetTerms} from "../types/TargetConfig.sol";

/// @title TargetConfigs
/// @notice What a target's configuration may be.
library TargetConfigs {
    uint32 internal constant LONGEST_HALT = 4 hours;
    uint32 internal constant LONGEST_THROTTLE = 24 hours;
    uint32 internal constant LONGEST_NO_NEW_LEVERAGE = 7 days;
    uint32 internal constant LONGEST_GRACE = 1 hours;
    uint32 internal constant LONGEST_BUDGET = 24 hours;
    uint24 internal constant LONGEST_WINDOW = 24 hours;
    uint64 internal constant FLOOR_MIN = 0.9e18;
    uint64 internal constant FLOOR_MAX = 1e18;

    /// @notice Reverts with {ICircuitBreaker.TargetConfigInvalid} unless `config` is acceptable.
    function check(TargetConfig calldata config) internal pure {
        _checkRules(config);
        _checkTerms(config.terms);
        _require(
            config.healthFactorFloor >= FLOOR_MIN &&
                config.healthFactorFloor <= FLOOR_MAX &&
                config.healthFactorFloor % FLOOR_UNIT == 0,
            ICircuitBreaker.ConfigFault.FloorOutOfRange
        );
        _require(config.maxAge != 0, ICircuitBreaker.ConfigFault.MaxAgeZero);
        _require(
            config.throttleCapacity != 0 && config.throttleWindow != 0 && config.throttleWindow <= LONGEST_WINDOW,
            ICircuitBreaker.ConfigFault.ThrottleOutOfRange
        );
    }

    /// @notice How long a guardian may raise to `level`; Watch has no end. A pause that follows another, of which `prepaid`
    /// seconds are left, may not end before it, its own `grace` included, unless it is of the longest.
    function tripBounds(
        Level level,
        uint256 grace,
        uint256 prepaid
    ) internal pure returns (uint256 shortest, uint256 longest) {
        if (level < Level.NoNewLeverage) return (0, 0);
        if (level == Level.NoNewLeverage) return (1, LONGEST_NO_NEW_LEVERAGE);
        longest = level == Level.Halt ? LONGEST_HALT : LONGEST_THROTTLE;
        shortest = prepaid > grace + SHORTEST_PAUSE ? prepaid - grace : SHORTEST_PAUSE;
        if (shortest > longest) shortest = longest;
    }

    function _checkRules(TargetConfig calldata config) private pure {
        for (uint256 i; i < 4; ++i) {
            LevelRule calldata rule = config.rules[i];
            _require(
                rule.exitLeverage < rule.enterLeverage && rule.exitLiquidationAtRisk < rule.enterLiquidationAtRisk,
                ICircuitBreaker.ConfigFault.ExitNotBelowEnter
            );
            if (i == 0) continue;
            LevelRule calldata below = config.rules[i - 1];
            _require(
                rule.enterLeverage >= below.enterLeverage &&
                    rule.enterLiquidationAtRisk >= below.enterLiquidationAtRisk,
                ICircuitBreaker.ConfigFault.EnterNotAscending
            );
        }
    }

    function _checkTerms(TargetTerms calldata terms) private pure {
        for (uint256 i; i < 4; ++i) {
            _require((terms.confirmations >> (2 * i)) & 3 != 0, ICircuitBreaker.ConfigFault.ConfirmationsZero);
        }
        _require(
            terms.noNewLeverageSeconds != 0 &&
                terms.noNewLeverageSeconds <= LONGEST_NO_NEW_LEVERAGE &&
                terms.throttleSeconds >= SHORTEST_PAUSE &&
                terms.throttleSeconds <= LONGEST_THROTTLE &&
                terms.haltSeconds >= SHORTEST_PAUSE &&
                terms.haltSeconds <= LONGEST_HALT &&
                terms.graceSeconds <= LONGEST_GRACE &&
                terms.minDwell <= LONGEST_THROTTLE,
            ICircuitBreaker.ConfigFault.DurationOutOfRange
        );
        _require(
            terms.budgetCapacity >= uint256(terms.haltSeconds) + terms.graceSeconds &&
                terms.budgetCapacity <= LONGEST_BUDGET &&
                terms.budgetRefillPerDay < 1 days,
            ICircuitBreaker.ConfigFault.BudgetOutOfRange
        );
        _require(Bps.unwrap(terms.minCoverage) <= 10_000, ICircuitBreaker.ConfigFault.CoverageAboveOne);
    }

    function _require(bool condition, ICircuitBreaker.ConfigFault fault) private pure {
        require(condition, ICircuitBreaker.TargetConfigInvalid(fault));
    }
}
