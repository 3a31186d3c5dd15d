import { shareOutAdl, type Winners } from "./adl.js";
import { bankruptcyPrice, equityUsd, worthUsd, type PerpBook, type PerpRun } from "./perp-book.js";

/** Prices of one round, as multiples of t0. */
export interface PerpPrices {
  /** `Float64Array[M]`: where positions are valued. */
  readonly mark: Float64Array;
  /** Average price that net sales of `flowUsd` into market `c` fetch now; negative flows are purchases. */
  readonly execute: (c: number, flowUsd: number) => number;
}

/** How the size of one liquidated position leaves, in shares of it. The rest goes to the order book. */
interface Exit {
  readonly position: number;
  readonly market: number;
  readonly venue: number;
  /** To the vault. */
  vaultFrac: number;
  /** Part of the loss that the insurance fund cannot pay: that part of the size leaves at the bankruptcy price. */
  uncoveredFrac: number;
  /** To winners, at the bankruptcy price. */
  adlFrac: number;
}

/**
 * One round: everybody below maintenance margin is liquidated at the same prices, so that the order of positions does not
 * matter. Returns how many were. `run.flowUsd` is what went to order books; the caller moves prices by it.
 *
 * Losses are borne in this order. The margin. Sales go to the order book at the average price of the round, but for the
 * share that the backstop vault takes off the book at mark. The insurance fund pays what a margin lacks. Where it cannot,
 * that part of the position leaves at its bankruptcy price instead, at which it owes nothing: to the vault by its share,
 * the rest by closing winners. What finds no winner goes to the book after all, and its loss is socialised over the equity
 * of everybody at the venue. Nothing is created or lost: with `worth` of accounts, fund, vaults and makers added up, only
 * moves of `mark` on a book whose sizes do not add up to zero change the sum.
 *
 * **Source.** MODEL 5.7.
 */
export function perpRound(book: PerpBook, run: PerpRun, prices: PerpPrices): number {
  run.flowUsd.fill(0);
  const exits = liquidatable(book, run, prices.mark);
  if (exits.length === 0) return 0;
  limitVaults(book, run, prices.mark, exits);
  findUncovered(book, run, prices, exits);
  for (let c = 0; c < book.markets.length; c++) {
    for (const side of [1, -1] as const) deleverage(book, run, prices.mark[c]!, { c, side, exits });
  }
  close(book, run, prices, exits);
  for (let v = 0; v < book.venues.length; v++) bearLosses(book, run, prices.mark, { v, exits });
  return exits.length;
}

function liquidatable(book: PerpBook, run: PerpRun, mark: Float64Array): Exit[] {
  const exits: Exit[] = [];
  for (let i = 0; i < book.market.length; i++) {
    const size = Math.abs(run.sizeUsd[i]!);
    if (size === 0) continue;
    const market = book.market[i]!;
    const price = mark[market]!;
    if (!(equityUsd(book, run, i, price) < book.maintenanceFrac[i]! * size * price)) continue;
    const { venue } = book.markets[market]!;
    exits.push({ position: i, market, venue, vaultFrac: 0, uncoveredFrac: 0, adlFrac: 0 });
  }
  return exits;
}

/** A vault takes its share of everything, as far as its equity carries the notional. */
function limitVaults(book: PerpBook, run: PerpRun, mark: Float64Array, exits: readonly Exit[]): void {
  const asked = sumByVenue(book, exits, ({ position, market }) => Math.abs(run.sizeUsd[position]!) * mark[market]!);
  const share = book.venues.map(({ backstopShareFrac, backstopLeverage }, v) => {
    const vault = run.vaults[v]!;
    let held = 0;
    for (let c = 0; c < mark.length; c++) held += Math.abs(vault.sizeUsd[c]!) * mark[c]!;
    const room = Math.max(0, backstopLeverage * worthUsd(vault, mark) - held);
    return asked[v]! > 0 ? Math.min(backstopShareFrac, room / asked[v]!) : 0;
  });
  for (const exit of exits) exit.vaultFrac = share[exit.venue]!;
}

