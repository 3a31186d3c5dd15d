import { MaxUint256, parseUnits } from "ethers";
import { type Random, createRandom } from "../../../../keeper/src/lab/random.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress, openActors, orderRequest } from "../../../../keeper/src/lab/world/orders.js";
import { issue } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { PRICES, type PerpMarket, type Perpetual, setPrices, sqrtX96 } from "./deployment.js";

export const MAKER: Address = derivedAddress("perp maker");
/** Takes over liquidated positions, and trades the market to its index. */
export const KEEPER: Address = derivedAddress("perp keeper");
export const TRADERS: readonly Address[] = Array.from({ length: 6 }, (_, i) => derivedAddress(`perp trader ${i}`));
export const EVERYBODY: readonly Address[] = [MAKER, KEEPER, ...TRADERS];

const FOREVER = 2n ** 48n;
const TICK_SPACING = 60;
const NO_REFERRAL = `0x${"00".repeat(32)}`;

type Call = readonly [target: ContractRef, method: string, args: readonly unknown[]];

/** Give everybody tokens and margin; the maker provides two bands of liquidity to each market. */
export async function seedPerpetual(perpetual: Perpetual): Promise<void> {
  const { steward, usdc, weth, vault, clearingHouse, markets } = perpetual;
  await openActors(perpetual.chain, EVERYBODY, 10n ** 24n);
  const send = (from: Address, [target, method, args]: Call): void =>
    steward.add({
      label: `${target.name}.${method}`,
      from,
      to: target.address,
      data: target.abi.encodeFunctionData(method, args) as Hex,
      gas: 15_000_000n,
    });
  for (const actor of EVERYBODY) {
    issue(steward, usdc, actor, parseUnits("1000000000", 6));
    issue(steward, weth, actor, parseUnits("100", 18));
  }
  await steward.flush();
  for (const actor of EVERYBODY) {
    for (const token of [usdc, weth]) send(actor, [token, "approve", [vault.address, MaxUint256]]);
    send(actor, [vault, "deposit", [usdc.address, parseUnits(TRADERS.includes(actor) ? "6000" : "100000000", 6)]]);
  }
  issue(steward, usdc, perpetual.fund.address, parseUnits("50000", 6));
  await steward.flush();
  for (const market of markets) {
    for (const width of [9_000, 1_200])
      send(MAKER, [clearingHouse, "addLiquidity", [liquidity(market, width, 3_000_000)]]);
  }
  await steward.flush();
}

/** Liquidity worth about `usd` on either side of a market's first price. */
function liquidity({ symbol, base }: PerpMarket, halfWidth: number, usd: number): Record<string, unknown> {
  const price = PRICES[symbol as keyof typeof PRICES];
  const middle = Math.round(Math.log(price) / Math.log(1.0001) / TICK_SPACING) * TICK_SPACING;
  return {
    baseToken: base.address,
    base: parseUnits((usd / price).toFixed(6), 18),
    quote: parseUnits(String(usd), 18),
    lowerTick: middle - halfWidth,
    upperTick: middle + halfWidth,
    minBase: 0,
    minQuote: 0,
    useTakerBalance: false,
    deadline: FOREVER,
  };
}

export interface History {
  /** Mine a few blocks with random trades and a price move in them, and time passing. Some revert, as in life. */
  step(): Promise<void>;
  /** Try to liquidate every trader in every market. */
  liquidate(): Promise<void>;
  /** Actions that were mined without reverting, by name. */
  readonly done: Map<string, number>;
}

/** Trades, deposits, withdrawals, liquidity, price moves and liquidations, from a seed. */
export function randomHistory(perpetual: Perpetual, seed: number): History {
  const { chain } = perpetual;
  const random = createRandom(seed);
  const prices: Record<string, number> = { ...PRICES };
  const done = new Map<string, number>();
  let turn = 0;
  const send = async (orders: readonly (readonly [from: Address, name: string, call: Call])[], pause: number) => {
    const hashes = await chain.rpc.batch(
      orders.map(([from, name, [target, method, args]]) => {
        const data = target.abi.encodeFunctionData(method, args) as Hex;
        return orderRequest({ label: name, from, to: target.address, data, gas: 8_000_000n });
      }),
    );
    await chain.mine((await chain.timestamp()) + pause);
    const receipts = await chain.rpc.batch(
      hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
    );
    receipts.forEach((receipt, i) => {
      const name = orders[i]![1];
      if ((receipt as { status: Hex }).status === "0x1") done.set(name, (done.get(name) ?? 0) + 1);
    });
  };
  return {
    done,
    async step() {
      if (random.uint32() % 2 === 0) {
        const { symbol } = pick(random, perpetual.markets);
        const first = PRICES[symbol as keyof typeof PRICES];
        prices[symbol] = Math.min(1.5, Math.max(0.6, prices[symbol]! / first + 0.3 * (random.unit() - 0.5))) * first;
        await setPrices(perpetual, { [symbol]: prices[symbol] });
      }
      const chosen = Array.from({ length: 3 }, () => {
        const [at, round] = [turn % ACTIONS.length, Math.floor(turn / ACTIONS.length)];
        turn += 1;
        // Most rounds are one trader's in one market, so that what is added is there to be removed.
        const isStray = random.uint32() % 3 === 0;
        const trader = isStray ? pick(random, TRADERS) : TRADERS[round % TRADERS.length]!;
        const market = perpetual.markets[round % perpetual.markets.length]!;
        return traderAction(perpetual, random, { name: ACTIONS[at]!, trader, market });
      });
      await send(
        [
          ...(await Promise.all(perpetual.markets.map((market) => toIndex(perpetual, market, prices)))),
          ...(await Promise.all(chosen)).flat(),
        ],
        20 + Math.floor(10 ** (3.5 * random.unit())),
      );
    },
    async liquidate() {
      const victims = perpetual.markets.flatMap((market) =>
        TRADERS.map((trader) => liquidation(perpetual, trader, market)),
      );
      await send(victims, 20);
    },
  };
}

