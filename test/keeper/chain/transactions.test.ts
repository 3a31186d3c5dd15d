import { expect } from "chai";
import { CallReverted, ReadsDisagree } from "../../../keeper/src/chain/rpc-errors.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { mineOrders } from "../../../keeper/src/lab/world/orders.js";
import { simulate } from "../../../keeper/src/publish/transmission.js";
import type { Hex } from "../../../keeper/src/units.js";
import type { Script } from "./faulty-node.js";
import { type PoolSetup, expectRejection, mineEmpty, openPool, sender, startChain } from "./fixture.js";

describe("endpoints that are honest and a block apart", () => {
  let chain: DevChain;
  let setup: PoolSetup | undefined;
  let hash: Hex;

  beforeEach(async () => {
    chain = await startChain();
    await mineEmpty(chain);
  });
  afterEach(async () => {
    await setup?.close();
    await chain.close();
  });

  const open = async (scripts: readonly Script[]): Promise<PoolSetup> =>
    (setup = await openPool(chain, scripts, { quorum: 2 }));
  /** Mine one transaction of the sender. */
  const mineOne = async (): Promise<void> => {
    await mineOrders(chain, [{ label: "any", from: sender, to: sender, data: "0x" }], (await chain.timestamp()) + 12);
    const block = (await chain.rpc.call("eth_getBlockByNumber", ["latest", false])) as { transactions: Hex[] };
    hash = block.transactions[0]!;
  };
  const expectTrusted = (): void => {
    expect(setup!.pool.status().map(({ state }) => state)).to.deep.equal(setup!.nodes.map(() => "alive"));
  };
  const behind: Script = {
    tamper: ({ method, params }, result) => {
      if (method === "eth_getTransactionReceipt" || method === "eth_getBlockByHash") return null;
      if (method === "eth_getLogs") return [];
      if (method === "eth_getTransactionCount" && typeof params[1] === "string") return "0x0";
      return result;
    },
  };

  it("default: a count is of the head, whatever came after it", async () => {
    const { pool, nodes } = await open([{}, {}]);
    const before = await pool.head();
    await mineOne();
    expect(await pool.transactionCount(sender, before)).to.equal(0);
    expect(await pool.transactionCount(sender, await pool.head())).to.equal(1);
    expect(nodes[0]!.calls.find(({ method }) => method === "eth_getTransactionCount")?.params[1]).to.deep.equal({
      blockHash: before.hash,
      requireCanonical: true,
    });
  });

  it("default: a receipt of a block above the head is none yet", async () => {
    const { pool } = await open([{}, {}]);
    const before = await pool.head();
    await mineOne();
    expect(await pool.receipt(hash, before)).to.equal(undefined);
    const head = await pool.head();
    expect(await pool.receipt(hash, head)).to.include({ hash, blockHash: head.hash, succeeded: true });
  });

  it("behavior: two of three find the receipt; the one behind abstains and stays trusted", async () => {
    const { pool } = await open([behind, {}, {}]);
    await mineOne();
    const head = await pool.head();
    expect(await pool.receipt(hash, head)).to.include({ blockHash: head.hash });
    expect(await pool.transactionCount(sender, head)).to.equal(1);
    expectTrusted();
  });

  it("behavior: of two with one behind there is no receipt yet, and no fault", async () => {
    const { pool } = await open([behind, {}]);
    await mineOne();
    expect(await pool.receipt(hash, await pool.head())).to.equal(undefined);
    expectTrusted();
  });

  it("behavior: a block or a span of logs that one does not have yet is no lie", async () => {
    const { pool, nodes } = await open([behind, {}, {}]);
    await mineOne();
    const head = await pool.head();
    expect(await pool.block({ hash: head.hash })).to.deep.equal(head);
    const log = { address: sender, topics: [], data: "0x", blockNumber: "0x1", blockHash: head.hash, logIndex: "0x0" };
    for (const node of nodes.slice(1)) {
      node.script = { tamper: (call, result) => (call.method === "eth_getLogs" ? [log] : result) };
    }
    await pool.logsBetween({ from: 0, to: 2 }, [{ addresses: [sender], topics: [`0x${"11".repeat(32)}`] }]);
    expectTrusted();
  });

  it("behavior: calls in the next block may differ: nothing is known then, and nobody distrusted", async () => {
    const ahead: Script = { answer: ({ method }) => (method === "eth_call" ? { result: "0x01" } : undefined) };
    const { pool } = await open([ahead, {}]);
    await pool.head();
    const call = { from: sender, to: sender, data: "0x" } as const;
    await expectRejection(pool.pendingCall(call), ReadsDisagree);
    expect(await simulate(pool, sender, { epoch: 1, ...call })).to.equal(undefined);
    expectTrusted();
  });

  it("error: CallReverted, where a quorum agrees on it", async () => {
    const reverts: Script = {
      answer: ({ method }) =>
        method === "eth_call" ? { error: { code: 3, message: "execution reverted", data: "0x12345678" } } : undefined,
    };
    const { pool } = await open([{}, reverts, reverts]);
    const call = { from: sender, to: sender, data: "0x" } as const;
    const error = await expectRejection(pool.pendingCall(call), CallReverted);
    expect(error.data).to.equal("0x12345678");
    expect(await simulate(pool, sender, { epoch: 1, ...call })).to.equal("simulation reverts with 0x12345678");
  });
});
