import type { Book } from "./book.js";
import type { BookRows } from "./book-rows.js";
import { addDrift, createDrift, LEAST_DRIFT, startDrift, type Drift } from "./drift.js";
import { createReach, dearestDebt, extendReach, PRUNE_MARGIN, reaches, type Reach } from "./reach.js";

/**
 * Who has to be looked at: the exact prune of a cascade.
 *
 * One look finds the candidates of many rounds: whoever would be below the health factor asked for at the lowest prices
 * within {@link Reach}, where liquidations will hardly bring them; nobody else needs a look until they do. It starts from
 * an account's health factor HF0 at t0: with `o_k` the lowest prices within reach, it cannot fall below h while
 * `HF0 min(o_k: held) / max(o_k: owed) >= h`, and so waits in the lists of what it holds.
 *
 * Among the candidates, one with holdings unchanged since health factor `hf` was found cannot fall below h while
 * `hf * min_k(o_k'/o_k) / max_k(o_k'/o_k) >= h`, whatever it holds; `drift` is the product of those ratios over the rounds
 * since. All bounds leave room for rounding, so that whoever is left out would have been found healthy.
 *
 * **Shapes.** Bit m of a set is the debtor at rank m. **Source.** MODEL 9, Lemma, by asset and by round.
 */
export interface Watch {
  /** Debtors whom HF0 does not keep out. */
  readonly admitted: Uint32Array;
  /** Words of this set in use. */
  words: number;
  readonly reach: Reach;
  /** `Int32Array[M]`: ranks of the candidates, ascending, the first `count`. */
  readonly candidate: Int32Array;
  /** `Float64Array[M]`: with the holdings that it has now, candidate c has at least health factor `floorHf[c] * drift`. */
  readonly floorHf: Float64Array;
  /** Candidates who are left alone. */
  readonly left: number[];
  count: number;
  readonly drift: Drift;
  /** Whether floors were found at the prices followed. */
  areNew: boolean;
  /** `Int32Array[M]`: candidates who may be below the health factor asked for, ascending, the first `dueCount`. */
  readonly due: Int32Array;
  dueCount: number;
  /** Next debtor by rank and, `Int32Array[K]`, next holder of each asset, to let in. */
  nextRank: number;
  readonly nextHolder: Int32Array;
}

/** `Float64Array[M]`: shares of the collateral and the debt at t0 that are left. */
export interface Remainder {
  readonly collateralLeft: Float64Array;
  readonly debtLeft: Float64Array;
}

/** Prices, what is left of positions, and the health factor that is asked for. */
export interface Round {
  readonly price: Float64Array;
  readonly left: Remainder;
  readonly hf: number;
}

/** Allocate a watch over `debtors` and `assets`. */
export function createWatch(debtors: number, assets: number): Watch {
  return {
    admitted: new Uint32Array((debtors + 31) >>> 5),
    words: 0,
    reach: createReach(assets),
    candidate: new Int32Array(debtors),
    floorHf: new Float64Array(debtors),
    left: [],
    count: 0,
    drift: createDrift(assets),
    areNew: false,
    due: new Int32Array(debtors),
    dueCount: 0,
    nextRank: 0,
    nextHolder: new Int32Array(assets),
  };
}

/** Forget everybody; `price[K]` is where prices start. */
export function startWatch(watch: Watch, book: Book, price: Float64Array): void {
  watch.admitted.fill(0, 0, watch.words);
  watch.words = 0;
  watch.reach.hf = 0;
  watch.count = 0;
  watch.left.length = 0;
  startDrift(watch.drift, price);
  watch.nextRank = 0;
  watch.nextHolder.set(book.held.holderStart.subarray(0, price.length));
}

/** Let in the debtor at `rank`; once more does no harm. */
export function watchRank(watch: Watch, rank: number): void {
  const word = rank >>> 5;
  watch.admitted[word] = watch.admitted[word]! | (1 << (rank & 31));
  if (word >= watch.words) watch.words = word + 1;
}

/** Follow prices to those of `round`: afterwards everybody whose health factor may be below what is asked for is `due`. */
export function followPrices(watch: Watch, book: Book, round: Round): void {
  const dearest = dearestDebt(book, round.price);
  addDrift(watch.drift, round.price);
  watch.areNew = !(watch.drift.frac >= LEAST_DRIFT && reaches(watch.reach, book, round.price, round.hf));
  if (watch.areNew) look(watch, book, round, dearest);
  findDue(watch, book, round, dearest);
}

