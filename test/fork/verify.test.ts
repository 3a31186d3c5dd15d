import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { findAnvil, startAnvil } from "../../keeper/src/chain/archive/anvil-fork.js";
import { requireHardhat } from "../../keeper/src/chain/archive/edr-fork.js";
import { spawnEdr } from "../../keeper/src/chain/archive/edr-process.js";
import { HardhatMissing, RecordingForeign } from "../../keeper/src/chain/archive/errors.js";
import type { CodeShelf } from "../../keeper/src/chain/archive/load.js";
import { loadArchive } from "../../keeper/src/chain/archive/load.js";
import { listRoot } from "../../keeper/src/chain/archive/trie-root.js";
import { blockFolders, verifyBlock, type VerifyNodes } from "../../keeper/src/chain/archive/verify.js";
import { BlocksMismatched, forkVerify, type VerifySummary } from "../../keeper/src/cli/fork-verify.js";
import { requireShared } from "../shared-data.js";
import { announceForkSource, BLOCKS } from "./fork-source.js";

before(announceForkSource);

/** One quick block of each kind: before Istanbul, its first (which reads the difficulty), the Merge's, Cancun's, with blobs. */
const HANDFUL = [9_068_998, 9_069_000, 15_537_394, 19_426_587, 19_923_400, 19_933_122, 19_934_116];
/** Set by whoever has minutes. */
const isDeep = process.env["BULKHEAD_DEEP"] !== undefined;

interface Replay {
  readonly gas_match: boolean;
  readonly bloom_match: boolean;
}

