import { MaxUint256, parseEther } from "ethers";
import { type Random, createRandom } from "../../../../keeper/src/lab/random.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress, openActors, orderRequest } from "../../../../keeper/src/lab/world/orders.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { PRICES, type Synthetix, type SynthetixMarket, setPrices } from "./deployment.js";

export const TRADERS: readonly Address[] = Array.from({ length: 6 }, (_, i) => derivedAddress(`synthetix trader ${i}`));
const KEEPER: Address = derivedAddress("synthetix keeper");

export interface History {
  /** Mine a few blocks with random trades and a price move in them, and time passing. Some revert, as in life. */
  step(): Promise<void>;
  /** Flag and liquidate whoever can be. */
  liquidate(): Promise<void>;
  /** Actions that were mined without reverting, by name. */
  readonly done: Map<string, number>;
}

type Order = readonly [from: Address, name: string, market: SynthetixMarket, method: string, args: readonly unknown[]];

/** Let the actors send. */
export async function openTraders({ chain }: Synthetix): Promise<void> {
  await openActors(chain, [KEEPER, ...TRADERS], 10n ** 24n);
}

/** Deposits, trades, withdrawals, price moves and liquidations, from a seed. */
export function randomHistory(synthetix: Synthetix, seed: number): History {
  const { chain, markets } = synthetix;
  const random = createRandom(seed);
  const prices: Record<string, number> = { ...PRICES };
  const done = new Map<string, number>();
  const send = async (orders: readonly Order[], pause: number): Promise<void> => {
    const hashes = await chain.rpc.batch(
      orders.map(([from, label, { proxy }, method, args]) => {
        const data = proxy.abi.encodeFunctionData(method, args) as Hex;
        return orderRequest({ label, from, to: proxy.address, data, gas: 3_000_000n });
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
      const { asset } = pick(random, markets);
      const ratio = prices[asset]! / PRICES[asset] + 0.1 * (random.unit() - 0.5);
      prices[asset] = Math.min(1.4, Math.max(0.7, ratio)) * PRICES[asset];
      // All feeds, so that none is stale.
      await setPrices(synthetix, prices);
      const chosen = Array.from({ length: 4 }, () => traderAction(synthetix, random, prices));
      await send(await Promise.all(chosen), 10 + Math.floor(10 ** (4 * random.unit())));
    },
    async liquidate() {
      const all = markets.flatMap((market) => TRADERS.map((trader) => [market, trader] as const));
      for (const method of ["flagPosition", "liquidatePosition"]) {
        await send(
          all.map(([market, trader]): Order => [KEEPER, method, market, method, [trader]]),
          10,
        );
      }
    },
  };
}

async function traderAction(
  { chain, markets }: Synthetix,
  random: Random,
  prices: Readonly<Record<string, number>>,
): Promise<Order> {
  const trader = pick(random, TRADERS);
  const market = pick(random, markets);
  const margin = ((await read(chain, market.proxy, "remainingMargin", [trader]))[0] as bigint) / 10n ** 12n;
  const value = (Number(margin) / 1e6) * (2 + 38 * random.unit());
  const size = parseEther((value / prices[market.asset]!).toFixed(9));
  const name = pick(random, ["deposit", "deposit", "long", "long", "long", "short", "short", "close", "withdraw"]);
  switch (name) {
    case "long":
      return [trader, name, market, "modifyPosition", [size, MaxUint256 / 2n]];
    case "short":
      return [trader, name, market, "modifyPosition", [-size, 0]];
    case "close": {
      const [, , , , held] = (await read(chain, market.proxy, "positions", [trader]))[0] as bigint[];
      return [trader, name, market, "closePosition", [held! > 0n ? 0 : MaxUint256 / 2n]];
    }
    case "withdraw":
      return [trader, name, market, "withdrawAllMargin", []];
    default:
      return [
        trader,
        name,
        market,
        "transferMargin",
        [parseEther(String(Math.round(10 ** (2 + 2.5 * random.unit()))))],
      ];
  }
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.uint32() % list.length]!;
}
