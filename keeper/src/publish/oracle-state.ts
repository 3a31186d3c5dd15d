import type { Interface } from "ethers";
import { ICircuitBreaker__factory, IRiskOracle__factory } from "../../../typechain-types/index.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import type { Advice } from "../model/assessment.js";
import type { Lane } from "../report/lane.js";
import { levelInForce, type Level, type LevelRule, type LevelRules, type StoredLevel } from "../report/level-rules.js";
import { bigToInt, type Address, type Bps, type Hex } from "../units.js";
import type { Published, TargetView } from "./policy.js";

/** Where our contracts are, and which targets we poke. */
export interface OracleSite {
  readonly oracle: Address;
  readonly breaker: Address;
  readonly targets: readonly Hex[];
}

/** What changes only together with the oracle's configDigest. */
export interface OracleConfig {
  readonly configDigest: Hex;
  readonly modelHash: Hex;
  /** Subjects by lane index. */
  readonly subjects: readonly Hex[];
  /** Ascending. */
  readonly signers: readonly Address[];
  readonly threshold: number;
  readonly maxReportAgeSec: number;
  readonly maxEase: Bps;
  readonly minCoverage: Bps;
}

/** Our own contracts at one block. */
export interface OracleState {
  readonly config: OracleConfig;
  readonly published: Published & { readonly observedBlock: number };
  readonly targets: readonly TargetView[];
}

const oracleAbi = IRiskOracle__factory.createInterface();
const breakerAbi = ICircuitBreaker__factory.createInterface();

/** Make a reader of our contracts that reads what only a new configDigest can change once for each configDigest. */
export function createOracleReader(site: OracleSite): (reader: BlockReader) => Promise<OracleState> {
  let known: OracleConfig | undefined;
  return async (reader) => {
    const ask = caller(reader, oracleAbi, site.oracle);
    const digest = ask("configDigest").then(([value]) => value as Hex);
    const rest = (config: OracleConfig) => readState(reader, site, config);
    const guess = known === undefined ? undefined : rest(known);
    guess?.catch(() => undefined);
    if (known === undefined || (await digest) !== known.configDigest) {
      known = await readConfig(ask, await digest);
      return rest(known);
    }
    return guess ?? rest(known);
  };
}

type Ask = (method: string, ...args: unknown[]) => Promise<unknown[]>;

function caller(reader: BlockReader, abi: Interface, to: Address): Ask {
  return async (method, ...args) => {
    const data = abi.encodeFunctionData(method, args) as Hex;
    return abi.decodeFunctionResult(method, await reader.call({ to, data })).toArray() as unknown[];
  };
}

async function readConfig(ask: Ask, configDigest: Hex): Promise<OracleConfig> {
  const [[modelHash], [laneCount], [members, threshold], [limits]] = await Promise.all([
    ask("modelHash"),
    ask("laneCount"),
    ask("signers"),
    ask("limits"),
  ]);
  const { maxReportAge, maxEase, minCoverage } = limits as Record<"maxReportAge" | "maxEase" | "minCoverage", bigint>;
  const indices = Array.from({ length: bigToInt(laneCount as bigint) }, (_, i) => i);
  const subjects = await Promise.all(indices.map(async (i) => (await ask("subjectAt", i))[0] as Hex));
  return {
    configDigest,
    modelHash: modelHash as Hex,
    subjects,
    signers: [...(members as Iterable<string>)].map((member) => member.toLowerCase() as Address),
    threshold: bigToInt(threshold as bigint),
    maxReportAgeSec: bigToInt(maxReportAge),
    maxEase: bigToInt(maxEase),
    minCoverage: bigToInt(minCoverage),
  };
}

async function readState(reader: BlockReader, site: OracleSite, config: OracleConfig): Promise<OracleState> {
  const ask = caller(reader, oracleAbi, site.oracle);
  const askBreaker = caller(reader, breakerAbi, site.breaker);
  const now = reader.block.timestamp;
  const [[header], lanes, targets] = await Promise.all([
    ask("header"),
    Promise.all(config.subjects.map(async (_, i) => toLane((await ask("scoreAt", i))[0]))),
    Promise.all(site.targets.map((subject) => readTarget(askBreaker, subject, { config, now }))),
  ]);
  const h = header as Record<"epoch" | "observedBlock" | "observedAt" | "flags", bigint>;
  return {
    config,
    published: {
      epoch: bigToInt(h.epoch),
      observedBlock: bigToInt(h.observedBlock),
      observedAt: bigToInt(h.observedAt),
      flags: bigToInt(h.flags),
      lanes,
    },
    targets,
  };
}

async function readTarget(
  ask: Ask,
  subject: Hex,
  { config, now }: { config: OracleConfig; now: number },
): Promise<TargetView> {
  const [stored, [rawConfig]] = await Promise.all([ask("stateOf", subject), ask("configOf", subject)]);
  const { rules, terms } = rawConfig as {
    rules: Iterable<Record<keyof LevelRule, bigint>>;
    terms: Record<"minDwell" | "minCoverage", bigint>;
  };
  const lane = config.subjects.indexOf(subject);
  return {
    subject,
    lane: lane < 0 ? undefined : lane,
    ...levelInForce(toStoredLevel(stored), now),
    minDwellSec: bigToInt(terms.minDwell),
    minCoverage: bigToInt(terms.minCoverage),
    rules: [...rules].map(toRule) as readonly LevelRule[] as LevelRules,
  };
}

function toStoredLevel([rawState, rawLedger]: readonly unknown[]): StoredLevel {
  const state = rawState as Record<"level" | "until" | "noNewLeverageUntil", bigint>;
  const ledger = rawLedger as Record<"dwellSince", bigint>;
  return {
    level: bigToInt(state.level) as Level,
    until: bigToInt(state.until),
    noNewLeverageUntil: bigToInt(state.noNewLeverageUntil),
    dwellSince: bigToInt(ledger.dwellSince),
  };
}

function toRule(rule: Record<keyof LevelRule, bigint>): LevelRule {
  return {
    enterLeverage: bigToInt(rule.enterLeverage),
    exitLeverage: bigToInt(rule.exitLeverage),
    enterLiquidationAtRisk: bigToInt(rule.enterLiquidationAtRisk),
    exitLiquidationAtRisk: bigToInt(rule.exitLiquidationAtRisk),
  };
}

function toLane(score: unknown): Lane {
  const s = score as Record<keyof Lane, bigint>;
  return {
    leverage: bigToInt(s.leverage),
    liquidationAtRisk: bigToInt(s.liquidationAtRisk),
    rehypothecation: bigToInt(s.rehypothecation),
    borrowLtv: bigToInt(s.borrowLtv),
    advice: bigToInt(s.advice) as Advice,
  };
}
