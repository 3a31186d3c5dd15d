import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import type { Order } from "../../../../keeper/src/lab/world/orders.js";
import type { AccountState, VenueState } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { mineAll } from "./history.js";
import { LIQUIDATOR, type Market, type Stage, TOKENS, USERS } from "./stage.js";

const ORACLE_SCALE = 10n ** 36n;

/** A market after Morpho itself accrued its interest. */
export interface MarketTruth {
  readonly suppliedAssets: bigint;
  readonly borrowedAssets: bigint;
  readonly borrowedShares: bigint;
}

/** A borrower of a market, as Morpho stores it, and whether it let somebody liquidate. */
export interface PositionTruth {
  readonly market: Hex;
  readonly account: Address;
  readonly collateral: bigint;
  readonly borrowedShares: bigint;
  readonly isLiquidatable: boolean;
}

export interface Truth {
  readonly markets: ReadonlyMap<Hex, MarketTruth>;
  readonly positions: readonly PositionTruth[];
}

/**
 * Let Morpho accrue every market and be asked to liquidate every borrower, in a block at `timestamp` that is undone
 * afterwards: what it then stores, and whom it let be liquidated.
 */
export async function truthAt(stage: Stage, timestamp: number): Promise<Truth> {
  const { chain, morpho, markets } = stage;
  const order = (label: string, method: string, args: readonly unknown[]): Order => {
    const data = morpho.abi.encodeFunctionData(method, args) as Hex;
    return { label, from: LIQUIDATOR, to: morpho.address, data, gas: 1_000_000n };
  };
  const accruals = markets.map(({ params }) => order("accrue", "accrueInterest", [params]));
  const mark = await chain.snapshot();
  await mineAll(stage, accruals, timestamp);
  const truth = new Map<Hex, MarketTruth>();
  const positions: Omit<PositionTruth, "isLiquidatable">[] = [];
  for (const market of markets) {
    truth.set(market.id, await marketOf(stage, market));
    for (const account of USERS) positions.push(await positionOf(stage, market, account));
  }
  await chain.revert(mark);
  // One share repaid: it goes through for whoever is not healthy, and for nobody else.
  const again = await chain.snapshot();
  const paramsOf = (id: Hex) => markets.find((market) => market.id === id)!.params;
  const attempts = positions.map(({ market, account }) =>
    order("liquidate", "liquidate", [paramsOf(market), account, 0, 1, "0x"]),
  );
  const passed = await mineAll(stage, [...accruals, ...attempts], timestamp);
  await chain.revert(again);
  const outcomes = passed.slice(accruals.length);
  return { markets: truth, positions: positions.map((of, i) => ({ ...of, isLiquidatable: outcomes[i]! })) };
}

async function marketOf({ chain, morpho }: Stage, { id }: Market): Promise<MarketTruth> {
  const [suppliedAssets, , borrowedAssets, borrowedShares] = await read(chain, morpho, "market", [id]);
  return {
    suppliedAssets: suppliedAssets as bigint,
    borrowedAssets: borrowedAssets as bigint,
    borrowedShares: borrowedShares as bigint,
  };
}

async function positionOf({ chain, morpho }: Stage, { id }: Market, account: Address) {
  const [, borrowedShares, collateral] = await read(chain, morpho, "position", [id, account]);
  return { market: id, account, collateral: collateral as bigint, borrowedShares: borrowedShares as bigint };
}

/** What shares are worth at most, as the whitepaper of the shares' arithmetic says: virtual shares 1e6, virtual asset 1. */
export function owedFor(shares: bigint, { borrowedAssets, borrowedShares }: MarketTruth): bigint {
  const numerator = shares * (borrowedAssets + 1n);
  const denominator = borrowedShares + 1_000_000n;
  return numerator / denominator + (numerator % denominator === 0n ? 0n : 1n);
}

/** Whether the numbers of the snapshot alone say that an account may be liquidated. */
export function isLiquidatable(
  venue: VenueState,
  { collateral, debt }: AccountState,
  { loan, ...market }: Market,
): boolean {
  const [owed] = debt;
  if (owed === undefined) return false;
  const [pledged] = collateral;
  if (pledged === undefined) return true;
  const [of, lent] = [venue.reserves[pledged[0]]!, venue.reserves[owed[0]]!];
  const scale = (decimals: number): bigint => 10n ** BigInt(decimals);
  // The oracle's price, which the snapshot has in USD and rounded down.
  const numerator = of.priceBase * scale(TOKENS[loan].decimals) * ORACLE_SCALE;
  const denominator = lent.priceBase * scale(TOKENS[market.collateral].decimals);
  const price = (numerator + denominator - 1n) / denominator;
  const most = (((pledged[1] * price) / ORACLE_SCALE) * BigInt(of.liquidationThresholdBps)) / 10_000n;
  return most < owed[1];
}