type Order = readonly [from: Address, name: string, call: Call];

function liquidation({ clearingHouse }: Perpetual, trader: Address, { base }: PerpMarket): Order {
  return [KEEPER, "liquidate", [clearingHouse, "liquidate(address,address)", [trader, base.address]]];
}

/** Buy or sell until the market stands at the index, as far as the limits of a block allow. */
async function toIndex(
  { clearingHouse, chain }: Perpetual,
  { symbol, base, pool }: PerpMarket,
  prices: Record<string, number>,
): Promise<Order> {
  const sqrtPrice = (await read(chain, pool, "slot0", []))[0] as bigint;
  const price = (Number(sqrtPrice) / 2 ** 96) ** 2;
  const target = Math.min(1.08, Math.max(0.92, prices[symbol]! / price)) * price;
  const isBaseToQuote = target < price;
  const amount = parseUnits(isBaseToQuote ? String(Math.round(9e6 / target)) : "9000000", 18);
  return [KEEPER, "arbitrage", [clearingHouse, "openPosition", [order(base, isBaseToQuote, amount, sqrtX96(target))]]];
}

function order(base: ContractRef, isBaseToQuote: boolean, amount: bigint, sqrtPriceLimitX96 = 0n) {
  return {
    baseToken: base.address,
    isBaseToQuote,
    isExactInput: true,
    amount,
    oppositeAmountBound: 0,
    deadline: FOREVER,
    sqrtPriceLimitX96,
    referralCode: NO_REFERRAL,
  };
}

/** What traders do, in this sequence: liquidity before the trades that use the margin up. */
const ACTIONS = ["add", "deposit", "long", "short", "weth", "long", "withdraw", "remove", "short", "close"] as const;

async function traderAction(
  perpetual: Perpetual,
  random: Random,
  { name, trader, market }: { name: (typeof ACTIONS)[number]; trader: Address; market: PerpMarket },
): Promise<Order[]> {
  const { clearingHouse, vault, usdc, weth, chain } = perpetual;
  const { base, symbol } = market;
  const usd = Math.round(10 ** (3.5 + 1.5 * random.unit()));
  /** Of what the free collateral allows, most. */
  const open = async (isBaseToQuote: boolean): Promise<Call> => {
    const free = Number((await read(chain, vault, "getFreeCollateral", [trader]))[0]) / 1e6;
    const value = free * (3 + 6 * random.unit());
    const amount = (isBaseToQuote ? value / PRICES[symbol as keyof typeof PRICES] : value).toFixed(9);
    return [clearingHouse, "openPosition", [order(base, isBaseToQuote, parseUnits(amount, 18))]];
  };
  switch (name) {
    case "long":
      return [[trader, name, await open(false)]];
    case "short":
      return [[trader, name, await open(true)]];
    case "close": {
      const close = { baseToken: base.address, sqrtPriceLimitX96: 0, oppositeAmountBound: 0, deadline: FOREVER };
      return [[trader, name, [clearingHouse, "closePosition", [{ ...close, referralCode: NO_REFERRAL }]]]];
    }
    case "deposit":
      return [
        [trader, name, [vault, "deposit", [usdc.address, BigInt(usd) * 10n ** 5n + BigInt(random.uint32() % 1_000)]]],
      ];
    case "weth":
      return [[trader, name, [vault, "deposit", [weth.address, 10n ** 17n + BigInt(random.uint32())]]]];
    case "withdraw": {
      const free = (await read(chain, vault, "getFreeCollateralByToken", [trader, usdc.address]))[0] as bigint;
      return [[trader, name, [vault, "withdraw", [usdc.address, (free * 9n) / 10n]]]];
    }
    case "add":
      return [[trader, name, [clearingHouse, "addLiquidity", [liquidity(market, 1_200, usd / 10)]]]];
    default: {
      const { lowerTick, upperTick } = liquidity(market, 1_200, 1);
      const held = await read(chain, perpetual.orderBook, "getOpenOrder", [trader, base.address, lowerTick, upperTick]);
      const amount = (held[0] as { readonly liquidity: bigint }).liquidity;
      if (amount === 0n) return [];
      const params = {
        baseToken: base.address,
        lowerTick,
        upperTick,
        liquidity: amount,
        minBase: 0,
        minQuote: 0,
        deadline: FOREVER,
      };
      return [[trader, name, [clearingHouse, "removeLiquidity", [params]]]];
    }
  }
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.uint32() % list.length]!;
}
