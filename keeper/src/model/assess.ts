import { buildSystem } from "../graph/build-system.js";
import type { StateFlag } from "../graph/system-state.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import type { Assessment, SubjectScore } from "./assessment.js";
import { attribute, type Attribution } from "./attribution.js";
import { openBook, type Book } from "./book.js";
import { marketRules, type Calibration } from "./calibration.js";
import { createCascade, type Cascade } from "./cascade.js";
import { decide, gatherEvidence, oracleGapOf, type DecisionEvidence } from "./decision.js";
import { assetDirection, leverageOf, runLadder, squeezeUsd, systemDirection, type Ladder } from "./leverage.js";
import { borrowLtvFrac } from "./margin.js";
import { claimMultiples, rehypothecationX } from "./rehypothecation.js";
import { scopesOf, sumAt, within, type Scope } from "./scope.js";

/** An assessment, and what it was made from. */
export interface ExplainedAssessment {
  readonly assessment: Assessment;
  readonly flags: readonly StateFlag[];
  readonly evidence: DecisionEvidence;
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
  const systemLadder = runLadder(book, systemDirection(book, calibration), calibration, run);
  const debt = attribute(book, (i) => (book.insolvent[i] === 1 ? 0 : book.debtUsd[i]!));
  const multiples = claimMultiples(state, backing);
  const scopes = scopesOf(state);
  const system = scopes[0]!;
  const context: ScoreContext = { book, calibration, evidence, systemLadder, system, debt, run };
  const worst = leverageOf(systemLadder, system);
  const subjects = scopes.map((scope) => scoreOf(scope, context, rehypothecationX(state, multiples, scope)));
  return {
    assessment: {
      subjects,
      coverageFrac: state.coverageFrac,
      oracleGap: oracleGapOf(system, evidence, calibration) !== "none",
      worstStepFrac: worst.stepFrac,
    },
    flags: state.flags,
    evidence,
    insolventDebtUsd: insolventDebt(book),
    squeezeUsd: squeezeUsd(systemLadder.steps.find((step) => step.stepFrac === worst.stepFrac)!),
  };
}

interface ScoreContext {
  readonly book: Book;
  readonly calibration: Calibration;
  readonly evidence: DecisionEvidence;
  readonly systemLadder: Ladder;
  readonly system: Scope;
  readonly debt: Attribution;
  readonly run: Cascade;
}

function scoreOf(scope: Scope, context: ScoreContext, rehypothecation: number): SubjectScore {
  const { book, calibration, evidence, systemLadder, system, debt } = context;
  const { state } = book;
  const leverageX =
    scope.asset === null ? leverageOf(systemLadder, scope).leverageX : assetLeverage(scope.asset, context);
  const owed = within(scope, debt);
  const atRiskFrac = owed > 0 ? Math.min(1, within(scope, systemLadder.repaid) / owed) : 0;
  const known = coverageOf(scope, book) >= calibration.minCoverage.value && !Number.isNaN(leverageX);
  const decision = decide(state, scope, evidence, { leverageX, atRiskFrac, calibration });
  const market = scope.subject.kind === "market" ? state.reserves[scope.reserves[0]!]! : null;
  return {
    subject: scope.subject,
    leverageX: known ? leverageX : NaN,
    liquidationAtRiskFrac: atRiskFrac,
    rehypothecationX: rehypothecation,
    borrowLtvFrac: market ? borrowLtvFrac(state, market, calibration) : 0,
    advice: known ? decision.advice : 0,
    lossShareFrac: lossShare(systemLadder, scope, system),
    throttleUsdPerHour: known ? decision.throttleUsdPerHour : 0,
    haltSec: known ? decision.haltSec : 0,
  };
}

/** The asset's own ladder over the whole system; 1 for an asset that never moves. */
function assetLeverage(asset: number, { book, calibration, system, run }: ScoreContext): number {
  const direction = assetDirection(book, calibration, asset);
  if (direction[asset] === 0) return 1;
  return leverageOf(runLadder(book, direction, calibration, run), system).leverageX;
}

/** A venue answers for its own coverage as well as for the system's. */
function coverageOf(scope: Scope, { state }: Book): number {
  const venues = scope.venues ?? scope.reserves.map((r) => state.reserves[r]!.venue);
  const own = scope.subject.kind === "venue" || scope.subject.kind === "market" ? venues : [];
  return Math.min(state.coverageFrac, ...own.map((v) => state.venues[v]!.coverageFrac));
}

/** Share of the system's first-round loss at the ladder's first step, on which no drop is capped. */
function lossShare(ladder: Ladder, scope: Scope, system: Scope): number {
  const { first } = ladder.steps[0]!;
  const total = sumAt(first, system.reserves);
  return total > 0 ? sumAt(first, scope.reserves) / total : 0;
}

function insolventDebt(book: Book): number {
  let debt = 0;
  for (let i = 0; i < book.insolvent.length; i++) if (book.insolvent[i] === 1) debt += book.debtUsd[i]!;
  return debt;
}
