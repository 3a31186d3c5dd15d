import { buildSystem, type SystemGraph } from "../../graph/build-system.js";
import { explain, type ExplainedAssessment } from "../../model/assess.js";
import { openBook, type Book } from "../../model/book.js";
import { marketRules, type Calibration } from "../../model/calibration.js";
import { createCascade, type Cascade } from "../../model/cascade.js";
import { premiumFloors, type PremiumFloor } from "../../model/insurance.js";
import { LADDER_RULES, leverageOf, runLadder, systemDirection } from "../../model/leverage.js";
import { backstopLimits, backstopsOf, engineLimits } from "../../model/margin/engine-limits.js";
import { marginEvidence } from "../../model/margin/margin-evidence.js";
import { openingLtvs, type OpeningLtvs } from "../../model/margin/opening-ltv.js";
import { marginPolicy } from "../../model/margin/published-ltvs.js";
import { predictedChain, type ChainLink } from "../../model/predicted-chain.js";
import { sweep } from "../../model/sweep.js";
import { badDebtRisk, tailRho, type BadDebtRisk } from "../../model/tail-risk.js";
import { capacityUsd } from "../../model/throttle.js";
import { poolOwners, unifiedValueUsd } from "../../model/unified-margin.js";
import { liquidationVelocity } from "../../model/velocity.js";
import { quantile } from "../../model/tail-risk.js";
import type { Snapshot } from "../../snapshot/snapshot.js";
import { sensitivitiesOf, type Sensitivities } from "./sensitivities.js";

/** Everything that the page says about one book. */
export interface Findings extends Sensitivities {
  readonly graph: SystemGraph;
  readonly book: Book;
  readonly explained: ExplainedAssessment;
  readonly ladder: readonly { readonly stepFrac: number; readonly leverageX: number }[];
  readonly debtUsd: number;
  readonly collateralUsd: number;
  /** Share of the debt that liquidators repay, by scenario. `Float64Array[S]`. */
  readonly repaidFrac: Float64Array;
  readonly risk: BadDebtRisk;
  readonly tailRho: number;
  readonly premium: PremiumFloor;
  /** 99 % scenario: share of the collateral that is liquidated a day, and the rate over what markets can take. */
  readonly velocity: { readonly perDayFrac: number; readonly ofCapacity: number };
  readonly ltvs: OpeningLtvs;
  readonly chain: readonly ChainLink[];
  readonly unifiedUsd: number;
}

const LEVEL = 0.99;
const DAY_SEC = 86_400;
/** Accounts of the predicted chain that are worked out. */
const CHAIN_LIMIT = 200;
/** Gas of one liquidation: 600,000 units at 40 gwei and USD 1,800 per ETH, a calm day of 2023. */
const GAS_USD = 43;

/** Score a snapshot, and measure everything that is not published every block beside it. */
export function findingsOf(snapshot: Snapshot, calibration: Calibration): Findings {
  const explained = explain(snapshot, calibration);
  const graph = buildSystem(snapshot, marketRules(calibration));
  const book = openBook(graph.state);
  const run = createCascade(book, 0);
  const { outcome } = explained;
  const { debtUsd, collateralUsd } = totals(book);
  const backstopUsd = backstopsOf(graph.state, calibration)[0]!;
  const insurance = {
    capitalChargeYearly: calibration.capitalChargeYearly.value,
    horizonSec: calibration.scenarios.horizonSec.value,
  };
  return {
    graph,
    book,
    explained,
    ladder: ladderOf(book, calibration, run),
    debtUsd,
    collateralUsd,
    repaidFrac: outcome.repaidUsd.map((usd) => usd / debtUsd),
    risk: badDebtRisk(outcome.badDebtUsd, backstopUsd),
    tailRho: tailRho(outcome.firstLossUsd, outcome.fullLossUsd, LEVEL),
    premium: premiumFloors(outcome.badDebtByVenue, 1, insurance)[0]!,
    velocity: velocityOf(book, explained, calibration, collateralUsd),
    ltvs: ltvsOf(book, explained, calibration),
    chain: chainOf(book, explained),
    unifiedUsd: unifiedOf(book, explained),
    ...sensitivitiesOf(book, calibration, run),
  };
}

/** Debt and collateral of accounts that are solvent: what the scores are about. */
function totals(book: Book): { debtUsd: number; collateralUsd: number } {
  let [debtUsd, collateralUsd] = [0, 0];
  for (let i = 0; i < book.rank.length; i++) {
    if (book.insolvent[i] === 1) continue;
    debtUsd += book.debtUsd[i]!;
    collateralUsd += book.collateralUsd[i]!;
  }
  return { debtUsd, collateralUsd };
}

function ladderOf(book: Book, calibration: Calibration, run: Cascade): Findings["ladder"] {
  const reserves = book.state.reserves.map((_, r) => r);
  return runLadder(book, systemDirection(book, calibration), calibration, run).map((step) => ({
    stepFrac: step.stepFrac,
    leverageX: leverageOf([step], { reserves }).leverageX,
  }));
}

/** Capacity is what all markets of collateral take within the bonus, once every tau_r. **Source.** MODEL 6.5. */
function velocityOf(
  book: Book,
  { outcome }: ExplainedAssessment,
  calibration: Calibration,
  collateralUsd: number,
): Findings["velocity"] {
  const { state, solventUsd } = book;
  const limits = state.reserves.map(({ asset, bonusFrac }, r) =>
    solventUsd[r]! > 0 ? capacityUsd(state, asset, bonusFrac) : 0,
  );
  const capacity = limits.filter(Number.isFinite).reduce((sum, usd) => sum + usd, 0);
  const { perSec, ofCapacity } = liquidationVelocity(outcome.repaidUsd, {
    horizonSec: calibration.scenarios.horizonSec.value,
    collateralUsd,
    capacityUsdPerSec: capacity / calibration.recoverySec.value,
  });
  return { perDayFrac: DAY_SEC * quantile(perSec, LEVEL), ofCapacity: quantile(ofCapacity, LEVEL) };
}

function ltvsOf(book: Book, { scenarios, outcome }: ExplainedAssessment, calibration: Calibration): OpeningLtvs {
  const limits = {
    maxLeverageX: calibration.margin.maxLeverage.value,
    backstopUsd: backstopLimits(book.state, calibration),
  };
  const within = engineLimits((changed) => sweep(changed, scenarios, LADDER_RULES), limits, calibration);
  const evidence = { ...marginEvidence(book.state, scenarios, outcome), within };
  return openingLtvs(book, evidence, marginPolicy(calibration), calibration);
}

function chainOf(book: Book, { scenarios, outcome }: ExplainedAssessment): ChainLink[] {
  const { depthFactor } = marginEvidence(book.state, scenarios, outcome);
  const capacity = new Float64Array(book.state.venues.length).fill(Infinity);
  const terms = { gasUsd: GAS_USD, capacityUsd: capacity, sizing: "break-even", limit: CHAIN_LIMIT } as const;
  return predictedChain(book, outcome, depthFactor, terms);
}

function unifiedOf(book: Book, { scenarios, outcome }: ExplainedAssessment): number {
  const pooled = openBook(poolOwners(book.state));
  const together = sweep(pooled, scenarios, LADDER_RULES);
  return unifiedValueUsd(outcome.badDebtUsd, together.badDebtUsd);
}