/** If everything that no vault takes went to the book: which share of whose losses would the fund not pay? */
function findUncovered(book: PerpBook, run: PerpRun, { mark, execute }: PerpPrices, exits: readonly Exit[]): void {
  sendToBook(run, exits);
  const slip = run.flowUsd.map((flow, c) => (flow === 0 ? 0 : execute(c, flow) - mark[c]!));
  const lacking = exits.map(({ position, market, vaultFrac }) => {
    const sold = run.sizeUsd[position]! * (1 - vaultFrac);
    return Math.max(0, -equityUsd(book, run, position, mark[market]!) - sold * slip[market]!);
  });
  const total = sumByVenue(book, exits, (_, m) => lacking[m]!);
  exits.forEach((exit, m) => {
    if (lacking[m]! > 0) exit.uncoveredFrac = Math.max(0, 1 - run.insuranceUsd[exit.venue]! / total[exit.venue]!);
  });
}

/** Close winners of market `c` against the uncovered positions on `side` (1: longs) at their mean bankruptcy price. */
function deleverage(
  book: PerpBook,
  run: PerpRun,
  mark: number,
  { c, side, exits }: { readonly c: number; readonly side: 1 | -1; readonly exits: readonly Exit[] },
): void {
  const bankrupt = exits.filter(
    (exit) => exit.market === c && exit.uncoveredFrac > 0 && isOn(run, exit.position, side),
  );
  let size = 0;
  let value = 0;
  for (const { position, vaultFrac, uncoveredFrac } of bankrupt) {
    const part = Math.abs(run.sizeUsd[position]!) * uncoveredFrac * (1 - vaultFrac);
    size += part;
    value += part * bankruptcyPrice(book, run, position);
  }
  if (!(size > 0)) return;
  const price = value / size;
  const loss = side * (price - mark);
  const { positions, winners } = winnersOf(book, run, mark, { c, side, loss, exits });
  const closed = shareOutAdl(book.venues[book.markets[c]!.venue]!.adl, size, winners);
  let matched = 0;
  positions.forEach((j, w) => {
    const signed = -side * closed[w]!;
    run.marginUsd[j] = run.marginUsd[j]! + signed * (price - book.entry[j]!);
    run.sizeUsd[j] = run.sizeUsd[j]! - signed;
    run.adlUsd[j] = run.adlUsd[j]! + signed;
    run.adlHaircutUsd[j] = run.adlHaircutUsd[j]! + closed[w]! * loss;
    matched += closed[w]!;
  });
  for (const exit of bankrupt) exit.adlFrac = exit.uncoveredFrac * (1 - exit.vaultFrac) * Math.min(1, matched / size);
}

/** Profitable positions opposite to `side`; none loses more than its profit, or it would be the next to be bankrupt. */
function winnersOf(
  book: PerpBook,
  run: PerpRun,
  mark: number,
  { c, side, loss, exits }: { c: number; side: 1 | -1; loss: number; exits: readonly Exit[] },
): { positions: number[]; winners: Winners } {
  const leaving = new Set(exits.map(({ position }) => position));
  const positions: number[] = [];
  const columns: [pnl: number, cap: number, rank: number][] = [];
  for (let j = 0; j < book.market.length; j++) {
    if (book.market[j] !== c || !isOn(run, j, side === 1 ? -1 : 1) || leaving.has(j)) continue;
    const size = Math.abs(run.sizeUsd[j]!);
    const pnl = run.sizeUsd[j]! * (mark - book.entry[j]!);
    if (!(pnl > 0)) continue;
    const leverage = (size * mark) / equityUsd(book, run, j, mark);
    positions.push(j);
    columns.push([pnl, loss > 0 ? Math.min(size, pnl / loss) : size, (pnl / (size * book.entry[j]!)) * leverage]);
  }
  const column = (at: 0 | 1 | 2) => Float64Array.from(columns, (row) => row[at]);
  return { positions, winners: { pnlUsd: column(0), capUsd: column(1), rank: column(2) } };
}

