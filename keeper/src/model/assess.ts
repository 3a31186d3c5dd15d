import { buildSystem } from "../graph/build-system.js";
import { assetCoverage } from "../graph/coverage.js";
import type { StateFlag } from "../graph/system-state.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import type { Assessment, SubjectScore } from "./assessment.js";
import { attribute, type Attribution } from "./attribution.js";
import { openBook, type Book } from "./book.js";
import { marketRules, type Calibration } from "./calibration.js";
import { createCascade, type Cascade } from "./cascade.js";
import { decide, gatherEvidence, oracleGapOf, type DecisionEvidence } from "./decision.js";
import {
  assetDirection,
  LADDER_RULES,
  leverageOf,
  reboundFrac,
  runLadder,
  squeezeUsd,
  systemDirection,
  type LadderStep,
} from "./leverage.js";
import { publishedLtvs } from "./margin/published-ltvs.js";
import { claimMultiples, rehypothecationX } from "./rehypothecation.js";
import { drawScenarios } from "./scenarios/draw-scenarios.js";
import type { ScenarioSet } from "./scenarios/scenario-set.js";
import { scopesOf, sumAt, within, type Scope } from "./scope.js";
import { cliffSigmas } from "./sensitivity/cliff-scan.js";
import { sweep, type SweepOutcome } from "./sweep.js";
import { columnSums, knownOutcomes, liquidationAtRisk } from "./tail-risk.js";

/** MODEL 0: liquidation at risk is the 99 % quantile of the published scenarios. */
const AT_RISK_LEVEL = 0.99;

/** An assessment, and what it was made from. */
export interface ExplainedAssessment {
  readonly assessment: Assessment;
  readonly flags: readonly StateFlag[];
  readonly evidence: DecisionEvidence;
  /** The published scenarios, and what they do to this book. */
  readonly scenarios: ScenarioSet;
  readonly outcome: SweepOutcome;
  /** `Float64Array[subjects]`: distance to the cliff in daily standard deviations of the market. */
  readonly cliffSigmas: Float64Array;
  /** Debt of accounts that owe more than they hold at t0: left out of the leverage. */
  readonly insolventDebtUsd: number;
  /** Gains by squeezed debt assets that the leverage is net of, at the ladder's worst step. */
  readonly squeezeUsd: number;
}

/** Score every subject of a snapshot. A pure function: the same snapshot and calibration give the same bits. */
export function assess(snapshot: Snapshot, calibration: Calibration): Assessment {
  return explain(snapshot, calibration).assessment;
}

/** {@link assess}, with the evidence kept. */
export function explain(snapshot: Snapshot, calibration: Calibration): ExplainedAssessment {
  const { state, backing } = buildSystem(snapshot, marketRules(calibration));
  const book = openBook(state);
  const run = createCascade(book, 0);
  const now = snapshot.block.timestamp;
  const evidence = gatherEvidence(book, { ...snapshot, now }, calibration, run);
  const ladder = runLadder(book, systemDirection(book, calibration), calibration, run);
  const scenarios = drawScenarios(state, calibration);
  const outcome = sweep(book, scenarios, LADDER_RULES);
  const scopes = scopesOf(state);
  const system = scopes[0]!;
  const worst = leverageOf(ladder, system);
  const cliffs = cliffSigmas(book, scopes, calibration, run);
  const context: ScoreContext = {
    book,
    calibration,
    evidence,
    ladder,
    outcome,
    system,
    assetCoverage: assetCoverage(snapshot, state),
    debt: attribute(book, (i) => (book.insolvent[i] === 1 ? 0 : book.debtUsd[i]!)),
    borrowLtv: publishedLtvs(book, { scenarios, outcome, leverageX: worst.leverageX }, calibration),
    run,
  };
  const multiples = claimMultiples(state, backing);
  const subjects = scopes.map((scope, at) =>
    scoreOf(scope, context, { rehypothecation: rehypothecationX(state, multiples, scope), cliffSigmas: cliffs[at]! }),
  );
  return {
    assessment: {
      subjects,
      coverageFrac: state.coverageFrac,
      oracleGap: oracleGapOf(system, evidence, calibration) !== "none",
      worstStepFrac: worst.stepFrac,
      reboundFrac: reboundFrac(ladder),
    },
    flags: state.flags,
    evidence,
    scenarios,
    outcome,
    cliffSigmas: cliffs,
    insolventDebtUsd: insolventDebt(book),
    squeezeUsd: squeezeUsd(ladder.find((step) => step.stepFrac === worst.stepFrac)!),
  };
}

