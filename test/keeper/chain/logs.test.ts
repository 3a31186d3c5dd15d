import { expect } from "chai";
import { id } from "ethers";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import { bloomOf, readBloom } from "../../../keeper/src/chain/bloom.js";
import type { LogFilter } from "../../../keeper/src/chain/log.js";
import { LogsMissing, ReadsDisagree, RpcAnswerMalformed, RpcRefused } from "../../../keeper/src/chain/rpc-errors.js";
import { readSpan } from "../../../keeper/src/chain/span.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import type { RpcCall, Script } from "./faulty-node.js";
import { type PoolSetup, expectRejection, mineEmpty, mineEvents, openPool, startChain } from "./fixture.js";

const [A, B, C] = ["A()", "B()", "C()"].map((signature) => id(signature) as Hex) as [Hex, Hex, Hex];

describe("BlockReader.logs", () => {
  let chain: DevChain;
  let setup: PoolSetup | undefined;
  let emitters: Address[];
  let block: BlockRef;
  let empty: BlockRef;
  before(async () => {
    chain = await startChain();
    emitters = await mineEvents(chain, [A, B, A]);
    const { pool, close } = await openPool(chain, [{}]);
    block = await pool.head();
    await mineEmpty(chain);
    empty = await pool.head();
    await close();
  });
  after(() => chain.close());
  afterEach(async () => {
    await setup?.close();
    setup = undefined;
  });

  const open = async (scripts: readonly Script[], quorum = 1): Promise<PoolSetup> =>
    (setup = await openPool(chain, scripts, { quorum }));
  const everyone = (): LogFilter => [{ addresses: emitters, topics: [A, B] }];
  const methods = (calls: readonly RpcCall[]): string[] => calls.map(({ method }) => method);
  const noLogs: Script = { tamper: (call, result) => (call.method === "eth_getLogs" ? [] : result) };
  const noReceipts: Script = {
    answer: ({ method }) =>
      method === "eth_getTransactionReceipt" ? { error: { code: -32_000, message: "pruned" } } : undefined,
  };

  it("default: the block's logs by emitter and first topic, in their order", async () => {
    const { pool } = await open([{}]);
    const logs = await pool.at(block).logs(everyone());
    expect(logs.map(({ address, topics }) => [address, topics[0]])).to.deep.equal([
      [emitters[0], A],
      [emitters[1], B],
      [emitters[2], A],
    ]);
    expect(logs.map(({ blockHash, logIndex }) => [blockHash, logIndex])).to.deep.equal(
      [0, 1, 2].map((index) => [block.hash, index]),
    );
  });

  it("default: groups do not mix: an emitter counts only with the topics of its own group", async () => {
    const { pool } = await open([{}]);
    const logs = await pool.at(block).logs([
      { addresses: [emitters[0]!], topics: [B] },
      { addresses: [emitters[1]!], topics: [B] },
    ]);
    expect(logs.map(({ address }) => address)).to.deep.equal([emitters[1]]);
  });

  it("behavior: nothing is asked where the bloom excludes every emitter or topic", async () => {
    const { pool, nodes } = await open([{}]);
    expect(await pool.at(empty).logs(everyone())).to.deep.equal([]);
    expect(await pool.at(block).logs([{ addresses: emitters, topics: [C] }])).to.deep.equal([]);
    expect(nodes[0]!.calls).to.deep.equal([]);
  });

  it("behavior: an empty answer that the bloom contradicts is made good from the receipts", async () => {
    const { pool, nodes } = await open([noLogs]);
    const logs = await pool.at(block).logs(everyone());
    expect(logs.map(({ address }) => address)).to.deep.equal(emitters);
    expect(methods(nodes[0]!.calls)).to.include("eth_getTransactionReceipt");
  });

  it("behavior: eth_getBlockReceipts is used where the node has it", async () => {
    const { pool, nodes } = await open([
      noLogs,
      { answer: ({ method }) => (method === "eth_getBlockReceipts" ? { result: receipts } : undefined) },
    ]);
    const full = (await chain.rpc.call("eth_getBlockByHash", [block.hash, false])) as { transactions: Hex[] };
    const receipts = await Promise.all(
      full.transactions.map((hash) => chain.rpc.call("eth_getTransactionReceipt", [hash])),
    );
    nodes[0]!.script = { ...noLogs, answer: nodes[1]!.script.answer! };
    expect(await pool.at(block).logs(everyone())).to.have.length(3);
    expect(methods(nodes[0]!.calls)).to.include("eth_getBlockReceipts").and.not.include("eth_getTransactionReceipt");
  });

  it("behavior: an answer with one log missing is made good, too", async () => {
    const { pool } = await open([
      { tamper: (call, result) => (call.method === "eth_getLogs" ? (result as unknown[]).slice(1) : result) },
    ]);
    const logs = await pool.at(block).logs(everyone());
    expect(logs.map(({ address }) => address)).to.deep.equal(emitters);
  });

  it("error: LogsMissing, never silence, where no endpoint has the logs that the bloom asks for", async () => {
    const { pool } = await open([{ ...noLogs, ...noReceipts }]);
    const error = await expectRejection(pool.at(block).logs(everyone()), LogsMissing);
    expect(error.message).to.contain(`block ${block.number}`);
  });

  it("error: LogsMissing where receipts are emptied as well: they do not add up to the bloom", async () => {
    const hollow: Script = {
      tamper(call, result) {
        if (call.method === "eth_getLogs") return [];
        return call.method === "eth_getTransactionReceipt" ? { ...(result as object), logs: [] } : result;
      },
    };
    const { pool } = await open([hollow]);
    await expectRejection(pool.at(block).logs(everyone()), LogsMissing);
    expect(pool.status()[0]!.state).to.equal("lying");
    await setup!.close();
    const beside = await open([hollow, {}]);
    expect(await beside.pool.at(block).logs(everyone())).to.have.length(3);
  });

  it("error: RpcAnswerMalformed for logs of another block", async () => {
    const stray: Script = {
      tamper: (call, result) =>
        call.method === "eth_getLogs"
          ? (result as object[]).map((log) => ({ ...log, blockHash: `0x${"cd".repeat(32)}` }))
          : result,
    };
    const { pool } = await open([stray]);
    await expectRejection(pool.at(block).logs(everyone()), RpcAnswerMalformed);
  });

  it("error: ReadsDisagree where a quorum of two gets different logs", async () => {
    const { pool } = await open([noLogs, {}], 2);
    await expectRejection(pool.at(block).logs(everyone()), ReadsDisagree);
  });

  describe("readSpan", () => {
    it("default: logs of a span of blocks, ascending", async () => {
      const { pool } = await open([{}]);
      const logs = await readSpan(pool, { from: 0, to: empty }, everyone());
      expect(logs.map(({ address }) => address)).to.deep.equal(emitters);
    });

    it("behavior: a node that refuses large spans gets smaller ones, and no log is lost or doubled", async () => {
      const small: Script = {
        answer({ method, params }) {
          if (method !== "eth_getLogs") return undefined;
          const { fromBlock, toBlock } = params[0] as { fromBlock: Hex; toBlock: Hex };
          const isLarge = Number(toBlock) - Number(fromBlock) > 0;
          return isLarge ? { error: { code: -32_005, message: "query returned more than 1 results" } } : undefined;
        },
      };
      const { pool } = await open([small]);
      const logs = await readSpan(pool, { from: 0, to: empty }, everyone());
      expect(logs.map(({ address }) => address)).to.deep.equal(emitters);
    });

    it("error: RpcRefused where even a single block is refused", async () => {
      const never: Script = {
        answer: ({ method }) =>
          method === "eth_getLogs" ? { error: { code: -32_601, message: "disabled" } } : undefined,
      };
      const { pool } = await open([never]);
      await expectRejection(readSpan(pool, { from: 0, to: empty }, everyone()), RpcRefused);
    });
  });

  describe("bloomOf", () => {
    it("default: is what the node put into the header", async () => {
      const { pool } = await open([{}]);
      expect(bloomOf(await pool.at(block).logs(everyone()))).to.equal(block.logsBloom);
      expect(bloomOf([])).to.equal(empty.logsBloom);
    });

    it("default: a bloom may contain what went in, and not what did not", () => {
      const bloom = readBloom(block.logsBloom);
      for (const item of [...emitters, A, B]) expect(bloom.mayContain(item)).to.equal(true);
      expect(bloom.mayContain(C)).to.equal(false);
    });
  });
});
