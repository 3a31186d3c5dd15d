import type { DepthCurve } from "../../graph/depth-curve.js";

/** Who is closed when nobody else pays: the head of a queue by pnl share times leverage, or all winners by their profit. */
export type AdlRule = "queue" | "pro-rata";

/** A perpetual venue: what stands between a bankrupt account and the others. Its waterfall is MODEL 5.7. */
export interface PerpVenue {
  readonly insuranceUsd: number;
  /** Capital of the backstop vault. */
  readonly backstopUsd: number;
  /** Share a_v of every liquidation that the vault takes over off the book, [0,1]. */
  readonly backstopShareFrac: number;
  /** Most notional that the vault holds per USD of its equity. */
  readonly backstopLeverage: number;
  /** Of the notional, from what is left of a liquidated margin, to the insurance fund. */
  readonly liquidationFeeFrac: number;
  readonly adl: AdlRule;
}

export interface PerpMarket {
  readonly venue: number;
  /** The asset that it follows, an index into `SystemState.assets`. */
  readonly asset: number;
  /** Depth of its own order book, whose price is a premium on the asset's; null: it trades at the asset's price in the asset's depth. */
  readonly curve: DepthCurve | null;
}

/**
 * Positions at t0, each with its own margin (isolated).
 *
 * **Shapes.** P positions. **Units.** Prices are multiples of the asset's price at t0; a size in USD at t0's price, so
 * that its value is size times price.
 */
export interface PerpBook {
  readonly venues: readonly PerpVenue[];
  readonly markets: readonly PerpMarket[];
  /** `Int32Array[P]`: index into `markets`. */
  readonly market: Int32Array;
  /** `Int32Array[P]`: index into `SystemState.owners`; -1 where the owner has nothing else. */
  readonly owner: Int32Array;
  /** Signed: negative is a short. */
  readonly sizeUsd: Float64Array;
  readonly entry: Float64Array;
  readonly marginUsd: Float64Array;
  /** Funding that the position owes; negative where it is owed. */
  readonly fundingUsd: Float64Array;
  readonly maintenanceFrac: Float64Array;
}

/** Someone who takes the other side: cash, and a size per market. */
export interface Inventory {
  /** Paid is negative. */
  cashUsd: number;
  /** `Float64Array[M]`, signed. */
  readonly sizeUsd: Float64Array;
}

/** One run over a perp book: scratch and result, reusable. Per position P, per market M, per venue V. */
export interface PerpRun {
  readonly sizeUsd: Float64Array;
  /** Margin with realised profit and loss; below zero it is a loss that nobody could bear. */
  readonly marginUsd: Float64Array;
  /** Signed size that auto-deleveraging took from a position. */
  readonly adlUsd: Float64Array;
  /** What that cost it against the mark of the round. */
  readonly adlHaircutUsd: Float64Array;
  /** Notional of a position's liquidation, at mark. */
  readonly liquidatedUsd: Float64Array;
  readonly insuranceUsd: Float64Array;
  readonly vaults: readonly Inventory[];
  /** Whoever buys from the order books. */
  readonly makers: Inventory;
  /** Sales into a market's own book, as in `PriceState`; 0 for markets that trade in the asset's. */
  readonly temporaryUsd: Float64Array;
  readonly permanentUsd: Float64Array;
  /** Sales of the current round, whatever depth they go to. */
  readonly flowUsd: Float64Array;
  readonly socialisedUsd: Float64Array;
  /** Losses that exceeded everybody's equity. */
  readonly unpaidUsd: Float64Array;
  /** Per venue: what the insurance fund paid so far. */
  readonly insurancePaidUsd: Float64Array;
}

/**
 * Allocate a run over `book`.
 *
 * **Throws** `RangeError` where a column has another length than `market`, or a number is not finite.
 */
export function createPerps(book: PerpBook): PerpRun {
  checkColumns(book);
  const positions = book.market.length;
  const markets = book.markets.length;
  const venues = book.venues.length;
  const run: PerpRun = {
    sizeUsd: new Float64Array(positions),
    marginUsd: new Float64Array(positions),
    adlUsd: new Float64Array(positions),
    adlHaircutUsd: new Float64Array(positions),
    liquidatedUsd: new Float64Array(positions),
    insuranceUsd: new Float64Array(venues),
    vaults: book.venues.map(() => ({ cashUsd: 0, sizeUsd: new Float64Array(markets) })),
    makers: { cashUsd: 0, sizeUsd: new Float64Array(markets) },
    temporaryUsd: new Float64Array(markets),
    permanentUsd: new Float64Array(markets),
    flowUsd: new Float64Array(markets),
    socialisedUsd: new Float64Array(venues),
    unpaidUsd: new Float64Array(venues),
    insurancePaidUsd: new Float64Array(venues),
  };
  resetPerps(book, run);
  return run;
}

/** Back to t0. */
export function resetPerps(book: PerpBook, run: PerpRun): void {
  run.sizeUsd.set(book.sizeUsd);
  run.marginUsd.set(book.marginUsd);
  const sums = [run.temporaryUsd, run.permanentUsd, run.flowUsd, run.adlUsd, run.adlHaircutUsd, run.liquidatedUsd];
  for (const sum of [...sums, run.socialisedUsd, run.unpaidUsd, run.insurancePaidUsd]) sum.fill(0);
  clear(run.makers, 0);
  book.venues.forEach((venue, v) => {
    run.insuranceUsd[v] = venue.insuranceUsd;
    clear(run.vaults[v]!, venue.backstopUsd);
  });
}

/** Equity of position `i` at `mark`: `m + q (p - e) - funding`. */
export function equityUsd(book: PerpBook, run: PerpRun, i: number, mark: number): number {
  return run.marginUsd[i]! + run.sizeUsd[i]! * (mark - book.entry[i]!) - book.fundingUsd[i]!;
}

/** Price at which nothing is left of an open position: `e - (m - funding)/q`. */
export function bankruptcyPrice(book: PerpBook, run: PerpRun, i: number): number {
  return book.entry[i]! - (run.marginUsd[i]! - book.fundingUsd[i]!) / run.sizeUsd[i]!;
}

/** What an inventory is worth at `marks[M]`. */
export function worthUsd({ cashUsd, sizeUsd }: Inventory, marks: Float64Array): number {
  let worth = cashUsd;
  for (let c = 0; c < sizeUsd.length; c++) worth += sizeUsd[c]! * marks[c]!;
  return worth;
}

function clear(inventory: Inventory, cashUsd: number): void {
  inventory.cashUsd = cashUsd;
  inventory.sizeUsd.fill(0);
}

function checkColumns(book: PerpBook): void {
  const { market, owner, sizeUsd, entry, marginUsd, fundingUsd, maintenanceFrac } = book;
  for (const [name, column] of Object.entries({ owner, sizeUsd, entry, marginUsd, fundingUsd, maintenanceFrac })) {
    if (column.length !== market.length) {
      throw new RangeError(`${name} has ${column.length} entries, expected ${market.length}: one per position`);
    }
    const at = column.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw new RangeError(`${name}[${at}] is ${column[at]}, expected a finite number: leave the position out`);
  }
}