interface ScoreContext {
  readonly book: Book;
  readonly calibration: Calibration;
  readonly evidence: DecisionEvidence;
  readonly ladder: readonly LadderStep[];
  readonly outcome: SweepOutcome;
  readonly system: Scope;
  /** `Float64Array[K]`. */
  readonly assetCoverage: Float64Array;
  readonly debt: Attribution;
  /** `Float64Array[R]`. */
  readonly borrowLtv: Float64Array;
  readonly run: Cascade;
}

function scoreOf(
  scope: Scope,
  context: ScoreContext,
  { rehypothecation, cliffSigmas }: { readonly rehypothecation: number; readonly cliffSigmas: number },
): SubjectScore {
  const { book, calibration, evidence, ladder, system } = context;
  const leverageX = scope.asset === null ? leverageOf(ladder, scope).leverageX : assetLeverage(scope.asset, context);
  const atRiskFrac = atRisk(scope, context);
  const unknown = Number.isNaN(leverageX) || Number.isNaN(atRiskFrac) || Number.isNaN(cliffSigmas);
  const known = coverageOf(scope, context) >= calibration.minCoverage.value && !unknown;
  const decision = decide(book.state, scope, evidence, { leverageX, atRiskFrac, cliffSigmas, calibration });
  return {
    subject: scope.subject,
    leverageX: known ? leverageX : NaN,
    liquidationAtRiskFrac: atRiskFrac,
    rehypothecationX: rehypothecation,
    borrowLtvFrac: scope.subject.kind === "market" ? context.borrowLtv[scope.reserves[0]!]! : 0,
    advice: known ? decision.advice : 0,
    lossShareFrac: lossShare(ladder, scope, system),
    throttleUsdPerHour: known ? decision.throttleUsdPerHour : 0,
    haltSec: known ? decision.haltSec : 0,
  };
}

/** Repaid within the horizon in the 99 % scenario, over the scope's debt; NaN where some scenario's cascade did not end. */
function atRisk(scope: Scope, { book, outcome, debt }: ScoreContext): number {
  const repaid = columnSums(outcome.repaidByReserve, book.state.reserves.length, scope.reserves);
  return Math.min(1, liquidationAtRisk(knownOutcomes(repaid, outcome.converged), within(scope, debt), AT_RISK_LEVEL));
}

/** The asset's own ladder over the whole system; 1 for an asset that never moves. */
function assetLeverage(asset: number, { book, calibration, system, run }: ScoreContext): number {
  const direction = assetDirection(book, calibration, asset);
  if (direction[asset] === 0) return 1;
  return leverageOf(runLadder(book, direction, calibration, run), system).leverageX;
}

/** A venue and an asset answer for their own coverage as well as for the system's. */
function coverageOf(scope: Scope, { book: { state }, assetCoverage }: ScoreContext): number {
  if (scope.asset !== null) return Math.min(state.coverageFrac, assetCoverage[scope.asset]!);
  const venues = scope.venues ?? scope.reserves.map((r) => state.reserves[r]!.venue);
  const own = scope.subject.kind === "venue" || scope.subject.kind === "market" ? venues : [];
  return Math.min(state.coverageFrac, ...own.map((v) => state.venues[v]!.coverageFrac));
}

/** Share of the system's first-round loss at the ladder's first step, on which no drop is capped. */
function lossShare(ladder: readonly LadderStep[], scope: Scope, system: Scope): number {
  const { first } = ladder[0]!;
  const total = sumAt(first, system.reserves);
  return total > 0 ? sumAt(first, scope.reserves) / total : 0;
}

function insolventDebt(book: Book): number {
  let debt = 0;
  for (let i = 0; i < book.insolvent.length; i++) if (book.insolvent[i] === 1) debt += book.debtUsd[i]!;
  return debt;
}