describe("fork verify", function () {
  this.timeout(600_000);
  let blocks: string;
  let root: string;
  let edr: ReturnType<typeof spawnEdr>;
  let nodes: VerifyNodes;
  const shelf: CodeShelf = new Map();

  before(async function () {
    blocks = resolve(requireShared(this, BLOCKS));
    root = await mkdtemp(join(tmpdir(), "bulkhead-verify-"));
    edr = spawnEdr();
    const anvil = findAnvil();
    nodes = { edr: edr.start, anvil: anvil === undefined ? undefined : (options) => startAnvil(anvil, options) };
  });
  after(async () => {
    edr?.close();
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });

  /** Block 9,068,998 in a folder of its own, beside links to the codes and hashes, with one of its files changed. */
  async function changed(name: string, file: string, change: (content: never) => void): Promise<string> {
    const folder = join(root, name);
    await mkdir(folder, { recursive: true });
    for (const shared of ["bytecodes_by_keccak.json.gz", "block_hashes.json.gz"]) {
      if (!existsSync(join(root, shared))) await symlink(join(blocks, shared), join(root, shared));
    }
    for (const own of ["block.json.gz", "pre_state.json.gz"]) {
      const original = join(blocks, "9068998", own);
      if (own !== file) {
        await symlink(original, join(folder, own));
        continue;
      }
      const content = JSON.parse(gunzipSync(await readFile(original)).toString());
      change(content as never);
      await writeFile(join(folder, own), gzipSync(JSON.stringify(content)));
    }
    return folder;
  }

  for (const number of HANDFUL) {
    it(`default: block ${number} comes out as its header says`, async function () {
      if (number === 19_934_116 && nodes.anvil === undefined) {
        console.warn("      SKIPPED: anvil is not installed; EDR has no BLOBHASH, which this block reads");
        return this.skip();
      }
      const row = await verifyBlock(join(blocks, `${number}`), nodes, shelf);
      expect(row, row.reason).to.include({ verdict: "verified", block: number, reason: "" });
      expect(Object.values(row.matches ?? {})).to.deep.equal([true, true, true, true]);
    });
  }

  it("behavior: every block that another EVM confirmed verifies, and none contradicts its header", async function () {
    if (!isDeep) {
      console.warn("      SKIPPED: BULKHEAD_DEEP is not set; it re-executes all recorded blocks, which takes minutes");
      return this.skip();
    }
    const replayed = JSON.parse(await readFile(join(blocks, "replay_status.derived.json"), "utf8"));
    const entries = Object.entries(replayed.blocks as Record<string, Replay>);
    const lines: string[] = [];
    const summary = await forkVerify([blocks], {}, { out: (line) => lines.push(line), progress: () => undefined });
    const verified = summary.rows.filter(({ verdict }) => verdict === "verified").map(({ block }) => `${block}`);
    const recorded = summary.rows.map(({ block }) => `${block}`);
    const confirmed = entries
      .filter(([, { gas_match, bloom_match }]) => gas_match && bloom_match)
      .map(([number]) => number);
    const expected = confirmed.filter((number) => recorded.includes(number));
    expect(expected.length).to.be.greaterThan(10);
    expect(verified).to.include.members(expected);
    expect(summary).to.include({ blocks: recorded.length, mismatched: 0, unreadable: 0 });
    expect(JSON.parse(lines.at(-1) ?? "")).to.deep.equal(summary);
    expect(lines.length).to.equal(recorded.length + 1);
  });

  it("behavior: a wrong result and a wrong file fail the command; missing code or state is incomplete, no failure", async () => {
    type State = Record<string, { code_hash?: string; storage: Record<string, string> }>;
    const lost = `0x${"12".repeat(32)}`;
    const isZero = (value: string): boolean => BigInt(value) === 0n;
    const other = await changed("other", "pre_state.json.gz", (state: State) => {
      const { storage } = Object.values(state).find((one) => Object.values(one.storage).some(isZero))!;
      storage[Object.keys(storage).find((key) => isZero(storage[key]!))!] = `0x${"0".repeat(63)}1`;
    });
    const noCode = await changed("no-code", "pre_state.json.gz", (state: State) => {
      Object.values(state).find(({ code_hash }) => code_hash !== undefined)!.code_hash = lost;
    });
    const noSlot = await changed("no-slot", "pre_state.json.gz", (state: State) => {
      for (const account of Object.values(state)) account.storage = {};
    });
    const wrong = await changed("wrong", "block.json.gz", (block: { gasUsed: string }) => (block.gasUsed = "0x1"));
    const lines: string[] = [];
    const progress: string[] = [];
    const output = { out: (line: string) => lines.push(line), progress: (line: string) => progress.push(line) };
    const run = forkVerify([other, noCode, noSlot, wrong], { json: true }, output);
    const error = await run.catch((cause: unknown) => cause);

    expect(error).to.be.instanceOf(BlocksMismatched);
    expect((error as Error).message)
      .to.contain(other)
      .and.to.contain(wrong)
      .and.not.to.contain(noCode);
    expect([lines.length, progress.length]).to.deep.equal([1, 4]);
    const { rows, ...counts } = JSON.parse(lines[0]!) as VerifySummary;
    expect(counts).to.deep.equal({ blocks: 4, verified: 0, mismatched: 1, incomplete: 2, unreadable: 1 });
    const reasons = rows.map(({ reason }) => reason);
    expect(reasons[0]).to.match(/^gasUsed.* differ from the header$/);
    expect(reasons[1]).to.equal(`1 codes are not recorded, ${lost} first`);
    expect(reasons[2]).to.match(/^slot 0x[0-9a-f]+ of 0x[0-9a-f]{40} is not recorded$/);
    expect(reasons[3]).to.contain("block.json.gz: header says hash");
  });

  it("behavior: finds the blocks in a folder of folders, by number", async () => {
    const found = await blockFolders([blocks]);
    expect(found.map((folder) => Number(basename(folder)))).to.deep.equal(
      [...found.map((folder) => Number(basename(folder)))].sort((a, b) => a - b),
    );
    expect(await blockFolders([join(blocks, "9068998")])).to.deep.equal([join(blocks, "9068998")]);
    const error = await blockFolders([join(blocks, "..")]).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(RecordingForeign);
    expect((error as Error).message).to.contain("saw neither, expected block.json(.gz) or folders of blocks");
  });

  it("default: recorded transactions hash to their headers' roots", async () => {
    for (const number of [9_068_998, 9_069_000, 19_923_400, 19_933_612]) {
      const { transactions, header } = await loadArchive(join(blocks, `${number}`), shelf);
      expect(listRoot(transactions.map(({ raw }) => raw)), `${number}`).to.equal(header.transactionsRoot);
    }
    // The root of no transactions is a constant of the protocol.
    expect(listRoot([])).to.equal("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
  });

  it("error: HardhatMissing says what to install", () => {
    const cannot = (): string => {
      throw new Error("Cannot find module 'hardhat/hre'");
    };
    expect(() => requireHardhat(cannot)).to.throw(HardhatMissing, "npm install --save-dev hardhat");
  });
});
