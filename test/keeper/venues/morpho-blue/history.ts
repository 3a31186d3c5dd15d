import { parseUnits } from "ethers";
import { type Random, createRandom } from "../../../../keeper/src/lab/random.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type Order, orderRequest } from "../../../../keeper/src/lab/world/orders.js";
import { openSteward } from "../../../../keeper/src/lab/world/steward.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import {
  LIQUIDATOR,
  type Market,
  type MarketSpec,
  type Stage,
  type Symbol,
  TOKENS,
  USERS,
  makeMarket,
  oraclePrice,
} from "./stage.js";

export interface History {
  /** Mine one more block with a few random actions in it, and time passing. Some of them revert, as in life. */
  step(): Promise<void>;
  /** Actions that were mined without reverting, by name. */
  readonly done: Map<string, number>;
}

type Call = readonly [from: Address, method: string, args: readonly unknown[]];

/** Everything that moves a market of Morpho Blue, from a seed. */
export function randomHistory(stage: Stage, seed: number): History {
  const { chain, morpho } = stage;
  const random = createRandom(seed);
  const actions = actionsOf(stage, random);
  const names = [
    ...Object.keys(actions),
    "supply",
    "collateralise",
    "collateralise",
    "borrow",
    "borrow",
    "borrow",
  ].concat(Array<string>(3).fill("liquidateByDebt"));
  const done = new Map<string, number>();
  const orderOf = async (name: string): Promise<Order> => {
    const [from, method, args] = await actions[name]!(pick(random, stage.markets), pick(random, USERS));
    const data = morpho.abi.encodeFunctionData(method, args) as Hex;
    return { label: name, from, to: morpho.address, data, gas: 2_000_000n };
  };
  return {
    done,
    async step() {
      const orders = random.uint32() % 4 === 0 ? [movePrice(pick(random, stage.markets), random)] : [];
      for (let left = random.uint32() % 6; left > 0; left--) orders.push(await orderOf(pick(random, names)));
      // From seconds to weeks: interest is projected over all of them.
      await mineAll(stage, orders, (await chain.timestamp()) + 1 + Math.floor(10 ** (6 * random.unit())), done);
    },
  };
}

/** Mine orders in one block at `timestamp`; counts those that did not revert. */
export async function mineAll(
  { chain }: Stage,
  orders: readonly Order[],
  timestamp: number,
  done = new Map<string, number>(),
): Promise<boolean[]> {
  const hashes = orders.length === 0 ? [] : await chain.rpc.batch(orders.map(orderRequest));
  await chain.mine(timestamp);
  const receipts = await chain.rpc.batch(
    hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
  );
  return receipts.map((receipt, i) => {
    const passed = (receipt as { status: Hex }).status === "0x1";
    const { label } = orders[i]!;
    if (passed) done.set(label, (done.get(label) ?? 0) + 1);
    return passed;
  });
}

function movePrice({ loan, collateral, oracle }: Market, random: Random): Order {
  const price = oraclePrice(loan, collateral, 0.4 + 0.9 * random.unit());
  const data = oracle.abi.encodeFunctionData("setPrice", [price]) as Hex;
  return { label: "price", from: LIQUIDATOR, to: oracle.address, data };
}

function actionsOf(
  stage: Stage,
  random: Random,
): Record<string, (market: Market, user: Address) => Call | Promise<Call>> {
  const { chain, morpho, steward } = stage;
  const amount = (symbol: Symbol): bigint => {
    const { decimals, usd } = TOKENS[symbol];
    const whole = 10 ** (1 + 4 * random.unit()) / usd;
    return parseUnits(whole.toFixed(Math.min(6, decimals)), decimals) + BigInt(random.uint32() % 1_000);
  };
  const position = async ({ id }: Market, user: Address) => {
    const [supplied, borrowed, collateral] = await read(chain, morpho, "position", [id, user]);
    return { supplied: supplied as bigint, borrowed: borrowed as bigint, collateral: collateral as bigint };
  };
  const parts = (whole: bigint): bigint => pick(random, [whole, whole / 2n, whole / 7n + 1n]);
  return {
    supply: ({ loan, params }, user) => [user, "supply", [params, 10n * amount(loan), 0, user, "0x"]],
    withdraw: ({ loan, params }, user) => [user, "withdraw", [params, amount(loan), 0, user, user]],
    collateralise: ({ collateral, params }, user) => [
      user,
      "supplyCollateral",
      [params, amount(collateral), user, "0x"],
    ],
    // As much as the price allows, or a part of it, or a little more.
    async borrow(market, user) {
      const { collateral } = await position(market, user);
      const [price] = await read(chain, market.oracle, "price", []);
      const most = (((collateral * (price as bigint)) / 10n ** 36n) * market.params[4]) / 10n ** 18n;
      const wanted = (most * BigInt(Math.floor(1_000 * (0.3 + 0.72 * random.unit())))) / 1_000n;
      return [user, "borrow", [market.params, wanted, 0, user, user]];
    },
    async repay(market, user) {
      const { borrowed } = await position(market, user);
      return [pick(random, USERS), "repay", [market.params, 0, parts(borrowed), user, "0x"]];
    },
    repayAssets: ({ loan, params }, user) => [user, "repay", [params, amount(loan), 0, user, "0x"]],
    async withdrawCollateral(market, user) {
      const { collateral } = await position(market, user);
      return [user, "withdrawCollateral", [market.params, parts(collateral), user, user]];
    },
    async liquidateByDebt(market, user) {
      const { borrowed } = await position(market, user);
      return [LIQUIDATOR, "liquidate", [market.params, user, 0, parts(borrowed), "0x"]];
    },
    // All collateral: what it does not cover is written off.
    async liquidateByCollateral(market, user) {
      const { collateral } = await position(market, user);
      return [LIQUIDATOR, "liquidate", [market.params, user, parts(collateral), 0, "0x"]];
    },
    accrue: ({ params }) => [LIQUIDATOR, "accrueInterest", [params]],
    setFee: ({ params }) => [steward.address, "setFee", [params, parseUnits(pick(random, ["0", "0.1", "0.25"]), 18)]],
  };
}

/** Make a market while others are followed. The history sends as the steward, too: its nonce is asked for anew. */
export async function addLateMarket(stage: Stage, spec: MarketSpec): Promise<Market> {
  const steward = await openSteward(stage.chain);
  const market = makeMarket({ ...stage, steward }, spec);
  await steward.flush();
  return market;
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.uint32() % list.length]!;
}
