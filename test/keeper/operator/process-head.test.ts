import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import type { HeadSummary } from "../../../keeper/src/operator/head-summary.js";
import { createHeadProcessor } from "../../../keeper/src/operator/process-head.js";
import type { AdapterAnswer } from "../../../keeper/src/publish/adapters.js";
import type { OutboxHead } from "../../../keeper/src/publish/outbox-parts.js";
import { epochSchedule } from "../../../keeper/src/quorum/schedule.js";
import { reportDigest, signDigest } from "../../../keeper/src/report/digest.js";
import { draftReport } from "../../../keeper/src/report/report.js";
import type { Address } from "../../../keeper/src/units.js";
import { addressOf, DOMAIN, keyOf } from "../quorum/votes.js";
import { assessment, context, hash32 } from "../report/assessments.js";
import { openOperatorScene, type OperatorScene } from "./operator-scene.js";

describe("createHeadProcessor", () => {
  let folder: string;
  let scene: OperatorScene;
  let processHead: (block: BlockRef) => Promise<HeadSummary>;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-head-"));
    scene = openOperatorScene(folder);
    processHead = createHeadProcessor(scene.parts);
    await processHead(scene.block());
  });
  afterEach(() => {
    scene.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The first block from here on whose epoch this operator transmits at once, or not. */
  const turnOf = (isOurs: boolean): BlockRef => {
    for (;;) {
      scene.node.mine();
      const block = scene.block();
      const [first] = epochSchedule(scene.oracle.config.signers, hash32("cc"), block.number);
      if ((first === addressOf(0)) === isOurs) return block;
    }
  };
  /** Another operator's vote on what this one computes for a block. */
  const receiveVote = (from: number, block: BlockRef): void => {
    const { config } = scene.oracle;
    const { report } = draftReport(
      assessment(),
      context({ block, epoch: block.number, laneSubjects: config.subjects }),
    );
    const digest = reportDigest(report, DOMAIN);
    scene.book.add({ report, digest, signer: addressOf(from), signature: signDigest(digest, keyOf(from)) });
  };

  it("signs nothing for the first head after a start", () => {
    expect(scene.book.size()).to.equal(0);
    expect(scene.signed.claimedAfter(hash32("cc"), 0, 9)).to.deep.equal([]);
  });

  it("numbers the epoch by the block, signs it once, and transmits on its turn with k signatures", async () => {
    const block = turnOf(true);
    receiveVote(1, block);
    const summary = await processHead(block);
    expect(summary).to.include({ decision: "push", reason: "first epoch", epoch: block.number, leverageCx: 160 });
    expect(summary.sent).to.equal(scene.node.pool()[0]?.hash);
    expect(scene.book.over(summary.digest).size).to.equal(2);
  });

  it("leaves the transmission to others when it is not its turn", async () => {
    const block = turnOf(false);
    receiveVote(1, block);
    receiveVote(2, block);
    expect(await processHead(block)).to.include({ decision: "push", sent: null });
    expect(scene.node.pool()).to.deep.equal([]);
  });

  it("takes over when its stage opens and the epoch is still not on chain", async () => {
    const block = turnOf(false);
    receiveVote(1, block);
    receiveVote(2, block);
    await processHead(block);
    const position = epochSchedule(scene.oracle.config.signers, hash32("cc"), block.number).indexOf(addressOf(0));
    let sent: string | null = null;
    for (let i = 0; i < 2 * position && sent === null; i++) {
      scene.node.mine();
      ({ sent } = await processHead(scene.block()));
    }
    expect(scene.node.head().number).to.equal(block.number + 2 * position);
    expect(scene.node.pool()).to.have.length(1);
  });

  it("fails closed below k, and says how many agree", async () => {
    const summary = await processHead(turnOf(true));
    expect(summary.sent).to.equal(null);
    expect(summary.reason).to.contain("1 of 2 signatures");
  });

  it("signs one report an epoch: a block of the same number after a reorganisation waits for the next", async () => {
    const block = turnOf(true);
    receiveVote(1, block);
    const first = await processHead(block);
    const second = await processHead({ ...block, hash: hash32("0f") });
    expect(second.digest).not.to.equal(first.digest);
    expect(second.reason).to.contain(`epoch ${block.number} is signed already, for ${first.digest}`);
    expect(scene.book.over(second.digest).size).to.equal(0);
  });

  it("does not send what would revert", async () => {
    scene.revert = "simulation reverts with EpochNotNewer(5, 9)";
    const block = turnOf(true);
    receiveVote(1, block);
    const summary = await processHead(block);
    expect(summary.sent).to.equal(null);
    expect(summary.reason).to.contain("EpochNotNewer(5, 9)");
    expect(scene.node.pool()).to.deep.equal([]);
  });

  it("holds what must not be signed, and names every fault", async () => {
    const block = turnOf(true);
    const { config } = scene.oracle;
    scene.oracle = { ...scene.oracle, config: { ...config, modelHash: hash32("67"), signers: [addressOf(1)] } };
    const summary = await processHead(block);
    expect(summary.decision).to.equal("hold");
    expect(summary.reason).to.contain("not signed (first epoch)").and.to.contain("is not one of the oracle's 1");
    expect(summary.reason).to.contain(`this process runs ${hash32("66")}, the oracle approves ${hash32("67")}`);
    expect(scene.book.size()).to.equal(0);
  });

  it("forgets reports that nobody wants any more", async () => {
    const block = turnOf(false);
    receiveVote(1, block);
    receiveVote(2, block);
    await processHead(block);
    const { lanes } = draftReport(assessment(), context({ laneSubjects: scene.oracle.config.subjects }));
    const published = { epoch: 1, observedBlock: 1, observedAt: block.timestamp, flags: 2, lanes };
    scene.oracle = { ...scene.oracle, published };
    for (let i = 0; i < 6; i++) {
      scene.node.mine();
      expect(await processHead(scene.block())).to.include({ decision: "hold", sent: null });
    }
    expect(scene.node.pool()).to.deep.equal([]);
  });

  /** A processor whose scoring or reading fails for as long as `isDown()`. */
  const failing = (part: "scoreBlock" | "readOracle", isDown: () => boolean): typeof processHead => {
    const { parts } = scene;
    const fail = (): Promise<never> => Promise.reject(new RangeError(`no ${part}`));
    return createHeadProcessor({
      ...parts,
      scoreBlock: (block) => (part === "scoreBlock" && isDown() ? fail() : parts.scoreBlock(block)),
      readOracle: (block) => (part === "readOracle" && isDown() ? fail() : parts.readOracle(block)),
    });
  };
  const rejectionOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

  for (const part of ["scoreBlock", "readOracle"] as const) {
    it(`still rebroadcasts and bumps what is pending when ${part} fails, and tells what landed at the next head`, async () => {
      let isDown = false;
      processHead = failing(part, () => isDown);
      await processHead(scene.block());
      const block = turnOf(true);
      receiveVote(1, block);
      const { sent } = await processHead(block);
      expect(scene.node.pool()).to.have.length(1);

      isDown = true;
      scene.node.dropPool();
      scene.node.mine({ isFull: true });
      expect(await rejectionOf(processHead(scene.block()))).to.be.instanceOf(RangeError);
      expect(scene.node.pool()[0]?.hash).to.equal(sent);
      scene.node.mine({ isFull: true });
      expect(await rejectionOf(processHead(scene.block()))).to.be.instanceOf(RangeError);
      expect(scene.node.pool()[0]?.maxFeePerGas).to.equal(23_625_000_000n);
      const bumped = scene.node.pool()[0]?.hash;
      scene.node.mine();
      expect(await rejectionOf(processHead(scene.block()))).to.be.instanceOf(RangeError);

      isDown = false;
      scene.node.mine();
      expect((await processHead(scene.block())).landed).to.deep.equal([bumped]);
    });
  }

  it("ends a failed head only when nothing of it is under way", async () => {
    let isOver = false;
    const outbox = {
      ...scene.sending.outbox,
      reconcile: async (head: OutboxHead) => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        const landed = await scene.sending.outbox.reconcile(head);
        isOver = true;
        return landed;
      },
    };
    const scoreBlock = (): Promise<never> => Promise.reject(new RangeError("no score"));
    processHead = createHeadProcessor({ ...scene.parts, scoreBlock, sending: { ...scene.sending, outbox } });
    expect(await rejectionOf(processHead(scene.block()))).to.be.instanceOf(RangeError);
    expect(isOver).to.equal(true);
  });

  const ADAPTER: Address = "0x00000000000000000000000000000000000000aa";
  const asking: AdapterAnswer = { adapter: ADAPTER, due: 1, fault: undefined };
  /** Everything is published: nothing but adapters wants a transaction. */
  const publishEverything = (): void => {
    const { lanes } = draftReport(assessment(), context({ laneSubjects: scene.oracle.config.subjects }));
    const published = { epoch: 1, observedBlock: 1, observedAt: scene.block().timestamp, flags: 2, lanes };
    scene.oracle = { ...scene.oracle, published };
  };

  it("syncs an adapter that asks while there is nothing to publish, and tells when it landed", async () => {
    const block = turnOf(true);
    publishEverything();
    scene.answers = [asking];
    const summary = await processHead(block);
    expect(summary).to.include({ decision: "hold", sync: ADAPTER, sent: scene.node.pool()[0]?.hash });
    expect(summary.adapters).to.deep.equal([asking]);
    expect(scene.node.pool().map(({ to }) => to?.toLowerCase())).to.deep.equal([ADAPTER]);
    scene.answers = [{ ...asking, due: 0 }];
    scene.node.mine();
    const after = await processHead(scene.block());
    expect(after).to.include({ sync: null, sent: null });
    expect(after.landed).to.deep.equal([summary.sent]);
  });

  it("publishes first where both are wanted, and syncs at the next head", async () => {
    const block = turnOf(true);
    scene.answers = [asking];
    receiveVote(1, block);
    expect(await processHead(block)).to.include({ decision: "push", sync: null });
    expect(scene.node.pool()[0]?.to?.toLowerCase()).to.equal(scene.parts.site.breaker);
    scene.node.mine();
    publishEverything();
    expect(await processHead(scene.block())).to.include({ decision: "hold", sync: ADAPTER });
  });

  it("publishes whatever the adapters say", async () => {
    const block = turnOf(true);
    scene.answers = [{ adapter: ADAPTER, due: 0, fault: "the call reverted" }];
    receiveVote(1, block);
    const summary = await processHead(block);
    expect(summary).to.include({ decision: "push", sync: null, sent: scene.node.pool()[0]?.hash });
    expect(summary.adapters).to.deep.equal(scene.answers);
  });

  it("syncs also while nothing can be scored", async () => {
    processHead = failing("scoreBlock", () => true);
    const block = turnOf(true);
    publishEverything();
    scene.answers = [asking];
    expect(await rejectionOf(processHead(block))).to.be.instanceOf(RangeError);
    expect(scene.node.pool().map(({ to }) => to?.toLowerCase())).to.deep.equal([ADAPTER]);
  });

  it("names in a dry run whom it would sync, and sends nothing", async () => {
    const dry = createHeadProcessor({ ...scene.parts, sending: undefined });
    const block = turnOf(true);
    publishEverything();
    scene.answers = [asking];
    expect(await dry(block)).to.include({ sync: ADAPTER, sent: null });
    expect(scene.node.pool()).to.deep.equal([]);
  });

  it("sums up what the digest is made from, and the first few things that were not read", async () => {
    scene.excluded = ["feed 0x01: stale", "venue 0x02: reverts"];
    const summary = await processHead(scene.block());
    const { configDigest } = scene.oracle.config;
    expect(summary).to.include({ configDigest, snapshotHash: hash32("55"), modelHash: hash32("66") });
    expect(summary.excluded).to.deep.equal(scene.excluded);
    scene.excluded = Array.from({ length: 1_000 }, (_, i) => `account ${i}: unreadable`);
    const { excluded } = await processHead(scene.block());
    expect(excluded).to.deep.equal([...scene.excluded.slice(0, 5), "and 995 more"]);
  });

  it("decides in a dry run, and signs nothing", async () => {
    const dry = createHeadProcessor({ ...scene.parts, sending: undefined });
    const summary = await dry(turnOf(true));
    expect(summary).to.include({ decision: "push", reason: "first epoch", sent: null, peers: undefined });
    expect(scene.book.size()).to.equal(0);
  });
});
