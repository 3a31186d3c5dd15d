import type { Bps, Cx } from "../units.js";
import type { Lane } from "./lane.js";

/** 0 Normal, 1 Watch, 2 NoNewLeverage, 3 Throttle, 4 Halt. Mirrors contracts/types/Level.sol. */
export type Level = 0 | 1 | 2 | 3 | 4;

/** When one level is entered and when it is left. Mirrors contracts/types/TargetConfig.sol. */
export interface LevelRule {
  readonly enterLeverage: Cx;
  readonly exitLeverage: Cx;
  readonly enterLiquidationAtRisk: Bps;
  readonly exitLiquidationAtRisk: Bps;
}

/** Rules of Watch, NoNewLeverage, Throttle and Halt. */
export type LevelRules = readonly [LevelRule, LevelRule, LevelRule, LevelRule];

/** What the breaker has stored of a target's level: of structs `TargetState` and `TargetLedger`, times in unix seconds. */
export interface StoredLevel {
  readonly level: Level;
  readonly until: number;
  readonly noNewLeverageUntil: number;
  readonly dwellSince: number;
}

/**
 * The level in force at `now`, and since when: a pause that is over is NoNewLeverage while that runs, everything else Watch.
 * **Source.** contracts/libraries/GuardWords.sol `levelAt`, shadow mode aside; LevelMoves.sol `expire`.
 */
export function levelInForce(stored: StoredLevel, now: number): { level: Level; dwellSince: number } {
  const { level, until, noNewLeverageUntil, dwellSince } = stored;
  if (level <= 1 || now < until) return { level, dwellSince };
  return now < noNewLeverageUntil ? { level: 2, dwellSince: until } : { level: 1, dwellSince: noNewLeverageUntil };
}

/** What the oracle would say of a target. */
export interface TargetEvidence {
  readonly lane: Lane;
  readonly oracleGap: boolean;
}

/** Whether `evidence` calls for `level`, which is not Normal. **Source.** contracts/libraries/LevelRules.sol `enters`. */
export function entersLevel(rules: LevelRules, level: Exclude<Level, 0>, evidence: TargetEvidence): boolean {
  const rule = rules[levelIndex(level)];
  const { leverage, liquidationAtRisk } = evidence.lane;
  return supports(level, evidence, leverage >= rule.enterLeverage || liquidationAtRisk >= rule.enterLiquidationAtRisk);
}

/** Whether `evidence` still supports `level`, once entered. **Source.** contracts/libraries/LevelRules.sol `holds`. */
export function holdsLevel(rules: LevelRules, level: Exclude<Level, 0>, evidence: TargetEvidence): boolean {
  const rule = rules[levelIndex(level)];
  const { leverage, liquidationAtRisk } = evidence.lane;
  return supports(level, evidence, leverage >= rule.exitLeverage || liquidationAtRisk >= rule.exitLiquidationAtRisk);
}

function supports(level: Level, { lane, oracleGap }: TargetEvidence, threshold: boolean): boolean {
  if (level === 1) return threshold;
  const advised = lane.advice + 1 >= level;
  if (level === 2) return threshold || advised;
  return advised && (threshold || oracleGap);
}

function levelIndex(level: Exclude<Level, 0>): 0 | 1 | 2 | 3 {
  return (level - 1) as 0 | 1 | 2 | 3;
}
