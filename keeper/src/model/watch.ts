import type { Book } from "./book.js";
import type { BookRows } from "./book-rows.js";

/**
 * Who has to be looked at: the exact prune of a cascade.
 *
 * Two bounds keep the rest out. An account that nobody has looked at cannot fall below a health factor h while
 * `HF0 min(o_k: held) / max(o_k: owed) >= h`: it waits in the lists of what it holds and owes until the price of one of
 * them has moved far enough. An account with holdings unchanged since health factor `hf` was found cannot fall below h
 * while `hf * min_k(o_k'/o_k) / max_k(o_k'/o_k) >= h`, whatever it holds; `drift` is the product of those ratios over the
 * rounds since. Both leave room for rounding, so that whoever is left out would have been found healthy.
 *
 * **Shapes.** Bit m of a set is the debtor at rank m. **Source.** MODEL 9, Lemma, by asset and by round.
 */
export interface Watch {
  /** Debtors that the first bound has let in. */
  readonly admitted: Uint32Array;
  /** Those of them of whom a health factor was found, with the holdings that they have now. */
  readonly known: Uint32Array;
  /** Whom a round walks over: everybody admitted who waits in no level. */
  readonly near: Uint32Array;
  /** Known debtors by `floorHf`: that of a member of level l, word `w * LEVELS + l`, is at least `1 + l / PER_ONE`. */
  readonly levels: Uint32Array;
  /** Levels below this one have been let go. */
  level: number;
  /** Who may be below the health factor asked for, after {@link screen}. */
  readonly due: Uint32Array;
  /** Words of these sets in use. */
  words: number;
  /** `Float64Array[M]`: a known debtor's health factor is at least `floorHf * drift`. */
  readonly floorHf: Float64Array;
  drift: number;
  /** `Float64Array[K]`: prices that `drift` has seen. */
  readonly seen: Float64Array;
  /** Next debtor by rank, and `Int32Array[K]`, next holder and next debtor of each asset, to let in. */
  nextRank: number;
  readonly nextHolder: Int32Array;
  readonly nextOwer: Int32Array;
}

/** `Float64Array[M]`: shares of the collateral and the debt at t0 that are left. */
export interface Remainder {
  readonly collateralLeft: Float64Array;
  readonly debtLeft: Float64Array;
}

/** Guards the prune against the rounding of health factors. */
const PRUNE_MARGIN = 1 + 1e-9;
/** Levels of 0.5 % each; the last is open above. Only speed depends on them. */
const LEVELS = 32;
const PER_ONE = 200;
const LAST = LEVELS - 1;
/** Below this drift it is cheaper, and safer, to look at everybody again. */
const LEAST_DRIFT = 1e-3;

/** Allocate a watch over `debtors` and `assets`. */
export function createWatch(debtors: number, assets: number): Watch {
  const words = (debtors + 31) >>> 5;
  return {
    admitted: new Uint32Array(words),
    known: new Uint32Array(words),
    near: new Uint32Array(words),
    levels: new Uint32Array(words * LEVELS),
    due: new Uint32Array(words),
    words: 0,
    floorHf: new Float64Array(debtors),
    level: 0,
    drift: 1,
    seen: new Float64Array(assets),
    nextRank: 0,
    nextHolder: new Int32Array(assets),
    nextOwer: new Int32Array(assets),
  };
}

/** Forget everybody; `price[K]` is where prices start. */
export function startWatch(watch: Watch, book: Book, price: Float64Array): void {
  watch.admitted.fill(0, 0, watch.words);
  watch.known.fill(0, 0, watch.words);
  watch.near.fill(0, 0, watch.words);
  watch.levels.fill(0, 0, watch.words * LEVELS);
  watch.words = 0;
  watch.level = 0;
  watch.drift = 1;
  watch.seen.set(price);
  watch.nextRank = 0;
  watch.nextHolder.set(book.held.holderStart.subarray(0, price.length));
  watch.nextOwer.set(book.owed.holderStart.subarray(0, price.length));
}

/**
 * Follow prices to `price[K]`: afterwards everybody whose health factor may be below `hf` is in `due`. `left` says what
 * share of the positions at t0 each debtor still has.
 */
export function followPrices(
  watch: Watch,
  book: Book,
  { price, left, hf }: { readonly price: Float64Array; readonly left: Remainder; readonly hf: number },
): void {
  addDrift(watch, price);
  const dearest = admit(watch, book, price, hf * PRUNE_MARGIN);
  const needed = (hf * PRUNE_MARGIN) / watch.drift;
  while (watch.level < LEVELS && 1 + watch.level / PER_ONE < needed) letGo(watch, watch.level++);
  screen(watch, book, { price, left, needed, dearest });
}

/** Let in the debtor at `rank`; once more does no harm. */
export function watchRank(watch: Watch, rank: number): void {
  const word = rank >>> 5;
  const bit = 1 << (rank & 31);
  watch.admitted[word] = watch.admitted[word]! | bit;
  watch.near[word] = watch.near[word]! | bit;
  if (word >= watch.words) watch.words = word + 1;
}

/** Remember that the debtor at `rank` has at least health factor `hf` at the prices followed. */
export function settleRank(watch: Watch, rank: number, hf: number): void {
  const word = rank >>> 5;
  const bit = 1 << (rank & 31);
  watch.floorHf[rank] = hf / watch.drift;
  watch.known[word] = watch.known[word]! | bit;
}

