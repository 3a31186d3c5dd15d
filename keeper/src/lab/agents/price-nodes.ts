import { toUnitsDown, fromUnits } from "../../units.js";
import { submissions, type Feed } from "../world/chainlink.js";
import { read } from "../world/contract-ref.js";
import type { Order } from "../world/orders.js";
import type { World } from "../world/world.js";

/** The nodes of the Chainlink feeds: they report the pools' prices on deviation or heartbeat, as mainnet's do. */

/** Mainnet's ETH/USD feed: 0.5 % and 3600 s (data.chain.link, "ETH / USD", Ethereum). */
const DEVIATION_FRAC = 0.005;
const HEARTBEAT_SEC = 3600;

export interface PriceNodes {
  /** Orders that bring the feeds to `usd` at block time `now`; remembers them as answered. */
  update(usd: ReadonlyMap<string, number>, now: number): readonly Order[];
  /** Base-currency price that each asset's feed will answer, by symbol. */
  readonly answers: ReadonlyMap<string, number>;
}

interface Tracked {
  readonly symbol: string;
  readonly feed: Feed;
  /** What one whole unit of the asset is worth in the feed's currency. */
  readonly value: (usd: ReadonlyMap<string, number>) => number;
  round: number;
  answer: number;
  updatedAt: number;
}

const ETH_USD = "ETH / USD";
const ETHER = "WETH";

/** Take over the feeds as they stand at the head. */
export async function openPriceNodes(world: World): Promise<PriceNodes> {
  const inEther = world.spec.baseCurrency === "ETH";
  const usdOf = (prices: ReadonlyMap<string, number>, symbol: string): number => prices.get(symbol) ?? 0;
  const tracked: Tracked[] = [];
  for (const { symbol, feed } of world.assets) {
    if (feed === null) continue;
    const value = (usd: ReadonlyMap<string, number>): number => usdOf(usd, symbol) / (inEther ? usdOf(usd, ETHER) : 1);
    tracked.push(await track(world, symbol, feed, value));
  }
  if (world.ethUsdFeed !== null) {
    tracked.push(await track(world, ETH_USD, world.ethUsdFeed, (usd) => usdOf(usd, ETHER)));
  }
  const answers = new Map(tracked.map(({ symbol, answer }) => [symbol, answer]));
  if (inEther) answers.set(ETHER, 1);
  return {
    answers,
    update: (usd, now) =>
      tracked.flatMap((one) => {
        const value = one.value(usd);
        if (Math.abs(value / one.answer - 1) < DEVIATION_FRAC && now - one.updatedAt < HEARTBEAT_SEC) return [];
        const units = toUnitsDown(value, one.feed.decimals);
        one.round += 1;
        one.updatedAt = now;
        one.answer = fromUnits(units, one.feed.decimals);
        answers.set(one.symbol, one.answer);
        return submissions(one.feed, one.round, units);
      }),
  };
}

async function track(world: World, symbol: string, feed: Feed, value: Tracked["value"]): Promise<Tracked> {
  const [round, answer] = await Promise.all([
    read(world.chain, feed.aggregator, "latestRound", []),
    read(world.chain, feed.aggregator, "latestAnswer", []),
  ]);
  return {
    symbol,
    feed,
    value,
    round: Number(String(round[0])),
    answer: fromUnits(answer[0] as bigint, feed.decimals),
    updatedAt: 0,
  };
}
