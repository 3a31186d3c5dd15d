import type { SystemState } from "../graph/system-state.js";
import type { AssetState, ForcedSale } from "../snapshot/snapshot.js";
import type { Advice } from "./assessment.js";
import { attribute, badDebtOf, soldByReserve, type Attribution } from "./attribution.js";
import type { Book } from "./book.js";
import type { Calibration } from "./calibration.js";
import { runCascade, type Cascade } from "./cascade.js";
import { impactRise, pressingSalesUsd } from "./forced-sales.js";
import { DECISION_RULES, MAX_PAUSE_SEC, oneSigma, pauseOutcomes, standstill, type PauseOutcome } from "./pause.js";
import { bootstrapShareBelow } from "./scenarios/bootstrap.js";
import { sumAt, within, type Scope } from "./scope.js";
import { exceedsThrottle, throttleUsdPerHour, type SalePressure } from "./throttle.js";

const DAY_SEC = 86_400;

/** Rows of MODEL 7.3 that go by the cliff, in daily standard deviations; and rho_eff of the lowest row. */
const WATCH = { rho: 0.2, cliffSigmas: 3 };
const NO_NEW_LEVERAGE_CLIFF_SIGMAS = 2;
/** Share of bootstrap draws in which a pause must lower bad debt. */
const PAUSE_CONFIDENCE = 0.95;
/** After a pause of T nobody should pause again for this many T. */
const COOLDOWN = 4;

/** What the decision rule looks at, for the whole system; {@link decide} reads one subject's part of it. */
export interface DecisionEvidence {
  readonly pressure: SalePressure;
  readonly badDebtNow: Attribution;
  /** Ascending by length; empty where no pause can help. */
  readonly pauses: readonly PauseOutcome[];
  /** Debt of accounts below health factor 1, and the part of it past LTV 1/(1+b). */
  readonly liquidatableDebt: Attribution;
  readonly toxicDebt: Attribution;
  /** Collateral and debt of every reserve, USD. */
  readonly heldUsd: Float64Array;
  readonly owedUsd: Float64Array;
  /** `Float64Array[R]`: market over venue price, less 1, with what recent liquidations press on the market undone. */
  readonly gapFrac: Float64Array;
}

/** One subject's row of MODEL 7.3. */
export interface Decision {
  readonly advice: Advice;
  /** For people: within advice 0, whether Watch rather than Normal; true wherever advice is more. */
  readonly watch: boolean;
  /** T*: 0 where a pause does not help for sure. Never above {@link MAX_PAUSE_SEC}. */
  readonly haltSec: number;
  /** How long nobody should pause again after that. */
  readonly cooldownSec: number;
  readonly throttleUsdPerHour: number;
}

/** What else a row depends on: measured elsewhere. */
export interface Measured {
  readonly leverageX: number;
  readonly atRiskFrac: number;
  /** s* in daily standard deviations: Infinity where there is no cliff in reach; NaN or absent where nobody looked. */
  readonly cliffSigmas?: number;
  readonly calibration: Calibration;
}

/**
 * Run the engine at the current state, after a one-sigma fall within tau_r, and after pauses.
 *
 * Temporary impact is what recent liquidations still press, undone through the depth curve: `p_f = p (1 + rise)`. Pauses
 * are only run where there is bad debt to save.
 */
export function gatherEvidence(
  book: Book,
  snapshot: {
    readonly assets: readonly AssetState[];
    readonly forcedSales: readonly ForcedSale[];
    readonly now: number;
  },
  calibration: Calibration,
  run: Cascade,
): DecisionEvidence {
  const { state } = book;
  const size = state.assets.length;
  const pressing = pressingSalesUsd(state, snapshot.assets, snapshot.forcedSales, { now: snapshot.now, calibration });
  runCascade(book, standstill(size), DECISION_RULES, run);
  const badDebtNow = badDebtOf(book, run, 1);
  const now = projected(book, run);
  runCascade(book, oneSigma(book, calibration, Math.min(DAY_SEC, calibration.recoverySec.value)), DECISION_RULES, run);
  const fallen = projected(book, run);
  const onAssetUsd = pressing.map((usd, k) => usd + Math.max(0, now.onAssetUsd[k]!, fallen.onAssetUsd[k]!));
  const soldUsd = now.soldUsd.map((usd, r) => Math.max(usd, fallen.soldUsd[r]!));
  const rise = impactRise(state, pressing);
  const hasBadDebt = badDebtNow.venue.some((usd) => usd > 0);
  const liquidatable = (i: number) => (book.healthFactor[i]! < 1 ? book.debtUsd[i]! : 0);
  return {
    pressure: { soldUsd, onAssetUsd },
    badDebtNow,
    pauses: hasBadDebt ? pauseOutcomes(book, rise, calibration, run) : [],
    liquidatableDebt: attribute(book, liquidatable),
    toxicDebt: attribute(book, (i) => (isToxic(book, i) ? liquidatable(i) : 0)),
    heldUsd: byReserve(state, "collateral"),
    owedUsd: byReserve(state, "debt"),
    gapFrac: gapsOf(state, rise),
  };
}

/**
 * The decision rule of MODEL 7.3.
 *
 * - 3 where a venue's price is off by more than the cap in the direction that liquidates wrongly; or where rho_eff is at
 *   least `haltRho`, a pause surely lowers bad debt ({@link bestPause}), and at least `toxicShare` of the liquidatable
 *   debt is past the toxic frontier.
 * - 2 where sales due within tau_r exceed the depth inside the net bonus.
 * - 1 where rho_eff or liquidation at risk reach their thresholds, the cliff is within two daily standard deviations, or a
 *   price is off in the other direction.
 *
 * A cliff that nobody looked for decides nothing.
 */
