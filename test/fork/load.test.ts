import { expect } from "chai";
import { keccak256 } from "ethers";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { borrowState } from "../../keeper/src/chain/archive/archive.js";
import { ArchiveConflict, ArchiveMalformed, ArchiveMissing } from "../../keeper/src/chain/archive/errors.js";
import { headerHash, mainnetHardfork } from "../../keeper/src/chain/archive/header.js";
import { loadArchive } from "../../keeper/src/chain/archive/load.js";
import { requireShared } from "../shared-data.js";
import { announceForkSource, BLOCKS } from "./fork-source.js";
import { genesisBlock, genesisHeader } from "./genesis.js";
import { PAYER, READER, tinyArchive } from "./tiny-archive.js";

type Json = Record<string, never>;

before(announceForkSource);

async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<Error | undefined> {
  try {
    await (typeof work === "function" ? work() : work);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describe("headerHash", () => {
  it("default: hashes mainnet's genesis header to the hash everybody knows", () => {
    expect(headerHash(genesisHeader)).to.equal(genesisBlock.hash);
    expect(headerHash({ ...genesisHeader, gasUsed: "0x1" })).to.not.equal(genesisBlock.hash);
  });
});

describe("mainnetHardfork", () => {
  const at = (number: bigint, timestamp: bigint) =>
    mainnetHardfork({
      ...tinyArchive.header,
      number: `0x${number.toString(16)}`,
      timestamp: `0x${timestamp.toString(16)}`,
    });

  it("default: switches at the activation block or second, not before", () => {
    expect([at(12_243_999n, 0n), at(12_244_000n, 0n)]).to.deep.equal(["muirGlacier", "berlin"]);
    expect([at(12_964_999n, 0n), at(12_965_000n, 0n)]).to.deep.equal(["berlin", "london"]);
    expect([at(17_034_869n, 1_681_338_443n), at(17_034_870n, 1_681_338_455n)]).to.deep.equal(["merge", "shanghai"]);
    expect([at(19_426_586n, 1_710_338_123n), at(19_426_587n, 1_710_338_135n)]).to.deep.equal(["shanghai", "cancun"]);
  });

  it("error: RangeError before Petersburg", () => {
    expect(() => at(7_279_999n, 0n)).to.throw(RangeError, "7279999");
  });
});

describe("loadArchive", () => {
  let root: string | undefined;
  let folder: string;
  beforeEach(async function () {
    const source = requireShared(this, BLOCKS);
    root = await mkdtemp(join(tmpdir(), "bulkhead-archive-"));
    folder = join(root, "19923400");
    for (const file of ["19923400/block.json.gz", "19923400/pre_state.json.gz", "block_hashes.json.gz"]) {
      await cp(join(source, file), join(root, file));
    }
    await writeFile(
      join(root, "bytecodes_by_keccak.json.gz"),
      await codesOf(source, join(folder, "pre_state.json.gz")),
    );
  });
  afterEach(async () => {
    if (root !== undefined) await rm(root, { recursive: true, force: true });
    root = undefined;
  });

  /** The few codes of one block out of all that are recorded: each test then reads kilobytes, not 50 MB. */
  async function codesOf(source: string, preState: string): Promise<Buffer> {
    const all = JSON.parse(gunzipSync(await readFile(join(source, "bytecodes_by_keccak.json.gz"))).toString());
    const state: Record<string, { code_hash?: string }> = JSON.parse(gunzipSync(await readFile(preState)).toString());
    const hashes = Object.values(state).flatMap(({ code_hash }) => (code_hash === undefined ? [] : [code_hash]));
    return gzipSync(JSON.stringify(Object.fromEntries(hashes.map((hash) => [hash, all[hash]]))));
  }

  async function edit(file: string, change: (content: Json) => void): Promise<void> {
    const path = join(folder, file);
    const content = JSON.parse(gunzipSync(await readFile(path)).toString());
    change(content);
    await writeFile(path, gzipSync(JSON.stringify(content)));
  }

  async function expectMalformed(...words: readonly string[]): Promise<void> {
    const error = await failureOf(loadArchive(folder));
    expect(error).to.be.instanceOf(ArchiveMalformed);
    for (const word of words) expect(error?.message).to.contain(word);
  }

  it("default: header, transactions and codes hash to what they claim", async () => {
    const archive = await loadArchive(folder);
    expect(headerHash(archive.header)).to.equal(archive.header.hash);
    for (const { hash, raw } of archive.transactions) expect(keccak256(raw)).to.equal(hash);
    for (const [hash, code] of archive.codes) expect(keccak256(code)).to.equal(hash);
    expect(archive.transactions.length).to.be.above(0);
    expect(archive.codes.size).to.be.above(0);
  });

  it("error: ArchiveMalformed when a file is absent or not gzip", async () => {
    await rm(join(folder, "pre_state.json.gz"));
    await expectMalformed("pre_state.json.gz", "ENOENT");
    await writeFile(join(folder, "pre_state.json.gz"), "plain text");
    await expectMalformed("pre_state.json.gz", "incorrect header check");
  });

  it("error: ArchiveMalformed when a header field was changed", async () => {
    await edit("block.json.gz", (block) => Object.assign(block, { gasUsed: "0x1" }));
    await expectMalformed("block.json.gz", "header says hash");
  });

  it("error: ArchiveMalformed when a transaction was changed", async () => {
    await edit("block.json.gz", (block) => Object.assign(block["transactions"]![0], { value: "0x123456" }));
    await expectMalformed("block.json.gz", "transaction 0 says hash");
  });

  it("error: ArchiveMalformed when a code is not what its key says", async () => {
    await edit("../bytecodes_by_keccak.json.gz", (codes) => {
      for (const hash of Object.keys(codes)) Object.assign(codes, { [hash]: "0x00" });
    });
    await expectMalformed("bytecodes_by_keccak.json.gz", "code under 0x");
  });

  it("error: ArchiveMalformed when a field has the wrong type", async () => {
    await edit("pre_state.json.gz", (state) => Object.assign(Object.values(state)[0]!, { nonce: "one" }));
    await expectMalformed("pre_state.json.gz", "nonce");
  });
});

describe("borrowState", () => {
  const reader = tinyArchive.accounts.get(READER)!;
  const withSlots = (slots: [bigint, bigint][]) => ({
    ...tinyArchive,
    accounts: new Map([[READER, { ...reader, storage: new Map(slots) }]]),
  });

  it("default: adds the named slots and nothing else; the original stays as it was", () => {
    const lender = withSlots([
      [7n, 42n],
      [9n, 90n],
      [10n, 100n],
    ]);
    const merged = borrowState(tinyArchive, lender, { [READER]: [7n, 9n] });
    expect([...merged.accounts.get(READER)!.storage]).to.deep.equal([
      [7n, 42n],
      [8n, 0n],
      [9n, 90n],
    ]);
    expect(reader.storage.has(9n)).to.equal(false);
  });

  it("behavior: takes a whole account that is not recorded here, with its code", () => {
    const bare = { ...tinyArchive, accounts: new Map(), codes: new Map() };
    const merged = borrowState(bare, tinyArchive, { [READER]: "all" });
    expect(merged.accounts.get(READER)).to.deep.equal(reader);
    expect(merged.codes.get(reader.codeHash!)).to.equal("0x5f35545f5260205ff3");
  });

  it("error: ArchiveMissing when the lender does not hold the account or the slot", async () => {
    const lender = withSlots([[7n, 42n]]);
    const account = await failureOf(() => borrowState(tinyArchive, lender, { [PAYER]: "all" }));
    const slot = await failureOf(() => borrowState(tinyArchive, lender, { [READER]: [9n] }));
    expect([account, slot].every((error) => error instanceof ArchiveMissing)).to.equal(true);
    expect(account?.message).to.contain(`account ${PAYER}`);
    expect(slot?.message).to.contain("slot 0x9");
  });

  it("error: ArchiveConflict when both hold a slot, or the code, and differ", async () => {
    const otherValue = await failureOf(() => borrowState(tinyArchive, withSlots([[7n, 43n]]), { [READER]: "all" }));
    const otherCode = {
      ...tinyArchive,
      accounts: new Map([[READER, { ...reader, codeHash: `0x${"0".repeat(64)}` as const }]]),
    };
    const code = await failureOf(() => borrowState(tinyArchive, otherCode, { [READER]: "all" }));
    expect([otherValue, code].every((error) => error instanceof ArchiveConflict)).to.equal(true);
    expect(otherValue?.message).to.contain("slot 0x7").and.to.contain("0x2b");
    expect(code?.message).to.contain("the code of");
  });
});
