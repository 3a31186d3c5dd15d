import { expect } from "chai";
import {
  HeadStale,
  LogsMissing,
  NoHeadAgreement,
  ReadsDisagree,
  RpcAnswerMalformed,
  WrongChain,
} from "../../../../keeper/src/chain/rpc-errors.js";
import { createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import type { Snapshot } from "../../../../keeper/src/snapshot/snapshot.js";
import { type FaultyNode, type RpcCall, type Script, startFaultyNode } from "../../chain/faulty-node.js";
import { expectRejection } from "../../chain/fixture.js";
import { type Scene, WINDOW, openScene } from "./scene.js";

type ErrorClass = abstract new (...args: never[]) => Error;

/** A receipt, or a block's list of them, without logs. */
const withoutLogs = (receipt: unknown): unknown =>
  Array.isArray(receipt) ? receipt.map(withoutLogs) : { ...(receipt as object), logs: [] };

/** What a node's result of one method becomes. */
const tampering =
  (method: string, change: (result: unknown, call: RpcCall) => unknown): NonNullable<Script["tamper"]> =>
  (call, result) =>
    call.method === method ? change(result, call) : result;

/** What the node does; what reading from it alone fails with, and what that says; what two fail with of which one does it. */
const faults: readonly [
  title: string,
  script: Script,
  alone: ErrorClass,
  says: string,
  ofTwo: ErrorClass | undefined,
][] = [
  [
    "missing logs with the bloom set, from receipts too",
    {
      tamper(call, result) {
        if (call.method === "eth_getLogs") return [];
        return call.method.includes("Receipt") ? withoutLogs(result) : result;
      },
    },
    LogsMissing,
    "expected logs that add up to the header's bloom",
    undefined,
  ],
  [
    "another chain's id",
    { tamper: tampering("eth_chainId", () => "0x5") },
    WrongChain,
    "saw chain id 5",
    NoHeadAgreement,
  ],
  [
    "0x for a lens' answer",
    { tamper: tampering("eth_call", () => "0x") },
    RpcAnswerMalformed,
    "an empty result",
    undefined,
  ],
  [
    "JSON cut off",
    { http: (calls) => ({ status: 200, body: JSON.stringify(calls).slice(0, 40) }) },
    RpcAnswerMalformed,
    "expected complete JSON",
    NoHeadAgreement,
  ],
];

describe("wrong answers of nodes", function () {
  this.timeout(120_000);
  let scene: Scene;
  let nodes: readonly FaultyNode[];
  before(async () => {
    scene = await openScene();
    nodes = await Promise.all([1, 2, 3].map(() => startFaultyNode(scene.chain.url)));
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await scene.chain.close();
  });
  afterEach(() => {
    for (const node of nodes) node.script = {};
  });

  /** Sync on honest nodes, let the first go wrong, and read the block of a borrowing. */
  async function readWith(script: Script, count: number, quorum: number): Promise<Snapshot> {
    const pool = scene.openPool(
      nodes.slice(0, count).map(({ url }) => url),
      { quorum },
    );
    const reader = createSnapshotReader(pool, scene.sources, WINDOW);
    await reader.read(await pool.head());
    await scene.borrowMore();
    nodes[0]!.script = script;
    return reader.read(await pool.head());
  }

  async function honest(): Promise<string> {
    const pool = scene.openPool();
    return canonicalJson(await createSnapshotReader(pool, scene.sources, WINDOW).read(await pool.head()));
  }

  for (const [title, script, alone, says, ofTwo] of faults) {
    it(`error: ${alone.name} for ${title}; with two honest nodes beside it the snapshot is theirs`, async () => {
      const error = await expectRejection(readWith(script, 1, 1), alone);
      expect(error.message).to.contain(says);
      expect(canonicalJson(await readWith(script, 3, 2))).to.equal(await honest());
    });
    if (ofTwo === undefined) continue;
    it(`error: ${ofTwo.name} for ${title} by one of two that must agree`, async () => {
      await expectRejection(readWith(script, 2, 2), ofTwo);
    });
  }

  it("error: ReadsDisagree for a price that one of two tells otherwise; two honest nodes outvote it", async () => {
    const wrong = { tamper: tampering("eth_call", (result) => String(result).replace(/1(?=[^1]*$)/, "2")) };
    await expectRejection(readWith(wrong, 2, 2), ReadsDisagree);
    expect(canonicalJson(await readWith(wrong, 3, 2))).to.equal(await honest());
  });

  it("error: HeadStale for a head older than the clock allows; without a limit, and below it, the head is taken", async () => {
    // The chain's blocks are of March 2020.
    const error = await expectRejection(scene.openPool(undefined, { maxHeadAgeSec: 60 }).head(), HeadStale);
    expect(error.message).to.match(/[0-9]+ seconds old, expected at most 60; check that the nodes follow the chain/);
    const { hash } = await scene.openPool().head();
    expect((await scene.openPool(undefined, { maxHeadAgeSec: 10 ** 10 }).head()).hash).to.equal(hash);
  });

  it("behavior: a node that stands still does not hold back two that go on", async () => {
    const old = await scene.chain.rpc.call("eth_getBlockByNumber", ["0x1", false]);
    const stuck: Script = {
      tamper: tampering("eth_getBlockByNumber", (result, call) => (call.params[0] === "latest" ? old : result)),
    };
    expect(canonicalJson(await readWith(stuck, 3, 2))).to.equal(await honest());
  });
});
