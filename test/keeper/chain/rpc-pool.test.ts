import { expect } from "chai";
import {
  BlockGone,
  CallReverted,
  NoHeadAgreement,
  ReadsDisagree,
  RpcAnswerMalformed,
  RpcRateLimited,
  RpcRefused,
  RpcUnreachable,
  WrongChain,
} from "../../../keeper/src/chain/rpc-errors.js";
import { RpcPoolMisconfigured, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import type { Script } from "./faulty-node.js";
import { type PoolSetup, expectRejection, mineEmpty, openPool, sender, startChain } from "./fixture.js";

/** TIMESTAMP, NUMBER as two words: what block a call runs in. */
const WHERE_AM_I = "0x425f524360205260405ff3" as const;
const BALANCE_SLOT = `0x${"00".repeat(32)}` as const;

describe("createRpcPool", () => {
  let chain: DevChain;
  let setup: PoolSetup | undefined;
  before(async () => {
    chain = await startChain();
    await mineEmpty(chain);
    await mineEmpty(chain);
  });
  after(() => chain.close());
  afterEach(async () => {
    await setup?.close();
    setup = undefined;
  });

  const open = async (scripts: readonly Script[], quorum = 1): Promise<PoolSetup> =>
    (setup = await openPool(chain, scripts, { quorum }));

  it("default: the head is the node's latest block, with the header's fields", async () => {
    const { pool } = await open([{}]);
    const head = await pool.head();
    const latest = (await chain.provider.getBlock("latest"))!;
    expect(head.number).to.equal(latest.number);
    expect(head.hash).to.equal(latest.hash);
    expect(head.parentHash).to.equal(latest.parentHash);
    expect(head.timestamp).to.equal(latest.timestamp);
    expect(head.baseFeePerGas).to.equal(latest.baseFeePerGas);
  });

  it("default: a read is pinned to its block's hash, and runs in that block", async () => {
    const { pool, nodes } = await open([{}]);
    const earlier = await pool.block({ number: 1 });
    const answer = await pool.at(earlier).call({ data: WHERE_AM_I });
    expect(BigInt(answer.slice(0, 66))).to.equal(BigInt(earlier.timestamp));
    expect(BigInt(`0x${answer.slice(66)}`)).to.equal(1n);
    expect(nodes[0]!.calls.at(-1)!.params[1]).to.deep.equal({ blockHash: earlier.hash, requireCanonical: true });
  });

  it("default: reads of one turn are one HTTP request, with the chain id in it", async () => {
    let ids = 0;
    const { pool, nodes } = await open([{ answer: ({ method }) => void (method === "eth_chainId" && ids++) }]);
    const head = await pool.head();
    const before = nodes[0]!.requests();
    const reader = pool.at(head);
    await Promise.all([
      reader.call({ data: WHERE_AM_I }),
      reader.storage(sender, BALANCE_SLOT),
      pool.transactionCount(sender, head),
    ]);
    expect(nodes[0]!.requests() - before).to.equal(1);
    expect(ids).to.equal(2);
  });

  it("default: three honest endpoints agree, and two of them are asked for a read", async () => {
    const { pool, nodes } = await open([{}, {}, {}], 2);
    const head = await pool.head();
    await pool.at(head).call({ data: WHERE_AM_I });
    const asked = nodes.map(({ calls }) => calls.filter(({ method }) => method === "eth_call").length);
    expect(asked).to.deep.equal([1, 1, 0]);
  });

  describe("endpoints that do not answer", () => {
    const broken: readonly [string, Script, abstract new (...args: never[]) => Error][] = [
      [
        "an HTML page",
        { http: () => ({ status: 200, body: "<html><body>Bad gateway</body></html>" }) },
        RpcAnswerMalformed,
      ],
      ["an HTML page with status 502", { http: () => ({ status: 502, body: "<html></html>" }) }, RpcUnreachable],
      ["truncated JSON", { http: () => ({ status: 200, body: '[{"jsonrpc":"2.0","id":0,"res' }) }, RpcAnswerMalformed],
      [
        "an answer to another request",
        { http: () => ({ status: 200, body: '[{"id":77,"result":"0x1"}]' }) },
        RpcAnswerMalformed,
      ],
      [
        "one object for a batch",
        { http: () => ({ status: 200, body: '{"id":0,"result":"0x1"}' }) },
        RpcAnswerMalformed,
      ],
      ["no answer in time", { http: () => "hang" }, RpcUnreachable],
      ["a closed connection", { http: () => "reset" }, RpcUnreachable],
      ["429", { http: () => ({ status: 429, body: "slow down", headers: { "retry-after": "7" } }) }, RpcRateLimited],
      ["0x for the chain id", { tamper: (call, r) => (call.method === "eth_chainId" ? "0x" : r) }, RpcAnswerMalformed],
      [
        "0x for the head",
        { tamper: (call, r) => (call.method === "eth_getBlockByNumber" ? "0x" : r) },
        RpcAnswerMalformed,
      ],
      [
        "null for the head",
        { tamper: (call, r) => (call.method === "eth_getBlockByNumber" ? null : r) },
        RpcAnswerMalformed,
      ],
    ];
    for (const [title, script, type] of broken) {
      it(`error: ${type.name} for ${title}; a healthy endpoint beside it is enough`, async () => {
        const alone = await open([script]);
        const error = await expectRejection(alone.pool.head(), type);
        expect(error.message).to.match(/saw .*expected/);
        expect(alone.pool.status()[0]!.state).to.not.equal("alive");
        await alone.close();

        const { pool } = await open([script, {}]);
        const head = await pool.head();
        expect(head.hash).to.equal((await chain.provider.getBlock("latest"))!.hash);
        expect(await pool.at(head).call({ data: WHERE_AM_I })).to.have.length(130);
      });
    }

    it("behavior: an endpoint that recovers is used again", async () => {
      const { pool, nodes } = await open([{ http: () => "reset" }]);
      await expectRejection(pool.head(), RpcUnreachable);
      nodes[0]!.script = {};
      expect((await pool.head()).number).to.be.at.least(2);
    });

    it("behavior: an endpoint that hangs is not waited for once it is known to", async () => {
      const { pool } = await open([{ http: () => "hang" }, {}]);
      await pool.head();
      await new Promise((resolve) => setTimeout(resolve, 450));
      expect(pool.status().map(({ state }) => state)).to.deep.equal(["unreachable", "alive"]);
      expect((await pool.head()).number).to.be.at.least(2);
    });

    it("error: RpcUnreachable names the host, never the path, where providers put keys", async () => {
      const pool = createRpcPool({ urls: ["http://127.0.0.1:9/v2/SECRET"], chainId: 1, quorum: 1, timeoutMs: 300 });
      const error = await expectRejection(pool.head(), RpcUnreachable);
      expect(error.message).to.contain("127.0.0.1:9").and.not.contain("SECRET");
    });
  });

  describe("endpoints of another chain", () => {
    const mainnet: Script = { tamper: (call, result) => (call.method === "eth_chainId" ? "0x1" : result) };

    it("error: WrongChain with both ids", async () => {
      const { pool } = await open([mainnet]);
      const error = await expectRejection(pool.head(), WrongChain);
      expect(error.seen).to.equal(1);
      expect(error.expected).to.equal(chain.chainId);
    });

    it("error: WrongChain when an endpoint changes chain between two reads", async () => {
      const { pool, nodes } = await open([{}]);
      const head = await pool.head();
      nodes[0]!.script = mainnet;
      await expectRejection(pool.at(head).call({ data: WHERE_AM_I }), WrongChain);
    });

    it("behavior: it is left out as long as others make the quorum", async () => {
      const { pool, nodes } = await open([mainnet, {}, {}], 2);
      const head = await pool.head();
      await pool.at(head).call({ data: WHERE_AM_I });
      await pool.head();
      expect(pool.status().map(({ state }) => state)).to.deep.equal(["wrong-chain", "alive", "alive"]);
      expect(nodes[0]!.requests()).to.equal(1);
    });
  });

  describe("endpoints that lag, fork or lie", () => {
    const atBlockOne: Script = {
      tamper: (call, result) =>
        call.method === "eth_getBlockByNumber" && call.params[0] === "latest" ? blockOne : result,
    };
    let blockOne: unknown;
    before(async () => {
      blockOne = await chain.rpc.call("eth_getBlockByNumber", ["0x1", false]);
    });
    const forked: Script = {
      tamper: (call, result) =>
        call.method === "eth_getBlockByNumber" ? { ...(result as object), hash: `0x${"fe".repeat(32)}` } : result,
    };
    const lying: Script = {
      tamper: (call, result) => (call.method === "eth_call" ? String(result).replace(/.$/, "f") : result),
    };

    it("behavior: a lagging endpoint does not hold the quorum back, and is not distrusted", async () => {
      const { pool } = await open([atBlockOne, {}, {}], 2);
      expect((await pool.head()).number).to.equal(await chain.provider.getBlockNumber());
      expect(pool.status()[0]!.state).to.equal("alive");
    });

    it("behavior: with two endpoints and one lagging, the head is the block that both have", async () => {
      const { pool } = await open([atBlockOne, {}], 2);
      const head = await pool.head();
      expect(head.number).to.equal(1);
      expect(head.hash).to.equal((await chain.provider.getBlock(1))!.hash);
    });

    it("behavior: an outvoted fork is not trusted any more; the evidence is kept", async () => {
      const { pool } = await open([forked, {}, {}], 2);
      expect((await pool.head()).hash).to.equal((await chain.provider.getBlock("latest"))!.hash);
      const [status] = pool.status();
      expect(status!.state).to.equal("forked");
      expect(status!.evidence[0]).to.contain("0xfefefefe");
      expect(status!.until).to.be.above(Date.now());
    });

    it("error: NoHeadAgreement when two endpoints stand against each other", async () => {
      const { pool } = await open([forked, {}], 2);
      const error = await expectRejection(pool.head(), NoHeadAgreement);
      expect(error.message).to.contain("expected 2 endpoints");
    });

    it("error: NoHeadAgreement when one of the quorum is down: a quorum of two never becomes one", async () => {
      const { pool } = await open([{ http: () => "reset" }, {}], 2);
      await expectRejection(pool.head(), NoHeadAgreement);
    });

    it("behavior: a wrong value is outvoted, and its author is not trusted any more", async () => {
      const { pool, nodes } = await open([lying, {}, {}], 2);
      const head = await pool.head();
      const answer = await pool.at(head).call({ data: WHERE_AM_I });
      expect(BigInt(`0x${answer.slice(66)}`)).to.equal(BigInt(head.number));
      expect(pool.status().map(({ state }) => state)).to.deep.equal(["lying", "alive", "alive"]);
      const before = nodes[0]!.requests();
      await pool.at(head).call({ data: WHERE_AM_I });
      expect(nodes[0]!.requests()).to.equal(before);
    });

    it("error: ReadsDisagree when nobody can be outvoted", async () => {
      const { pool } = await open([lying, {}], 2);
      const error = await expectRejection(pool.at(await pool.head()).call({ data: WHERE_AM_I }), ReadsDisagree);
      expect(error.message).to.contain("2 different answers");
    });

    it("error: RpcAnswerMalformed when init code answers nothing: the node did not run it", async () => {
      const { pool } = await open([{ tamper: (call, result) => (call.method === "eth_call" ? "0x" : result) }]);
      await expectRejection(pool.at(await pool.head()).call({ data: WHERE_AM_I }), RpcAnswerMalformed);
    });
  });

  describe("blocks that go", () => {
    it("error: BlockGone for a hash that the node does not have, by every kind of read", async () => {
      const { pool } = await open([{}]);
      const gone = { ...(await pool.head()), hash: `0x${"ab".repeat(32)}` as const };
      await expectRejection(pool.at(gone).call({ data: WHERE_AM_I }), BlockGone);
      await expectRejection(pool.at(gone).storage(sender, BALANCE_SLOT), BlockGone);
      await expectRejection(pool.block({ hash: gone.hash }), BlockGone);
      await expectRejection(pool.block({ number: 1_000_000 }), BlockGone);
    });

    it("error: BlockGone after the chain was rolled back", async () => {
      const { pool } = await open([{}]);
      const mark = await chain.snapshot();
      await mineEmpty(chain);
      const orphan = await pool.head();
      await chain.revert(mark);
      await expectRejection(pool.at(orphan).call({ data: WHERE_AM_I }), BlockGone);
    });

    it("behavior: an endpoint that does not have the block yet is passed over", async () => {
      const lagging: Script = {
        answer: ({ method }) =>
          method === "eth_call" ? { error: { code: -32_000, message: "header not found" } } : undefined,
      };
      const { pool } = await open([lagging, {}]);
      expect(await pool.at(await pool.head()).call({ data: WHERE_AM_I })).to.have.length(130);
    });
  });

  describe("refusals", () => {
    it("error: CallReverted with the data, agreed on like any answer, and no fault of the endpoint", async () => {
      const { pool } = await open([{}, {}], 2);
      const head = await pool.head();
      // MSTORE(0, 7), REVERT(0, 32)
      const error = await expectRejection(pool.at(head).call({ data: "0x60075f5260205ffd" }), CallReverted);
      expect(BigInt(error.data)).to.equal(7n);
      expect(pool.status().map(({ state }) => state)).to.deep.equal(["alive", "alive"]);
    });

    it("error: RpcRefused with the node's code and text", async () => {
      const { pool } = await open([
        {
          answer: ({ method }) =>
            method === "eth_getStorageAt"
              ? { error: { code: -32_601, message: "the method is not available" } }
              : undefined,
        },
      ]);
      const error = await expectRejection(pool.at(await pool.head()).storage(sender, BALANCE_SLOT), RpcRefused);
      expect(error.code).to.equal(-32_601);
      expect(error.message).to.contain("not available");
    });

    it("error: RpcPoolMisconfigured for a quorum that cannot be reached", () => {
      for (const quorum of [0, 3, 1.5]) {
        const create = () => createRpcPool({ urls: ["http://a", "http://b"], chainId: 1, quorum, timeoutMs: 1 });
        expect(create).to.throw(RpcPoolMisconfigured);
      }
    });
  });
});
