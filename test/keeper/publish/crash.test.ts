import { expect } from "chai";
import { computeAddress } from "ethers";
import { network } from "hardhat";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Hex } from "../../../keeper/src/units.js";
import type { CrashTask } from "./crash-child.js";

const CHILD = fileURLToPath(new URL("./crash-child.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
/** `sstore(0, sload(0) + 1)`: counts the calls that were executed. */
const COUNTER_CODE = "0x60005460010160005500";
const POINTS = ["signed", "journaled", "sent", "marked", "receipt"] as const;
const NEVER = "never";

interface Outcome {
  readonly step: { readonly kind: string };
  readonly landed: number;
}

/** Run one head in a process of its own; undefined when it was killed. */
function runHead(task: CrashTask): Promise<Outcome | undefined> {
  const child = spawn(process.execPath, ["--import", TSX, CHILD, JSON.stringify(task)]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      if (signal === "SIGKILL") resolve(undefined);
      else if (code === 0) resolve(JSON.parse(stdout) as Outcome);
      else reject(new Error(`exit code ${code}: ${stderr}`));
    });
  });
}

describe("an operator killed while it sends", function () {
  this.timeout(120_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof network.createServer>>;
  let url: string;
  let tasks: CrashTask[];

  const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
    if (error !== undefined) throw new Error(error.message);
    return result;
  };
  const counts = (): Promise<number[]> =>
    Promise.all(tasks.map(async ({ counter }) => Number(await rpc("eth_getStorageAt", counter, "0x0", "latest"))));
  const nonces = (): Promise<number[]> =>
    Promise.all(
      tasks.map(async ({ key }) => Number(await rpc("eth_getTransactionCount", computeAddress(key), "latest"))),
    );
  /** All operators work through the head; each is killed at its point unless `fault` says otherwise. */
  const heads = (fault?: string): Promise<(Outcome | undefined)[]> =>
    Promise.all(tasks.map((task) => runHead({ ...task, fault: fault ?? task.fault })));

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-crash-"));
    server = await network.createServer({ network: "lab" }, "127.0.0.1", 0);
    url = `http://127.0.0.1:${(await server.listen()).port}`;
    tasks = POINTS.map((fault, i) => {
      const byte = (0x51 + i).toString(16);
      const counter = `0x${byte.repeat(20)}` as const;
      const key: Hex = `0x${byte.repeat(32)}`;
      return { url, folder: path.join(folder, fault), key, counter, fault };
    });
    await rpc("evm_setAutomine", false);
    for (const { counter, key } of tasks) {
      await rpc("hardhat_setCode", counter, COUNTER_CODE);
      await rpc("hardhat_setBalance", computeAddress(key), "0xde0b6b3a7640000");
    }
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is killed at its point, again while recovering, and then finishes: every call is in the chain exactly once", async () => {
    const [first, again] = [await heads(), await heads()];
    const isKilled = (outcomes: (Outcome | undefined)[]): boolean[] => outcomes.map((outcome) => outcome === undefined);
    expect(isKilled(first)).to.deep.equal([true, true, true, true, false]);
    // Once journaled, recovery has nothing to sign and journals nothing new: only its sending can be struck again.
    expect(isKilled(again)).to.deep.equal([true, false, true, true, false]);
    await heads(NEVER);
    await rpc("evm_mine");
    expect(await counts()).to.deep.equal([1, 1, 1, 1, 1]);

    const afterwards = await heads();
    expect(isKilled(afterwards)).to.deep.equal([false, false, false, false, true]);
    const settled = await heads(NEVER);
    expect(settled.map((outcome) => outcome?.step.kind)).to.deep.equal(Array(5).fill("idle"));
    expect(settled.at(-1)?.landed).to.equal(1);
    await rpc("evm_mine");
    expect([await counts(), await nonces()]).to.deep.equal([Array(5).fill(1), Array(5).fill(1)]);
  });
});