/** The debtor of the lowest bit of `set`, which is not empty, in word `w`. */
export function lowestRank(w: number, set: number): number {
  return 32 * w + 31 - Math.clz32(set & -set);
}

function addDrift(watch: Watch, price: Float64Array): void {
  const { seen } = watch;
  let low = 1;
  let high = 1;
  for (let k = 0; k < seen.length; k++) {
    if (price[k] === seen[k]) continue;
    const ratio = price[k]! / seen[k]!;
    if (ratio < low) low = ratio;
    if (ratio > high) high = ratio;
    seen[k] = price[k]!;
  }
  watch.drift *= low / high;
  if (watch.drift > LEAST_DRIFT) return;
  watch.drift = 1;
  watch.known.fill(0);
  watch.near.set(watch.admitted);
}

/** Let in whom the first bound no longer keeps out at `price[K]`. Returns the price of the dearest debt, at least 1. */
function admit(watch: Watch, { orderHf, held, owed }: Book, price: Float64Array, hf: number): number {
  let dearest = 1;
  for (let k = 0; k < price.length; k++) {
    if (price[k]! > dearest && owed.holderStart[k]! < owed.holderStart[k + 1]!) dearest = price[k]!;
  }
  while (watch.nextRank < orderHf.length && orderHf[watch.nextRank]! < hf) watchRank(watch, watch.nextRank++);
  for (let k = 0; k < price.length; k++) {
    if (price[k]! < 1) admitHolders(watch, { rows: held, next: watch.nextHolder, k }, (hf * dearest) / price[k]!);
    if (price[k]! > 1) admitHolders(watch, { rows: owed, next: watch.nextOwer, k }, hf * price[k]!);
  }
  return dearest;
}

function admitHolders(
  watch: Watch,
  { rows, next, k }: { readonly rows: BookRows; readonly next: Int32Array; readonly k: number },
  belowHf: number,
): void {
  const { admitted, near } = watch;
  const { holder, holderHf } = rows;
  const end = rows.holderStart[k + 1]!;
  const from = next[k]!;
  let at = from;
  for (; at < end && holderHf[at]! < belowHf; at++) {
    const word = holder[at]! >>> 5;
    const bit = 1 << (holder[at]! & 31);
    admitted[word] = admitted[word]! | bit;
    near[word] = near[word]! | bit;
  }
  next[k] = at;
  if (at > from) watch.words = Math.max(watch.words, (holder[at - 1]! >>> 5) + 1);
}

/** Empty a level into `near`. */
function letGo({ near, levels, words }: Watch, level: number): void {
  for (let w = 0; w < words; w++) near[w] = near[w]! | levels[w * LEVELS + level]!;
}

/**
 * Walk over `near` and leave in `due` whom neither bound keeps out, the others in their levels. Whose floor no longer does
 * gets a new one: the health factor if no debt were cheaper than the dearest and, if that does not do, at the debts' own
 * prices. Both count what is left of collateral that can be sold for all of it, which is no more than there is.
 */
function screen(
  watch: Watch,
  { held: { start, asset, hfShare }, owed }: Book,
  at: {
    readonly price: Float64Array;
    readonly left: Remainder;
    readonly needed: number;
    readonly dearest: number;
  },
): void {
  const { near, known, due, levels, level, floorHf, words, drift } = watch;
  const { price, needed, dearest } = at;
  const { collateralLeft, debtLeft } = at.left;
  const perShare = 1 / (dearest * drift);
  for (let w = 0; w < words; w++) {
    let found = known[w]!;
    let dueBits = 0;
    let far = 0;
    for (let left = near[w]!; left !== 0; left &= left - 1) {
      const bit = left & -left;
      const rank = 32 * w + 31 - Math.clz32(bit);
      let floor = (found & bit) !== 0 ? floorHf[rank]! : 0;
      if (!(floor >= needed)) {
        let share = 0;
        const end = start[rank + 1]!;
        for (let e = start[rank]!; e < end; e++) share += hfShare[e]! * price[asset[e]!]!;
        share *= collateralLeft[rank]! / debtLeft[rank]!;
        floor = share * perShare;
        if (!(floor >= needed)) floor = share / (owedShare(owed, rank, price) * drift);
        floorHf[rank] = floor;
        found |= bit;
      }
      if (!(floor >= needed)) {
        dueBits |= bit;
        continue;
      }
      const rest = (floor - 1) * PER_ONE;
      const own = rest < LAST ? rest | 0 : LAST;
      if (own < level) continue;
      levels[w * LEVELS + own] = levels[w * LEVELS + own]! | bit;
      far |= bit;
    }
    known[w] = found;
    due[w] = dueBits;
    near[w] = near[w]! & ~far;
  }
}

/** What the debt of the debtor at `rank` costs at `price[K]`, as a multiple of t0. */
function owedShare({ start, asset, usd, totalUsd }: BookRows, rank: number, price: Float64Array): number {
  let owedUsd = 0;
  for (let e = start[rank]!, end = start[rank + 1]!; e < end; e++) owedUsd += usd[e]! * price[asset[e]!]!;
  return owedUsd / totalUsd[rank]!;
}
