import { toUnitsDown } from "../units.js";
import type { PairCurve } from "./pair-curve.js";

/** What a trade does to a pool: the marginal price that it leaves, and what it gives, raw units. */
export interface Traded {
  readonly price: number;
  readonly out: number;
}

/** A pool whose exact swap is known, but not how much takes its price somewhere. Undefined where the pool refuses. */
export interface Tradable {
  readonly price: number;
  readonly feeFrac: number;
  /** The base's balance, and trades of it for the quote. */
  readonly baseUnits: number;
  sell(units: bigint): Traded | undefined;
  /** The quote's balance, and trades of it for the base; the price is the base's in the quote all the same. */
  readonly quoteUnits: number;
  buy(units: bigint): Traded | undefined;
}

/** Ladder of sizes: from this part of a balance, a half more each time. */
const FIRST_RUNG = 1 / 1_048_576;
const RUNG_GROWTH = 1.5;
/** Beyond this many balances nobody trades. */
const LAST_RUNG = 16_777_216;
/** Sizes and prices are found to this relative precision. */
const PRECISION = 1e-10;
const MAX_STEPS = 80;

interface Rung {
  readonly units: number;
  readonly price: number;
  readonly out: number;
}

/** A pool's {@link PairCurve}, its sizes found on the exact swap itself: a ladder of growing sizes, then false position. */
export function solvedCurve(pool: Tradable): PairCurve {
  const down = side(pool.price, pool.baseUnits, (units) => pool.sell(units));
  const up = side(1 / pool.price, pool.quoteUnits, (units) => {
    const traded = pool.buy(units);
    return traded && { price: 1 / traded.price, out: traded.out };
  });
  return {
    price: pool.price,
    feeFrac: pool.feeFrac,
    soldTo: (ratio) => (ratio < 1 ? down(ratio).units : ratio > 1 ? -up(1 / ratio).out : 0),
  };
}

/** Trades in one direction, seen so that they lower the price: the one after which it is `ratio` of what it was. */
function side(start: number, balance: number, trade: (units: bigint) => Traded | undefined): (ratio: number) => Rung {
  const evaluate = (units: number): Rung | undefined => {
    const traded = trade(toUnitsDown(units, 0));
    return traded && { units, ...traded };
  };
  const rungs: Rung[] = [{ units: 0, price: start, out: 0 }];
  let ended = false;
  const climb = (): void => {
    const last = rungs.at(-1)!;
    const next = last.units === 0 ? Math.max(1, balance * FIRST_RUNG) : RUNG_GROWTH * last.units;
    const rung = next > balance * LAST_RUNG ? undefined : evaluate(next);
    ended = rung === undefined;
    const furthest = rung ?? furthestAllowed(last, next, evaluate);
    if (furthest.units > last.units) rungs.push(furthest);
  };
  return (ratio) => {
    const target = start * ratio;
    while (!ended && rungs.at(-1)!.price > target) climb();
    const at = rungs.findIndex(({ price }) => price <= target);
    if (at < 0) return rungs.at(-1)!;
    return at === 0 ? rungs[0]! : falsePosition(rungs[at - 1]!, rungs[at]!, { target, evaluate });
  };
}

/** The largest trade that the pool takes, between one that it takes and one that it refuses. */
function furthestAllowed(taken: Rung, refused: number, evaluate: (units: number) => Rung | undefined): Rung {
  let [low, high] = [taken, refused];
  while (high - low.units > PRECISION * high + 1) {
    const middle = low.units + (high - low.units) / 2;
    const rung = evaluate(middle);
    if (rung) low = rung;
    else high = middle;
  }
  return low;
}

/** Regula falsi, the Illinois way: an end that stays twice is weighed half. */
function falsePosition(
  from: Rung,
  to: Rung,
  { target, evaluate }: { readonly target: number; readonly evaluate: (units: number) => Rung | undefined },
): Rung {
  let [low, high] = [from, to];
  let [above, below] = [low.price - target, target - high.price];
  let moved: "low" | "high" | undefined;
  for (let step = 0; step < MAX_STEPS && high.units - low.units > PRECISION * high.units; step++) {
    const share = above + below > 0 ? above / (above + below) : 0.5;
    const rung = evaluate(low.units + share * (high.units - low.units));
    if (rung === undefined || rung.units <= low.units || rung.units >= high.units) break;
    if (Math.abs(rung.price - target) <= PRECISION * target) return rung;
    if (rung.price > target) {
      if (moved === "low") below /= 2;
      [low, above, moved] = [rung, rung.price - target, "low"];
    } else {
      if (moved === "high") above /= 2;
      [high, below, moved] = [rung, target - rung.price, "high"];
    }
  }
  return high;
}
