import type { Positions, SystemState } from "../../graph/system-state.js";
import { badDebtOf } from "../attribution.js";
import { openBook, type Book } from "../book.js";
import { createCascade, runCascade } from "../cascade.js";
import { DECISION_RULES, standstill } from "../pause.js";

/**
 * The state with liquidation thresholds `ltFrac[R]`. An entry on other terms than its reserve's (an e-mode category)
 * moves in proportion, and stays where its reserve has none. Debts stay: this is what a change does to the open books.
 */
export function withThresholds(state: SystemState, ltFrac: Float64Array): SystemState {
  const { reserve } = state.collateral;
  return {
    ...state,
    reserves: state.reserves.map((view, r) => ({ ...view, liquidationThresholdFrac: ltFrac[r]! })),
    collateralLt: state.collateralLt.map((lt, e) => {
      const own = state.reserves[reserve[e]!]!.liquidationThresholdFrac;
      const changed = ltFrac[reserve[e]!]!;
      return changed === own || own === 0 ? lt : Math.min(1, lt * (changed / own));
    }),
  };
}

/**
 * {@link withThresholds} once borrowers have answered: every debt grows or shrinks with what its account may owe, so that
 * health factors stay what they are. Whoever used a limit to a certain share will use the next one so; with debts as they
 * are, a higher threshold would only liquidate later, and pass for safer than it is.
 */
export function withHealthKept(state: SystemState, ltFrac: Float64Array): SystemState {
  const changed = withThresholds(state, ltFrac);
  const before = limits(state);
  const after = limits(changed);
  const scale = before.map((limit, i) => (limit > 0 ? after[i]! / limit : 1));
  return { ...changed, debt: scaled(state.debt, scale) };
}

/** What a change of thresholds does at once to the open books, beyond what is due anyway. All but `accounts` in USD. */
export interface AtOnce {
  /** Accounts that fall below health factor 1, and what they owe. */
  readonly accounts: number;
  readonly debtUsd: number;
  /** Repaid by liquidators in the cascade that follows; negative where a higher threshold spares some. */
  readonly repaidUsd: number;
  readonly badDebtUsd: number;
}

/**
 * Run the engine on `book` with its thresholds changed to `ltFrac[R]`, at today's prices, against the run without the
 * change.
 */
export function changeAtOnce(book: Book, ltFrac: Float64Array): AtOnce {
  const changed = openBook(withThresholds(book.state, ltFrac));
  const [before, after] = [settle(book), settle(changed)];
  const fallen = [...book.order].filter((i) => changed.healthFactor[i]! < 1 && book.healthFactor[i]! >= 1);
  return {
    accounts: fallen.length,
    debtUsd: fallen.reduce((sum, i) => sum + book.debtUsd[i]!, 0),
    repaidUsd: after.repaidUsd - before.repaidUsd,
    badDebtUsd: after.badDebtUsd - before.badDebtUsd,
  };
}

/** Accounts that the change of one market alone takes below health factor 1, and what they owe. */
export type Fallen = Pick<AtOnce, "accounts" | "debtUsd">;

/** {@link Fallen} of every market, `[R]`, by what each account may owe after the change: no engine is needed for it. */
export function fallenAlone(book: Book, ltFrac: Float64Array): Fallen[] {
  const { state, debtUsd, healthFactor } = book;
  const { start, reserve, usd } = state.collateral;
  const { collateralLt } = withThresholds(state, ltFrac);
  const fallen = state.reserves.map(() => ({ accounts: 0, debtUsd: 0 }));
  for (const i of book.order) {
    if (healthFactor[i]! < 1) continue;
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const lost = (state.collateralLt[e]! - collateralLt[e]!) * usd[e]!;
      if (!((healthFactor[i]! - 1) * debtUsd[i]! < lost)) continue;
      const market = fallen[reserve[e]!]!;
      market.accounts++;
      market.debtUsd += debtUsd[i]!;
    }
  }
  return fallen;
}

/** What is due at today's prices. */
function settle(book: Book): { repaidUsd: number; badDebtUsd: number } {
  const run = createCascade(book, 0);
  runCascade(book, standstill(book.state.assets.length), DECISION_RULES, run);
  return { repaidUsd: total(run.repaidUsd), badDebtUsd: total(badDebtOf(book, run, 1).venue) };
}

/** What every account may owe, USD. */
function limits({ collateral, collateralLt }: SystemState): Float64Array {
  const limit = new Float64Array(collateral.start.length - 1);
  for (let i = 0; i < limit.length; i++) {
    for (let e = collateral.start[i]!; e < collateral.start[i + 1]!; e++) {
      limit[i] = limit[i]! + collateralLt[e]! * collateral.usd[e]!;
    }
  }
  return limit;
}

function scaled(positions: Positions, scale: Float64Array): Positions {
  const usd = Float64Array.from(positions.usd);
  const saleUsd = Float64Array.from(positions.saleUsd);
  for (let i = 0; i < scale.length; i++) {
    if (scale[i] === 1) continue;
    for (let e = positions.start[i]!; e < positions.start[i + 1]!; e++) {
      usd[e] = usd[e]! * scale[i]!;
      saleUsd[e] = saleUsd[e]! * scale[i]!;
    }
  }
  return { ...positions, usd, saleUsd };
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
