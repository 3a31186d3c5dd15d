import type { Book, BookAsset } from "../../books/book.js";
import { buildSystem } from "../../graph/build-system.js";
import { explain, type ExplainedAssessment } from "../../model/assess.js";
import { openBook } from "../../model/book.js";
import { marketRules, type Calibration } from "../../model/calibration.js";
import { LADDER_RULES } from "../../model/leverage.js";
import { sweep, shockOf } from "../../model/sweep.js";
import { exogenousPrices } from "../../model/price-state.js";
import { expectedShortfall } from "../../model/tail-risk.js";
import { nettingReport, poolOwners, unifiedValueUsd, type OwnerMargin } from "../../model/unified-margin.js";
import type { PoolState } from "../../snapshot/pool-state.js";
import type { Snapshot } from "../../snapshot/snapshot.js";
import { marketPools, studySnapshot, type Study, type StudyPlan } from "./study.js";

/** Two venues with markets and owners in common. */
export interface Together {
  readonly explained: ExplainedAssessment;
  /** Owners with debt who have an account at both, worst first, after the worst scenario's shock. */
  readonly owners: readonly OwnerMargin[];
  readonly separateEs99Usd: number;
  readonly unifiedUsd: number;
}

/** Two books as one block. */
export interface BothStudies {
  readonly snapshot: Snapshot;
  readonly calibration: Calibration;
}

/** Put two studies' books on the markets of one plan, made of `data`. */
export function openTogether(plan: StudyPlan, [one, other]: readonly [Study, Study], data: string): BothStudies {
  const { calibration } = one;
  const second = repriced(other.book, one.book);
  const pools = marketPools(plan, assetsOfBoth(one.book, second), { data, calibration });
  return { snapshot: snapshotOfBoth(plan, [one.book, second], pools), calibration };
}

/** Value the second book's assets as the first does, where both have them; others keep their price in USD. */
export function repriced(second: Book, first: Book): Book {
  const known = new Map(first.assets.map((asset) => [asset.symbol, asset.price]));
  const followsEther = new Set(["stETH", "ETH"]);
  const perEther = Number(second.ethUsd) / Number(first.ethUsd);
  const price = ({ symbol, price: own, follows }: BookAsset): string =>
    known.get(symbol) ?? (followsEther.has(follows) ? own : (Number(own) * perEther).toFixed(18));
  return {
    ...second,
    ethUsd: first.ethUsd!,
    assets: second.assets.map((asset) => ({ ...asset, price: price(asset) })),
  };
}

/** Assets of either book, for markets to be made of. Both must be {@link repriced}. */
function assetsOfBoth(first: Book, second: Book): Pick<Book, "name" | "assets" | "ethUsd"> {
  const known = new Set(first.assets.map(({ symbol }) => symbol));
  const added = second.assets.filter(({ symbol }) => !known.has(symbol));
  return { name: `${first.name} and ${second.name}`, assets: [...first.assets, ...added], ethUsd: first.ethUsd! };
}

/** One block in which both venues stand. */
export function snapshotOfBoth(
  plan: StudyPlan,
  [first, second]: readonly [Book, Book],
  pools: readonly PoolState[],
): Snapshot {
  const [one, other] = [studySnapshot(plan, first, pools), studySnapshot(plan, second, pools)];
  const known = new Set(one.assets.map(({ asset }) => asset));
  return {
    ...one,
    assets: [...one.assets, ...other.assets.filter(({ asset }) => !known.has(asset))].sort((a, b) =>
      a.asset < b.asset ? -1 : 1,
    ),
    venues: [...one.venues, ...other.venues].sort((a, b) => (a.venue < b.venue ? -1 : 1)),
  };
}

/** Score both together, and what one margin pool an owner would change. */
export function togetherOf(snapshot: Snapshot, calibration: Calibration): Together {
  const explained = explain(snapshot, calibration);
  const { scenarios, outcome } = explained;
  const { state } = buildSystem(snapshot, marketRules(calibration));
  const book = openBook(state);
  const pooled = openBook(poolOwners(state));
  const together = sweep(pooled, scenarios, LADDER_RULES);
  const price = new Float64Array(state.assets.length);
  const worst = outcome.badDebtUsd.indexOf(Math.max(...outcome.badDebtUsd));
  exogenousPrices(state, shockOf(scenarios, worst), price);
  return {
    explained,
    owners: nettingReport(book, price),
    separateEs99Usd: expectedShortfall(outcome.badDebtUsd, 0.99),
    unifiedUsd: unifiedValueUsd(outcome.badDebtUsd, together.badDebtUsd),
  };
}