/** Close what was decided, at the average price that is left when winners have taken their part. */
function close(book: PerpBook, run: PerpRun, { mark, execute }: PerpPrices, exits: readonly Exit[]): void {
  sendToBook(run, exits);
  const average = run.flowUsd.map((flow, c) => (flow === 0 ? mark[c]! : execute(c, flow)));
  for (const { position: i, market: c, venue, vaultFrac, uncoveredFrac, adlFrac } of exits) {
    const size = run.sizeUsd[i]!;
    const atBankruptcy = uncoveredFrac > 0 ? bankruptcyPrice(book, run, i) : 0;
    const toVault = size * vaultFrac * ((1 - uncoveredFrac) * mark[c]! + uncoveredFrac * atBankruptcy);
    const bookFrac = 1 - vaultFrac - adlFrac;
    const toMakers = size * bookFrac * average[c]!;
    take(run.vaults[venue]!, c, size * vaultFrac, toVault);
    take(run.makers, c, size * bookFrac, toMakers);
    const got = toVault + toMakers + size * adlFrac * atBankruptcy;
    run.marginUsd[i] = run.marginUsd[i]! + got - size * book.entry[i]!;
    run.sizeUsd[i] = 0;
    const notional = Math.abs(size) * mark[c]!;
    run.liquidatedUsd[i] = run.liquidatedUsd[i]! + notional;
    const left = run.marginUsd[i] - book.fundingUsd[i]!;
    const fee = Math.max(0, Math.min(left, book.venues[venue]!.liquidationFeeFrac * notional));
    run.marginUsd[i] = run.marginUsd[i] - fee;
    run.insuranceUsd[venue] = run.insuranceUsd[venue]! + fee;
  }
}

/** The fund pays what closed positions lack; what it cannot pay falls to everybody with equity, in proportion. */
function bearLosses(
  book: PerpBook,
  run: PerpRun,
  mark: Float64Array,
  { v, exits }: { readonly v: number; readonly exits: readonly Exit[] },
): void {
  const broke = exits.filter((e) => e.venue === v && run.marginUsd[e.position]! < book.fundingUsd[e.position]!);
  let lacking = 0;
  for (const { position } of broke) lacking += book.fundingUsd[position]! - run.marginUsd[position]!;
  if (!(lacking > 0)) return;
  const paid = Math.min(lacking, run.insuranceUsd[v]!);
  const socialised = socialise(book, run, mark, { v, usd: lacking - paid });
  run.insuranceUsd[v] = run.insuranceUsd[v]! - paid;
  run.insurancePaidUsd[v] = run.insurancePaidUsd[v]! + paid;
  run.socialisedUsd[v] = run.socialisedUsd[v]! + socialised;
  run.unpaidUsd[v] = run.unpaidUsd[v]! + (lacking - paid - socialised);
  const share = (paid + socialised) / lacking;
  for (const { position: i } of broke) {
    run.marginUsd[i] = run.marginUsd[i]! + share * (book.fundingUsd[i]! - run.marginUsd[i]!);
  }
}

/** Take `usd` from the accounts of venue `v` in proportion to their equity. Returns what there was to take. */
function socialise(
  book: PerpBook,
  run: PerpRun,
  mark: Float64Array,
  { v, usd }: { readonly v: number; readonly usd: number },
): number {
  if (!(usd > 0)) return 0;
  const equity = Float64Array.from(book.market, (c, i) =>
    book.markets[c]!.venue === v ? Math.max(0, equityUsd(book, run, i, mark[c]!)) : 0,
  );
  const total = equity.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return 0;
  const taken = Math.min(usd, total);
  for (let i = 0; i < equity.length; i++) run.marginUsd[i] = run.marginUsd[i]! - equity[i]! * (taken / total);
  return taken;
}

function sendToBook(run: PerpRun, exits: readonly Exit[]): void {
  run.flowUsd.fill(0);
  for (const { position, market, vaultFrac, adlFrac } of exits) {
    run.flowUsd[market] = run.flowUsd[market]! + run.sizeUsd[position]! * (1 - vaultFrac - adlFrac);
  }
}

function take(inventory: PerpRun["makers"], c: number, sizeUsd: number, paidUsd: number): void {
  inventory.cashUsd -= paidUsd;
  inventory.sizeUsd[c] = inventory.sizeUsd[c]! + sizeUsd;
}

function isOn(run: PerpRun, i: number, side: 1 | -1): boolean {
  return run.sizeUsd[i]! * side > 0;
}

function sumByVenue(book: PerpBook, exits: readonly Exit[], usd: (exit: Exit, m: number) => number): Float64Array {
  const sums = new Float64Array(book.venues.length);
  exits.forEach((exit, m) => (sums[exit.venue] = sums[exit.venue]! + usd(exit, m)));
  return sums;
}
