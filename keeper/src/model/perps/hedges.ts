import type { Positions, SystemState } from "../../graph/system-state.js";
import type { Book } from "../book.js";
import type { Cascade } from "../cascade.js";
import type { PerpBook, PerpRun } from "./perp-book.js";

/**
 * Sales of owners whose hedges were closed for them: deleveraging takes the perpetual leg of a hedged position, and what it
 * hedged is exposed again. `soldUsd[K]` gets `unwindFrac` of it; negative where a long had hedged a debt.
 *
 * Of a closed size, the share is a hedge that the owner's holdings on the other side make up of all that the owner had in
 * perps on the asset; more than that is a bet, and leaves nothing behind. `adlBeforeUsd[P]` is `run.adlUsd` as it was before
 * the round.
 *
 * **Source.** MODEL 5.7: "ADL removes hedges".
 */
export function unwindHedges(spot: OwnerSpot, round: PerpRound, unwindFrac: number, soldUsd: Float64Array): void {
  const { perps, run, adlBeforeUsd } = round;
  const sizes = run.adlUsd.some((usd, i) => usd !== adlBeforeUsd[i]) ? sizesByOwner(round) : [];
  for (let i = 0; i < perps.market.length; i++) {
    const closed = run.adlUsd[i]! - adlBeforeUsd[i]!;
    if (closed === 0 || perps.owner[i]! < 0) continue;
    const { asset } = perps.markets[perps.market[i]!]!;
    const held = spot.netUsd(perps.owner[i]!, asset);
    const size = sizes[perps.owner[i]!]!.get(asset)!;
    if (!(held * size < 0 && held * closed < 0)) continue;
    const hedged = Math.min(1, Math.abs(held / size));
    soldUsd[asset] = soldUsd[asset]! - unwindFrac * hedged * closed;
  }
}

/** A round of perps that is over. */
interface PerpRound {
  readonly perps: PerpBook;
  readonly run: PerpRun;
  readonly adlBeforeUsd: Float64Array;
}

/** Net size in USD at t0 of each owner's perps on each asset: what liquidations left, before deleveraging took its part. */
function sizesByOwner({ perps, run, adlBeforeUsd }: PerpRound): Map<number, number>[] {
  const sizes: Map<number, number>[] = [];
  for (let i = 0; i < perps.market.length; i++) {
    const owner = perps.owner[i]!;
    if (owner < 0) continue;
    const { asset } = perps.markets[perps.market[i]!]!;
    const own = (sizes[owner] ??= new Map());
    own.set(asset, (own.get(asset) ?? 0) + run.sizeUsd[i]! + (run.adlUsd[i]! - adlBeforeUsd[i]!));
  }
  return sizes;
}

/** What owners hold beside their perps. */
export interface OwnerSpot {
  /** USD at t0's price of base asset `k`, looked through: collateral that is left, less debt. */
  readonly netUsd: (owner: number, k: number) => number;
}

/** Look up owners' positions in a cascade as it stands. */
export function ownerSpot(book: Book, run: Cascade): OwnerSpot {
  const { state, sellable } = book;
  const accounts = accountsByOwner(state);
  return {
    netUsd(owner, k) {
      let net = 0;
      for (const i of accounts[owner]!) {
        const rank = book.rank[i]!;
        const left = rank < 0 ? 1 : run.collateralLeft[rank]!;
        net += exposureUsd(state, state.collateral, { i, k, leftFrac: (j) => (sellable[j] === 1 ? left : 1) });
        if (rank >= 0) net -= exposureUsd(state, state.debt, { i, k, leftFrac: () => run.debtLeft[rank]! });
      }
      return net;
    },
  };
}

function accountsByOwner({ accountOwner, owners }: SystemState): number[][] {
  const accounts: number[][] = owners.map(() => []);
  accountOwner.forEach((owner, i) => accounts[owner]!.push(i));
  return accounts;
}

/** Exposure of account `i`'s entries to `k`, itself or behind a derived asset, where `leftFrac` of an asset is left. */
function exposureUsd(
  state: SystemState,
  { start, asset, usd }: Positions,
  { i, k, leftFrac }: { readonly i: number; readonly k: number; readonly leftFrac: (asset: number) => number },
): number {
  let sum = 0;
  for (let e = start[i]!; e < start[i + 1]!; e++)
    sum += usd[e]! * leftFrac(asset[e]!) * shareBehind(state, asset[e]!, k);
  return sum;
}

/** Value share of asset `k` in `j`; all of it where they are the same. A row may lead on to another (a feed). */
function shareBehind(state: SystemState, j: number, k: number): number {
  if (j === k) return 1;
  const { start, asset, weight } = state.backing;
  let share = 0;
  for (let e = start[j]!; e < start[j + 1]!; e++) share += weight[e]! * shareBehind(state, asset[e]!, k);
  return share;
}
