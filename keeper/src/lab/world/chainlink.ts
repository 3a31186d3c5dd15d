import { ZeroAddress } from "ethers";
import type { Address } from "../../units.js";
import { bigToInt } from "../../units.js";
import type { DevChain } from "../chain.js";
import { loadForeign } from "./artifacts.js";
import type { ContractRef } from "./contract-ref.js";
import type { Order } from "./orders.js";
import type { Steward } from "./steward.js";
import { read } from "./contract-ref.js";
import { derivedAddress, openActors, orderRequest } from "./orders.js";

/** A Chainlink feed: a v0.6 FluxAggregator behind its EACAggregatorProxy. */
export interface Feed {
  readonly description: string;
  readonly decimals: number;
  /** What consumers read. */
  readonly proxy: ContractRef;
  /** What the oracle nodes submit to. */
  readonly aggregator: ContractRef;
}

const SOURCES = "chainlink-contracts-0.8/src/v0.6";
/** The nodes of every feed; a round's answer is the median of their submissions, valid from two on. */
const NODES: readonly Address[] = [0, 1, 2].map((index) => derivedAddress(`oracle node ${index}`));
const MIN_SUBMISSIONS = 2;
const ROUND_TIMEOUT_SEC = 1_800;
const MAX_ANSWER = 2n ** 127n;
const NODE_WEI = 10n ** 24n;
const SUBMIT_GAS = 500_000n;

/** Let the lab send for the oracle nodes, and give them gas money. */
export async function openOracleNodes(chain: DevChain): Promise<void> {
  await openActors(chain, NODES, NODE_WEI);
}

/** Queue a feed with its nodes appointed and no payments; it has no answer before the first {@link pushPrice}. */
export function deployFeed(steward: Steward, description: string, decimals: number): Feed {
  const settings = [ZeroAddress, 0, ROUND_TIMEOUT_SEC, ZeroAddress, 1, MAX_ANSWER, decimals, description];
  const aggregator = steward.deploy(loadForeign(`${SOURCES}/FluxAggregator`), settings);
  const proxy = steward.deploy(loadForeign(`${SOURCES}/EACAggregatorProxy`), [aggregator.address, ZeroAddress]);
  steward.call(aggregator, "changeOracles", [[], NODES, NODES, MIN_SUBMISSIONS, NODES.length, 0]);
  return { description, decimals, proxy, aggregator };
}

/**
 * Send a new round's submissions, one of each node; the answer stands once they are mined. At most one round of a feed
 * fits between two blocks.
 *
 * **Units.** `answer` in `10**-feed.decimals`.
 */
export async function pushPrice(chain: DevChain, feed: Feed, answer: bigint): Promise<void> {
  await chain.rpc.batch((await roundOrders(chain, feed, answer)).map(orderRequest));
}

/** The submissions of a feed's next round. */
export async function roundOrders(chain: DevChain, feed: Feed, answer: bigint): Promise<readonly Order[]> {
  const [latestRound] = await read(chain, feed.aggregator, "latestRound", []);
  return submissions(feed, bigToInt(latestRound as bigint) + 1, answer);
}

/** The submissions of round `round`. */
export function submissions(feed: Feed, round: number, answer: bigint): readonly Order[] {
  const data = feed.aggregator.abi.encodeFunctionData("submit", [round, answer]) as `0x${string}`;
  const label = `${feed.description} round ${round}`;
  return NODES.map((from) => ({ label, from, to: feed.aggregator.address, data, gas: SUBMIT_GAS }));
}
