import { expect } from "chai";
import { type RpcPool, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { derivedAddress, mineOrders, openActors } from "../../../keeper/src/lab/world/orders.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { type FaultyNode, type Script, startFaultyNode } from "./faulty-node.js";

const GENESIS = 1_583_971_200;
export const sender = derivedAddress("chain test sender");

/** An embedded chain whose blocks are made by hand. */
export async function startChain(): Promise<DevChain> {
  const chain = await startEmbeddedChain({ genesisTime: GENESIS });
  await chain.setAutomine(false);
  await openActors(chain, [sender], 10n ** 24n);
  return chain;
}

export async function mineEmpty(chain: DevChain): Promise<void> {
  await chain.mine((await chain.timestamp()) + 12);
}

/** Mine a block in which new contracts emit one event each, with these first topics. Returns their addresses. */
export async function mineEvents(chain: DevChain, topics: readonly Hex[]): Promise<Address[]> {
  // PUSH32 topic, PUSH0, PUSH0, LOG1: init code that emits an event and leaves an empty contract.
  const orders = topics.map((topic, i) => ({
    label: `event ${i}`,
    from: sender,
    to: null,
    data: `0x7f${topic.slice(2)}5f5fa1` as Hex,
  }));
  await mineOrders(chain, orders, (await chain.timestamp()) + 12);
  const block = (await chain.rpc.call("eth_getBlockByNumber", ["latest", false])) as { transactions: Hex[] };
  const receipts = await chain.rpc.batch(
    block.transactions.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
  );
  return receipts.map((receipt) => (receipt as { contractAddress: Address }).contractAddress.toLowerCase() as Address);
}

export interface PoolSetup {
  readonly nodes: FaultyNode[];
  readonly pool: RpcPool;
  close(): Promise<void>;
}

/** A pool over scripted nodes in front of one real chain. */
export async function openPool(
  chain: DevChain,
  scripts: readonly Script[],
  options: { quorum?: number; timeoutMs?: number } = {},
): Promise<PoolSetup> {
  const nodes = await Promise.all(scripts.map((script) => startFaultyNode(chain.url, script)));
  const { quorum = 1, timeoutMs = 400 } = options;
  const pool = createRpcPool({ urls: nodes.map(({ url }) => url), chainId: chain.chainId, quorum, timeoutMs });
  return { nodes, pool, close: async () => void (await Promise.all(nodes.map((node) => node.close()))) };
}

/** The rejection of `promise`, which must be of `type`. */
export async function expectRejection<T extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => T,
): Promise<T> {
  const outcome: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(type);
  return outcome as T;
}
