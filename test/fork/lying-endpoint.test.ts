import { expect } from "chai";
import { toWord } from "../../keeper/src/chain/archive/archive.js";
import { addFact, type Json } from "../../keeper/src/chain/archive/facts.js";
import { createRecorder, pinBlock, type Recorder } from "../../keeper/src/chain/archive/record.js";
import { connectUpstream } from "../../keeper/src/chain/archive/upstream.js";
import { RpcAnswerMalformed, RpcUnreachable, WrongChain } from "../../keeper/src/chain/rpc-errors.js";
import { type FaultyNode, type Script, startFaultyNode } from "../keeper/chain/faulty-node.js";
import { CONTRACT, FUNDED, HEAD, type SmallChain, startSmallChain } from "./small-chain.js";

type Failure = abstract new (...args: never[]) => Error;

async function expectFailure(work: Promise<unknown>, kind: Failure, words: string): Promise<void> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).to.be.instanceOf(kind);
  expect((error as Error).message).to.contain(words);
}

/** One result of one method, changed. */
const lie = (of: string, change: (result: never) => unknown): Script => ({
  tamper: ({ method }, result) => (method === of ? change(result as never) : result),
});

describe("recording from an endpoint that answers wrongly", () => {
  let chain: SmallChain;
  let node: FaultyNode;
  let recorder: Recorder;

  before(async function () {
    chain = await startSmallChain(this);
  });
  after(() => chain?.close());
  beforeEach(async () => {
    node = await startFaultyNode(chain.url);
    const upstream = await connectUpstream(node.url);
    recorder = createRecorder(upstream, await pinBlock(upstream, HEAD), new Map());
  });
  afterEach(() => node.close());

  const learned = async (): Promise<number> => (await recorder.finish()).size;

  it("error: RpcAnswerMalformed for values that are none, and nothing is kept of them", async () => {
    const before = await learned();
    for (const [method, params, wrong, words] of [
      ["eth_getStorageAt", [CONTRACT, "0x7", "latest"], "0x", "a hex quantity"],
      ["eth_getStorageAt", [CONTRACT, "0x7", "latest"], `0x1${"0".repeat(64)}`, "a storage word of 32 bytes"],
      ["eth_getBalance", [FUNDED, "latest"], null, "a hex quantity"],
      ["eth_getCode", [CONTRACT, "latest"], "0x123", "code of whole bytes"],
      ["eth_call", [{ to: CONTRACT }, "latest"], null, "call result"],
      ["eth_getLogs", [{ fromBlock: "0x0" }], {}, "a list of logs"],
      ["eth_getBlockByNumber", ["0x1", false], null, "a block"],
    ] as const) {
      node.script = lie(method, () => wrong);
      await expectFailure(recorder.answer(method, params), RpcAnswerMalformed, words);
    }
    node.script = {};
    expect(await learned()).to.equal(before);
    expect(recorder.counts()).to.deep.equal({ asked: 7, notKept: 7 });
  });

  it("error: RpcAnswerMalformed for a block whose header or transactions do not hash to what it says", async () => {
    const ask = () => recorder.answer("eth_getBlockByNumber", ["0x1", true]);
    node.script = lie("eth_getBlockByNumber", (block: object) => ({ ...block, gasUsed: "0x1" }));
    await expectFailure(ask(), RpcAnswerMalformed, "to which its header hashes");
    node.script = lie("eth_getBlockByNumber", (block: object) => ({ ...block, transactions: [] }));
    await expectFailure(ask(), RpcAnswerMalformed, "transactions that hash to");
    const other = await chain.ask("eth_getBlockByNumber", "0x0", true);
    node.script = lie("eth_getBlockByNumber", () => other);
    await expectFailure(ask(), RpcAnswerMalformed, "saw block 0, expected block 1");
  });

  it("error: RpcAnswerMalformed for logs that were not asked for", async () => {
    const ask = () => recorder.answer("eth_getLogs", [{ fromBlock: "0x0", toBlock: "0x1", address: CONTRACT }]);
    const [log] = (await chain.ask("eth_getLogs", { fromBlock: "0x0" })) as object[];
    for (const [change, words] of [
      [{ blockNumber: "0x2" }, "a log of block 2"],
      [{ address: FUNDED }, `a log of ${FUNDED}`],
      [{ blockHash: "0x" }, "block hash of a log"],
    ] as const) {
      node.script = lie("eth_getLogs", () => [{ ...log, ...change }]);
      await expectFailure(ask(), RpcAnswerMalformed, words);
    }
  });

  it("error: WrongChain, in whatever batch the endpoint turns out to be of another chain", async () => {
    node.script = lie("eth_chainId", () => "0x5");
    await expectFailure(
      recorder.answer("eth_getBalance", [FUNDED, "latest"]),
      WrongChain,
      "saw chain id 5, expected 31337",
    );
  });

  it("error: RpcAnswerMalformed at the end when the endpoint then has another block there", async () => {
    await recorder.answer("eth_getBalance", [FUNDED, "latest"]);
    const head = (await chain.ask("eth_getBlockByNumber", "0x1", true)) as object;
    node.script = lie("eth_getBlockByNumber", () => head);
    await expectFailure(recorder.finish(), RpcAnswerMalformed, "saw block 1, expected block 2");
  });

  it("error: RpcUnreachable and RpcAnswerMalformed for what is no JSON-RPC at all", async () => {
    const ask = () => recorder.answer("eth_getBalance", [FUNDED, "latest"]);
    node.script = { http: () => ({ status: 502, body: "<html>bad gateway</html>" }) };
    await expectFailure(ask(), RpcUnreachable, "HTTP status 502");
    node.script = { http: () => ({ status: 200, body: '[{"jsonrpc":' }) };
    await expectFailure(ask(), RpcAnswerMalformed, "complete JSON");
    node.script = {};
    expect(await ask()).to.deep.include({ kind: "result" });
  });

  it("behavior: an error that is no answer of the chain is passed on and not kept; a revert is kept", async () => {
    const before = await learned();
    const ask = () => recorder.answer("eth_call", [{ to: CONTRACT }, "latest"]);
    node.script = {
      answer: ({ method }) => (method === "eth_call" ? { error: { code: -32005, message: "rate limit" } } : undefined),
    };
    expect(await ask()).to.deep.include({ kind: "error", code: -32005 });
    expect(await learned()).to.equal(before);
    node.script = {
      answer: ({ method }) =>
        method === "eth_call" ? { error: { code: 3, message: "execution reverted", data: "0x1234" } } : undefined,
    };
    await ask();
    node.script = {};
    expect(await ask(), "as it was recorded").to.deep.include({ kind: "error", code: 3, data: "0x1234" });
    expect(await learned()).to.equal(before + 1);
  });

  it("behavior: every read of state is asked for by the hash of the pinned block", async () => {
    await recorder.answer("eth_getStorageAt", [CONTRACT, "0x7", "latest"]);
    await recorder.answer("eth_call", [{ to: CONTRACT, data: toWord(7n) }, "0x2"]);
    const pins = node.calls
      .filter(({ method }) => /^eth_(getStorageAt|call)$/.test(method))
      .map(({ params }) => params.at(-1));
    const pin = { blockHash: recorder.pin.hash, requireCanonical: true };
    expect(pins).to.deep.equal([pin, pin]);
  });

  it("behavior: a revert told in other words is no conflict, with other data it is", () => {
    const told = (message: string, data: string): Json => ({ question: [], error: { code: 3, message, data } });
    const facts = new Map<string, Json>([["call 0x1", told("execution reverted", "0x12")]]);
    addFact(facts, ["call 0x1", told("VM Exception: revert", "0x12")]);
    expect(() => addFact(facts, ["call 0x1", told("execution reverted", "0x13")])).to.throw("call 0x1: recorded as");
  });
});