export function decide(state: SystemState, scope: Scope, evidence: DecisionEvidence, measured: Measured): Decision {
  const { leverageX, atRiskFrac, cliffSigmas = NaN, calibration } = measured;
  const { thresholds, maxPauseSec } = calibration;
  const rho = Math.max(0, 1 - 1 / leverageX);
  const gap = oracleGapOf(scope, evidence, calibration);
  const best = bestPause(scope, evidence, calibration);
  const liquidatable = within(scope, evidence.liquidatableDebt);
  const toxic = liquidatable > 0 && within(scope, evidence.toxicDebt) >= thresholds.toxicShare.value * liquidatable;
  const levered = rho >= thresholds.noNewLeverageRho.value || atRiskFrac >= thresholds.noNewLeverageAtRisk.value;
  const adviceNow = (): Advice => {
    if (gap === "wrongful") return 3;
    if (rho >= thresholds.haltRho.value && best > 0 && toxic) return 3;
    if (exceedsThrottle(state, scope, evidence.pressure, calibration)) return 2;
    return levered || cliffSigmas <= NO_NEW_LEVERAGE_CLIFF_SIGMAS || gap === "generous" ? 1 : 0;
  };
  const advice = adviceNow();
  const haltSec = gap === "wrongful" ? Math.min(maxPauseSec.value, MAX_PAUSE_SEC) : best;
  return {
    advice,
    watch: advice > 0 || rho >= WATCH.rho || cliffSigmas <= WATCH.cliffSigmas,
    haltSec,
    cooldownSec: COOLDOWN * haltSec,
    throttleUsdPerHour: throttleUsdPerHour(state, scope, {
      pressure: evidence.pressure,
      heldUsd: evidence.heldUsd,
      calibration,
    }),
  };
}

/** How the prices of a scope's material reserves sit against their pools'. */
export type OracleGap = "none" | "generous" | "wrongful";

/**
 * `wrongful`: collateral is priced below the market, or debt above it, by more than the cap: liquidations that the market
 * does not justify. `generous`: the other way round, which new loans could abuse but a pause would only make worse.
 */
export function oracleGapOf(
  scope: Scope,
  evidence: Pick<DecisionEvidence, "heldUsd" | "owedUsd" | "gapFrac">,
  calibration: Calibration,
): OracleGap {
  const material = (usd: Float64Array, r: number) =>
    usd[r]! > 0 && usd[r]! >= calibration.thresholds.materialShare.value * sumAt(usd, scope.reserves);
  const cap = calibration.oracleGapCap.value;
  let gap: OracleGap = "none";
  for (const r of scope.reserves) {
    const gapFrac = evidence.gapFrac[r]!;
    if (Math.abs(gapFrac) <= cap) continue;
    const [held, owed] = [material(evidence.heldUsd, r), material(evidence.owedUsd, r)];
    if (gapFrac > 0 ? held : owed) return "wrongful";
    if (held || owed) gap = "generous";
  }
  return gap;
}

/**
 * T*, the argmin of expected bad debt over pauses, where it is lower than now by the least gain, and lower at all in 95 %
 * of bootstrap draws; 0 where it is not.
 *
 * Each bootstrap draw judges T*, the pause that would be made, and not the best pause of that draw: the second could only
 * be better, and would flatter the rule.
 */
function bestPause(scope: Scope, evidence: DecisionEvidence, calibration: Calibration): number {
  const now = within(scope, evidence.badDebtNow);
  let least = (1 - calibration.thresholds.minPauseGain.value) * now;
  let best: PauseOutcome | null = null;
  for (const pause of evidence.pauses) {
    const after = within(scope, pause.badDebt);
    if (after < least) {
      least = after;
      best = pause;
    }
  }
  if (best === null) return 0;
  const onPaths = Float64Array.from(best.paths, (path) => within(scope, path));
  return bootstrapShareBelow(onPaths, now) >= PAUSE_CONFIDENCE ? best.sec : 0;
}

/** Past the toxic frontier LTV 1/(1+b), every liquidation raises the LTV of what is left. MODEL T5, Warmuz et al. 2022. */
function isToxic(book: Book, i: number): boolean {
  const { start, usd } = book.state.collateral;
  let withBonus = 0;
  for (let e = start[i]!; e < start[i + 1]!; e++) withBonus += usd[e]! * (1 + book.state.collateralBonus[e]!);
  const collateral = book.collateralUsd[i]!;
  return !(collateral > 0) || book.debtUsd[i]! * withBonus > collateral * collateral;
}

function projected(book: Book, run: Cascade): SalePressure {
  const { temporaryUsd, permanentUsd } = run.prices;
  return { soldUsd: soldByReserve(book, run), onAssetUsd: temporaryUsd.map((usd, k) => usd + permanentUsd[k]!) };
}

/** Forced sales push a pool below a right price: only what they do not explain counts against the oracle. */
function gapsOf(state: SystemState, rise: Float64Array): Float64Array {
  return Float64Array.from(state.reserves, ({ gapFrac, asset }) =>
    gapFrac < 0 ? Math.min(0, (1 + gapFrac) * (1 + rise[asset]!) - 1) : gapFrac,
  );
}

function byReserve(state: SystemState, side: "collateral" | "debt"): Float64Array {
  const sums = new Float64Array(state.reserves.length);
  const { reserve, usd } = state[side];
  for (let e = 0; e < usd.length; e++) sums[reserve[e]!] = sums[reserve[e]!]! + usd[e]!;
  return sums;
}
