// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Evidence} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";
import {Bps, Cx} from "../types/Units.sol";
import {LevelRule} from "../types/TargetConfig.sol";

/// @title LevelRules
/// @notice When evidence calls for a level, and when it still supports one; four rules in one word.
library LevelRules {
    /// @notice Packs the rules of Watch, NoNewLeverage, Throttle and Halt, 64 bits each, Watch lowest.
    function pack(LevelRule[4] memory rules) internal pure returns (uint256 word) {
        for (uint256 i; i < 4; ++i) {
            uint256 rule =
                uint256(Cx.unwrap(rules[i].enterLeverage)) |
                    (uint256(Cx.unwrap(rules[i].exitLeverage)) << 16) |
                    (uint256(Bps.unwrap(rules[i].enterLiquidationAtRisk)) << 32) |
                    (uint256(Bps.unwrap(rules[i].exitLiquidationAtRisk)) << 48);
            word |= rule << (64 * i);
        }
    }

    /// @notice The rule of `level`, which is not Normal.
    function ruleOf(uint256 word, Level level) internal pure returns (LevelRule memory) {
        uint256 rule = word >> (64 * (uint256(level) - 1));
        return
            LevelRule({
                enterLeverage: Cx.wrap(uint16(rule)),
                exitLeverage: Cx.wrap(uint16(rule >> 16)),
                enterLiquidationAtRisk: Bps.wrap(uint16(rule >> 32)),
                exitLiquidationAtRisk: Bps.wrap(uint16(rule >> 48))
            });
    }

    /// @notice Whether `evidence` calls for `level`.
    function enters(uint256 word, Level level, Evidence memory evidence) internal pure returns (bool) {
        LevelRule memory rule = ruleOf(word, level);
        return
            _supports(
                level,
                evidence,
                evidence.leverage >= rule.enterLeverage || evidence.liquidationAtRisk >= rule.enterLiquidationAtRisk
            );
    }

    /// @notice Whether `evidence` still supports `level`, once entered.
    function holds(uint256 word, Level level, Evidence memory evidence) internal pure returns (bool) {
        LevelRule memory rule = ruleOf(word, level);
        return
            _supports(
                level,
                evidence,
                evidence.leverage >= rule.exitLeverage || evidence.liquidationAtRisk >= rule.exitLiquidationAtRisk
            );
    }

    /// @dev Watch needs a threshold; NoNewLeverage a threshold or the advice; Throttle and Halt the advice *and* a threshold,
    /// or the advice alone where oracle and market disagree.
    function _supports(Level level, Evidence memory evidence, bool threshold) private pure returns (bool) {
        if (level == Level.Watch) return threshold;
        bool advised = evidence.advice + 1 >= uint8(level);
        if (level == Level.NoNewLeverage) return threshold || advised;
        return advised && (threshold || evidence.oracleGap);
    }
}