/** Remember that candidate `c` has at least health factor `hf` at the prices followed. */
export function settle(watch: Watch, c: number, hf: number): void {
  watch.floorHf[c] = hf / watch.drift.frac;
}

/** Candidate `c` is not due, whatever it is worth, until {@link lookAgain} or candidates are found anew. */
export function leaveAlone(watch: Watch, c: number): void {
  watch.floorHf[c] = Infinity;
  watch.left.push(c);
}

/** Nothing is known of those who were left alone. */
export function lookAgain({ floorHf, left }: Watch): void {
  for (const c of left) floorHf[c] = 0;
  left.length = 0;
}

/** Find the candidates for prices from here on, and their floors at those of now. */
function look(
  watch: Watch,
  book: Book,
  { price, left: { collateralLeft, debtLeft }, hf }: Round,
  dearestNow: number,
): void {
  extendReach(watch.reach, book, price, hf);
  const { low, dearest } = watch.reach;
  const limit = hf * PRUNE_MARGIN * dearest;
  admit(watch, book, limit);
  const { admitted, candidate, floorHf, words } = watch;
  const { start, asset, hfShare } = book.held;
  let count = 0;
  for (let w = 0; w < words; w++) {
    for (let set = admitted[w]!; set !== 0; set &= set - 1) {
      const rank = 32 * w + 31 - Math.clz32(set & -set);
      if (debtLeft[rank] === 0) continue;
      const ratio = collateralLeft[rank]! / debtLeft[rank]!;
      let share = 0;
      for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) share += hfShare[e]! * low[asset[e]!]!;
      if (share * ratio >= limit) continue;
      let now = 0;
      for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) now += hfShare[e]! * price[asset[e]!]!;
      floorHf[count] = (now * ratio) / dearestNow;
      candidate[count++] = rank;
    }
  }
  watch.left.length = 0;
  watch.count = count;
  watch.drift.frac = 1;
}

/** Let in whom HF0 does not keep above `limit` at the lowest prices within reach. */
function admit(watch: Watch, { orderHf, held }: Book, limit: number): void {
  const { low } = watch.reach;
  while (watch.nextRank < orderHf.length && orderHf[watch.nextRank]! < limit) watchRank(watch, watch.nextRank++);
  const { admitted, nextHolder } = watch;
  const { holderStart, holder } = held;
  for (let k = 0; k < low.length; k++) {
    if (!(low[k]! < 1)) continue;
    const below = limit / low[k]!;
    const from = nextHolder[k]!;
    let at = from;
    for (const end = holderStart[k + 1]!; at < end && orderHf[holder[at]!]! < below; at++) {
      const word = holder[at]! >>> 5;
      admitted[word] = admitted[word]! | (1 << (holder[at]! & 31));
    }
    nextHolder[k] = at;
    if (at > from) watch.words = Math.max(watch.words, (holder[at - 1]! >>> 5) + 1);
  }
}

/**
 * Leave in `due` the candidates whom no bound keeps out. Whose floor no longer does gets a new one: the health factor if no
 * debt were cheaper than the dearest and, if that does not do, at the debts' own prices. Both count what is left of
 * collateral that can be sold for all of it, which is no more than there is.
 */
function findDue(
  watch: Watch,
  { held: { start, asset, hfShare }, owed }: Book,
  { price, left: { collateralLeft, debtLeft }, hf }: Round,
  dearest: number,
): void {
  const { candidate, floorHf, due, count, areNew } = watch;
  const drift = watch.drift.frac;
  const needed = (hf * PRUNE_MARGIN) / drift;
  const perShare = 1 / (dearest * drift);
  let dueCount = 0;
  for (let c = 0; c < count; c++) {
    if (floorHf[c]! >= needed) continue;
    const rank = candidate[c]!;
    let floor = floorHf[c]!;
    if (!areNew) {
      let share = 0;
      for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) share += hfShare[e]! * price[asset[e]!]!;
      floor = share * (collateralLeft[rank]! / debtLeft[rank]!) * perShare;
    }
    if (!(floor >= needed)) floor = (floor * dearest) / owedShare(owed, rank, price);
    floorHf[c] = floor;
    if (!(floor >= needed)) due[dueCount++] = c;
  }
  watch.dueCount = dueCount;
}

/** What the debt of the debtor at `rank` costs at `price[K]`, as a multiple of t0. */
function owedShare({ start, asset, usd, totalUsd }: BookRows, rank: number, price: Float64Array): number {
  let owedUsd = 0;
  for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) owedUsd += usd[e]! * price[asset[e]!]!;
  return owedUsd / totalUsd[rank]!;
}
