import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import { openLog } from "../../../keeper/src/observe/log.js";
import { createAdapterFaults } from "../../../keeper/src/operator/adapter-faults.js";
import { createHeadFaults } from "../../../keeper/src/operator/head-faults.js";
import { faultOf, runLoop, type LoopStamp } from "../../../keeper/src/operator/run-loop.js";
import type { Outbox } from "../../../keeper/src/publish/outbox.js";
import { openOperatorScene, type OperatorScene } from "./operator-scene.js";

async function* headsOf(...blocks: BlockRef[]): AsyncGenerator<BlockRef> {
  for (const block of blocks) {
    await Promise.resolve();
    yield block;
  }
}

describe("runLoop", () => {
  let folder: string;
  let scene: OperatorScene;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-loop-"));
    scene = openOperatorScene(folder);
  });
  afterEach(() => {
    scene.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("writes exactly one line for each head, also when one fails, and goes on", async () => {
    const first = scene.block();
    scene.node.mine();
    const second = scene.block();
    scene.node.mine();
    const third = scene.block();
    const lines: Record<string, unknown>[] = [];
    const stamps: LoopStamp[] = [];
    const log = openLog({ write: (text: string) => lines.push(JSON.parse(text) as Record<string, unknown>) });
    const { scoreBlock } = scene.parts;
    const parts = {
      ...scene.parts,
      scoreBlock: (block: BlockRef) =>
        block === second
          ? Promise.reject(new RangeError("no answer", { cause: new Error("timeout") }))
          : scoreBlock(block),
    };
    await runLoop(parts, { heads: headsOf(first, second, third), log, onDone: (stamp) => stamps.push(stamp) });

    expect(lines.map(({ event, block }) => [event, block])).to.deep.equal(
      [first, second, third].map(({ number }) => ["head.done", number]),
    );
    expect(lines[1]).to.deep.include({
      hash: second.hash,
      decision: "hold",
      reason: "error",
      sent: null,
      error: { class: "RangeError", message: "no answer", cause: { class: "Error", message: "timeout" } },
    });
    expect(lines[2]).to.include({ decision: "push", epoch: third.number });
    expect(lines.every(({ ms }) => typeof ms === "number")).to.equal(true);
    expect(stamps.map(({ isOk }) => isOk)).to.deep.equal([true, false, true]);
  });
});

describe("runLoop, when the budget is spent", () => {
  it("writes an error line that says so", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "bulkhead-loop-"));
    const scene = openOperatorScene(folder);
    const held = "spend budget: saw 2 transactions this hour, expected at most 1";
    const outbox: Outbox = {
      reconcile: () => Promise.resolve([]),
      step: () => Promise.resolve({ kind: "held", reason: held }),
    };
    const lines: Record<string, unknown>[] = [];
    const log = openLog({ write: (text: string) => lines.push(JSON.parse(text) as Record<string, unknown>) });
    const parts = { ...scene.parts, sending: { ...scene.sending, outbox } };
    await runLoop(parts, { heads: headsOf(scene.block()), log, onDone: () => undefined });
    scene.close();
    rmSync(folder, { recursive: true, force: true });
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ level: "error", event: "head.done", held, sent: null });
  });
});

describe("faultOf", () => {
  it("tells class and message of every cause, and no stack", () => {
    const fault = faultOf(new TypeError("outer", { cause: new Error("inner") }));
    expect(fault).to.deep.equal({ class: "TypeError", message: "outer", cause: { class: "Error", message: "inner" } });
    expect(faultOf("text")).to.deep.equal({ class: "string", message: "text" });
  });
});

describe("createHeadFaults", () => {
  it("says the same fault once, and again after a head came through", () => {
    const lines: string[] = [];
    const faults = createHeadFaults(openLog({ write: (text: string) => lines.push(text) }));
    for (const message of ["down", "down", "slow", "slow", "down"]) faults.report(new Error(message));
    expect(lines.map((text) => (JSON.parse(text) as { error: { message: string } }).error.message)).to.deep.equal([
      "down",
      "slow",
      "down",
    ]);
    faults.clear();
    faults.report(new Error("down"));
    expect(lines).to.have.length(4);
  });
});

describe("createAdapterFaults", () => {
  it("warns of an adapter once for each new fault, and again after it answered", () => {
    const lines: Record<string, unknown>[] = [];
    const warnOf = createAdapterFaults(
      openLog({ write: (text: string) => lines.push(JSON.parse(text) as Record<string, unknown>) }),
    );
    const adapter = "0x00000000000000000000000000000000000000aa";
    const silent = "0x00000000000000000000000000000000000000bb";
    const faults = ["reverts", "reverts", "no code", undefined, "no code"];
    for (const fault of faults)
      warnOf([
        { adapter, due: 0, fault },
        { adapter: silent, due: 2, fault: undefined },
      ]);
    expect(lines.map((line) => [line["level"], line["event"], line["adapter"], line["fault"]])).to.deep.equal(
      ["reverts", "no code", "no code"].map((fault) => ["warn", "adapter.error", adapter, fault]),
    );
  });
});
