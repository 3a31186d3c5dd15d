import exp from "@stdlib/math-base-special-exp";
import type { Snapshot } from "../snapshot/snapshot.js";
import { bigToInt, fromUnits, type Address } from "../units.js";
import { arbitrage } from "./agents/arbitrageur.js";
import { liquidationCandidates, type Route } from "./agents/candidates.js";
import type { Liquidators } from "./agents/liquidators.js";
import { readPoolPrices, targetPrice, usdPrices, type Market, type PoolPrices } from "./agents/market.js";
import type { PriceNodes } from "./agents/price-nodes.js";
import type { Operators } from "./operators.js";
import type { RunOutcome } from "./result.js";
import type { Tally } from "./tally.js";
import { OrderFailedError, orderRequest, type Order } from "./world/orders.js";
import type { World } from "./world/world.js";

/** One replay of a path: every block is a step of the outside market, then everybody's move, then the operators' turn. */

const POKE_AFTER_SEC = 60;

/** What acts in a replay, all bound to the same chain. */
export interface Cast {
  readonly world: World;
  readonly market: Market;
  readonly nodes: PriceNodes;
  readonly liquidators: Liquidators;
  readonly route: Route;
  readonly operators: Operators;
  readonly tally: Tally;
  /** The state at the head, as the keeper reads it. */
  readonly snapshot: () => Promise<Snapshot>;
}

export interface ReplayTerms {
  /** Chain time of each step, unix seconds; the first step opens the run. */
  readonly timestamps: readonly number[];
  /** Time in which the mark of forced sales on a pool fades to 1/e, seconds. */
  readonly recoverySec: number;
  readonly baseFeeWei: bigint;
  readonly onStep: (step: number) => void;
  /** Ends the replay before its next block. */
  readonly signal: AbortSignal;
}

interface Head {
  readonly number: string;
  readonly hash: string;
}

/** Replay all steps and return what they came to. */
export async function replay(cast: Cast, terms: ReplayTerms): Promise<RunOutcome> {
  const head = (await cast.world.chain.provider.send("eth_getBlockByNumber", ["latest", false])) as Head;
  await cast.operators.headDone(head.hash, Number(head.number));
  let prices = await readPoolPrices(cast.world.chain, cast.world);
  for (let step = 0; step < terms.timestamps.length; step += 1) {
    terms.signal.throwIfAborted();
    prices = await playStep(cast, terms, step, prices);
    terms.onStep(step);
  }
  await pokeOnce(cast, terms);
  const usd = usdPrices(cast.world, cast.market, prices);
  return cast.tally.outcome(badDebtUsd(await cast.snapshot(), bySymbol(cast.world, usd)));
}

async function playStep(cast: Cast, terms: ReplayTerms, step: number, prices: PoolPrices): Promise<PoolPrices> {
  const { world, market, tally } = cast;
  const { chain } = world;
  const now = terms.timestamps[step] ?? 0;
  const before = terms.timestamps[step - 1] ?? now;
  const keep = exp(-(now - before) / terms.recoverySec);
  await prepareBlock(cast, terms, now);
  const opening = new Map(prices);
  const orders = market.pools.flatMap((pool) => {
    const current = prices.get(pool.pool.address) ?? 0;
    const target = step === 0 ? current : targetPrice(pool, step, current, keep);
    opening.set(pool.pool.address, target);
    return arbitrage(world, pool.pool, current, target);
  });
  const usd = usdPrices(world, market, opening);
  const moves = [...orders, ...cast.nodes.update(usd, now)];
  const hashes = await chain.rpc.batch(moves.map(orderRequest));
  await liquidate(cast, terms.baseFeeWei);
  const mined = await chain.mine(now);
  await cast.operators.headDone(mined.hash, mined.number);
  const closing = await readPoolPrices(chain, world);
  const settled = await tally.block(mined, usdPrices(world, market, closing));
  requireSettled(moves, hashes.map(String), settled);
  return closing;
}

/** Poke the target once as anybody may, a block after the path, for the table of gas. */
async function pokeOnce({ world, operators, tally }: Cast, terms: ReplayTerms): Promise<void> {
  const last = terms.timestamps.at(-1) ?? 0;
  await prepareBlock({ world }, terms, last + POKE_AFTER_SEC);
  const [hash] = await world.chain.rpc.batch([orderRequest(tally.pokeOrder)]);
  const mined = await world.chain.mine(last + POKE_AFTER_SEC);
  await operators.headDone(mined.hash, mined.number);
  const receipt = await world.chain.provider.getTransactionReceipt(String(hash));
  if (receipt !== null) tally.poked(bigToInt(receipt.gasUsed));
}

/** The market and the feeds must have moved as meant: a run on a path that they fell off would look like any other. */
function requireSettled(moves: readonly Order[], hashes: readonly string[], settled: ReadonlySet<string>): void {
  const lost = moves.find((_, i) => !settled.has(hashes[i] ?? ""));
  if (lost !== undefined) throw new OrderFailedError(lost.label, "it reverted, or its block had no room for it");
}

/** The coming block's time and base fee, set before anybody asks what would happen in it. */
async function prepareBlock({ world }: Pick<Cast, "world">, { baseFeeWei }: ReplayTerms, now: number): Promise<void> {
  await world.chain.rpc.batch([
    { method: "evm_setNextBlockTimestamp", params: [now] },
    { method: "hardhat_setNextBlockBaseFeePerGas", params: [`0x${baseFeeWei.toString(16)}`] },
  ]);
}

async function liquidate({ world, nodes, liquidators, route, snapshot }: Cast, gasPriceWei: bigint): Promise<void> {
  const base = new Map<Address, number>();
  for (const { symbol, address } of world.assets) base.set(address, nodes.answers.get(symbol) ?? 0);
  const candidates = liquidationCandidates(await snapshot(), base, route);
  if (candidates.length === 0) return;
  const ether = nodes.answers.get("WETH") ?? 1;
  await liquidators.act(candidates, { ether, of: (asset) => base.get(asset) ?? 0, gasPriceWei });
}

/** Sum of what accounts owe beyond what their collateral is worth, USD. `usd` by asset. */
export function badDebtUsd(snapshot: Snapshot, usd: ReadonlyMap<Address, number>): number {
  const decimals = new Map(snapshot.assets.map(({ asset, decimals: count }) => [asset, count]));
  let total = 0;
  for (const venue of snapshot.venues) {
    const value = ([index, units]: readonly [number, bigint]): number => {
      const asset = venue.reserves[index]?.asset ?? "0x";
      return fromUnits(units, decimals.get(asset) ?? 18) * (usd.get(asset) ?? 0);
    };
    const sum = (side: readonly (readonly [number, bigint])[]): number =>
      side.reduce((all, one) => all + value(one), 0);
    for (const { collateral, debt } of venue.accounts) total += Math.max(0, sum(debt) - sum(collateral));
  }
  return total;
}

function bySymbol(world: World, usd: ReadonlyMap<string, number>): ReadonlyMap<Address, number> {
  return new Map(world.assets.map(({ symbol, address }) => [address, usd.get(symbol) ?? 0]));
}
