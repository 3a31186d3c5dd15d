import { expect } from "chai";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { toWord } from "../../keeper/src/chain/archive/archive.js";
import { ArchiveMalformed, RecordingForeign } from "../../keeper/src/chain/archive/errors.js";
import { addFact, canonicalJson, type Facts, type Json } from "../../keeper/src/chain/archive/facts.js";
import type { Pin } from "../../keeper/src/chain/archive/pin.js";
import { readOf } from "../../keeper/src/chain/archive/reads.js";
import { objectFile, readRecording } from "../../keeper/src/chain/archive/recording.js";
import { openServable } from "../../keeper/src/chain/archive/servable.js";
import { writeRecording } from "../../keeper/src/chain/archive/write-recording.js";
import { genesisBlock } from "./genesis.js";

const [ACCOUNT, OTHER] = [`0x${"aa".repeat(20)}`, `0x${"bb".repeat(20)}`];
const { hash } = genesisBlock;
const pin: Pin = { chainId: 1, number: 0, hash };

/** What questions teach that are answered like this, with the pinned block. */
function factsOf(
  ...answers: readonly (readonly [method: string, params: readonly unknown[], result: unknown])[]
): Facts {
  const facts = new Map<string, Json>();
  const all = [["eth_getBlockByNumber", ["0x0", true], genesisBlock] as const, ...answers];
  for (const [method, params, result] of all) {
    for (const fact of readOf(method, params, pin).learn({ kind: "result", result })) addFact(facts, fact);
  }
  return facts;
}

const SLOT = ["eth_getStorageAt", [ACCOUNT, "0x7", "latest"], "0x2a"] as const;
const CODE = ["eth_getCode", [ACCOUNT, "latest"], "0x5f"] as const;
const BALANCE = ["eth_getBalance", [OTHER, "latest"], "0x5"] as const;

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error("nothing failed"),
    (error: Error) => error,
  );
}

describe("an archive of a recorded fork", () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "bulkhead-recording-"));
    folder = join(root, "archive");
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const manifest = async () => JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  const write = async (facts: Facts, where = folder) => {
    const basedOn = where === folder && existsSync(folder) ? (await manifest()).digest : null;
    return writeRecording(where, { pin, facts }, { tool: "a test", basedOn });
  };
  const fileOf = async (kind: string, id: string): Promise<string> =>
    join(folder, objectFile((await manifest()).objects[kind][id]));

  async function expectMalformed(...words: readonly string[]): Promise<void> {
    const error = await failureOf(readRecording(folder));
    expect(error).to.be.instanceOf(ArchiveMalformed);
    for (const word of words) expect(error.message).to.contain(word);
  }

  it("default: comes back as it was written, whatever order it was read in", async () => {
    await write(factsOf(SLOT, CODE, BALANCE));
    const first = await readFile(join(folder, "manifest.json"), "utf8");
    const recording = await readRecording(folder);
    expect(recording.pin).to.deep.equal(pin);
    expect(new Map([...recording.facts].sort())).to.deep.equal(new Map([...factsOf(BALANCE, CODE, SLOT)].sort()));
    await rm(folder, { recursive: true });
    await write(factsOf(BALANCE, CODE, SLOT));
    expect(await readFile(join(folder, "manifest.json"), "utf8")).to.equal(first);
    expect(await readdir(root), "nothing is left beside it").to.deep.equal(["archive"]);
  });

  it("behavior: answers what was read, and nothing else, not even as zero", async () => {
    await write(factsOf(SLOT, CODE));
    const { answer, misses } = await openServable(folder);
    expect(await answer("eth_getStorageAt", [ACCOUNT, toWord(7n), "0x0"])).to.include({ result: toWord(42n) });
    expect(await answer("eth_getCode", [ACCOUNT.toUpperCase().replace("X", "x"), { blockHash: hash }])).to.include({
      result: "0x5f",
    });
    for (const [method, params, what] of [
      ["eth_getStorageAt", [ACCOUNT, "0x8", "latest"], `slot 0x8 of ${ACCOUNT} at block 0`],
      ["eth_getBalance", [ACCOUNT, "latest"], `balance of ${ACCOUNT} at block 0`],
      ["eth_getTransactionCount", [OTHER, "latest"], `nonce of ${OTHER} at block 0`],
      ["eth_getCode", [OTHER, "latest"], `code of ${OTHER} at block 0`],
      [
        "eth_call",
        [{ to: ACCOUNT, data: "0x01020304" }, "latest"],
        `eth_call to ${ACCOUNT}, data 0x01020304 of 4 bytes at block 0`,
      ],
      [
        "eth_getLogs",
        [{ address: ACCOUNT }],
        `eth_getLogs {"address":["${ACCOUNT}"],"fromBlock":"0x0","toBlock":"0x0"}`,
      ],
      ["eth_getBlockByHash", [`0x${"cc".repeat(32)}`, false], `block 0x${"cc".repeat(32)}`],
      ["eth_getTransactionReceipt", [`0x${"cc".repeat(32)}`], `eth_getTransactionReceipt of 0x${"cc".repeat(32)}`],
    ] as const) {
      const error = await failureOf(Promise.resolve().then(() => answer(method, params)));
      expect(error.message, method).to.contain(`not recorded: ${what}`);
    }
    expect(misses.size).to.equal(8);
  });

  it("error: ArchiveMalformed for an object that is cut off, changed, or absent", async () => {
    await write(factsOf(SLOT, CODE));
    const file = await fileOf("accounts", ACCOUNT);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 5));
    await expectMalformed(file, "unexpected end of file");
    await writeFile(file, gzipSync(gunzipSync(bytes).toString().replace("2a", "2b")));
    await expectMalformed(file, "its text hashes to");
    await rm(file);
    await expectMalformed(file, "ENOENT");
  });

  it("error: ArchiveMalformed for code and blocks that are not what their hashes say, though their files are", async () => {
    const facts = new Map(factsOf(CODE));
    await write(new Map(facts).set(`code 0x${"dd".repeat(32)}`, "0x5f"));
    await expectMalformed(`code under 0x${"dd".repeat(32)} hashes to`);
    await rm(folder, { recursive: true });
    await write(facts.set(`block ${hash}`, { ...genesisBlock, gasUsed: "0x1" }));
    await expectMalformed(`saw block hash ${hash}`);
  });

  it("error: ArchiveMalformed for a manifest that is cut off, or lists something else than it did", async () => {
    await write(factsOf(SLOT, CODE));
    const file = join(folder, "manifest.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.slice(0, -20));
    await expectMalformed("manifest.json", "expected JSON");
    const content = JSON.parse(text);
    await writeFile(file, JSON.stringify({ ...content, objects: { ...content.objects, accounts: {} } }));
    await expectMalformed("manifest.json", "its list hashes to");
    await writeFile(file, JSON.stringify({ ...content, chainId: "one" }));
    await expectMalformed("manifest.json", "chainId");
    await writeFile(file, JSON.stringify({ ...content, block: { number: 1, hash } }));
    await expectMalformed("saw block 0, expected block 1");
  });

  it("error: RecordingForeign for a format or a version that is not known", async () => {
    await write(factsOf());
    const file = join(folder, "manifest.json");
    for (const change of [{ version: 2 }, { format: "else" }]) {
      await writeFile(file, JSON.stringify({ ...(await manifest()), ...change }));
      expect(await failureOf(readRecording(folder))).to.be.instanceOf(RecordingForeign);
    }
  });

  it("error: RecordingForeign when something else wrote the archive meanwhile; it stays", async () => {
    await write(factsOf(SLOT));
    const { digest } = await manifest();
    await write(factsOf(SLOT, CODE));
    const other = { pin, facts: factsOf(SLOT, BALANCE) };
    for (const basedOn of [digest, null]) {
      expect(await failureOf(writeRecording(folder, other, { tool: "a test", basedOn }))).to.be.instanceOf(
        RecordingForeign,
      );
    }
    expect((await readRecording(folder)).facts.size).to.equal(factsOf(SLOT, CODE).size);
  });

  it("error: a write that fails half-way leaves the archive as it was", async () => {
    await write(factsOf(SLOT));
    const whole = factsOf(SLOT, CODE, BALANCE);
    const elsewhere = join(root, "elsewhere");
    await write(whole, elsewhere);
    const { objects } = JSON.parse(await readFile(join(elsewhere, "manifest.json"), "utf8"));
    const blocked = join(folder, objectFile(objects.accounts[OTHER]));
    await mkdir(join(blocked, "in the way"), { recursive: true });
    expect((await failureOf(write(whole))).message).to.match(/EISDIR|ENOTEMPTY|EEXIST/);
    expect((await readRecording(folder)).facts).to.deep.equal(factsOf(SLOT));
    await rm(dirname(blocked), { recursive: true });
    await write(whole);
    expect((await readRecording(folder)).facts.size).to.equal(whole.size);
  });
});

describe("the names of questions", () => {
  const nameOf = (method: string, ...params: readonly unknown[]): string => {
    const result = method === "eth_getLogs" ? [] : "0x";
    return readOf(method, params, pin).learn({ kind: "result", result })[0]![0];
  };

  it("default: are the same however a call or a filter is written", () => {
    const to = ACCOUNT;
    const call = nameOf("eth_call", { to, data: "0xABCD" }, "latest");
    expect(
      nameOf("eth_call", { input: "0xabcd", to: to.toUpperCase().replace("X", "x") }, { blockHash: hash }),
    ).to.equal(call);
    const logs = nameOf("eth_getLogs", { address: to, topics: [null, toWord(1n), null] });
    expect(nameOf("eth_getLogs", { address: [to, to], topics: [null, [toWord(1n)]], toBlock: "0x0" })).to.equal(logs);
  });

  it("behavior: differ with anything that changes the answer", () => {
    const calls = [
      nameOf("eth_call", { to: ACCOUNT }, "latest"),
      nameOf("eth_call", { to: ACCOUNT, from: OTHER }, "latest"),
      nameOf("eth_call", { to: ACCOUNT, gas: "0x5208" }, "latest"),
      nameOf("eth_call", { to: ACCOUNT }, "latest", { [OTHER]: { balance: "0x1" } }),
      nameOf("eth_getLogs", { address: ACCOUNT }),
      nameOf("eth_getLogs", { address: ACCOUNT, topics: [toWord(1n)] }),
      nameOf("eth_getLogs", { address: ACCOUNT, topics: [null, toWord(1n)] }),
      nameOf("eth_getLogs", { address: ACCOUNT, blockHash: hash }),
    ];
    expect(new Set(calls).size).to.equal(calls.length);
  });

  it("behavior: canonical JSON orders members and leaves out what is absent", () => {
    expect(canonicalJson({ b: [null, 1], a: { d: undefined, c: null, e: "x" } })).to.equal(
      '{"a":{"e":"x"},"b":[null,1]}',
    );
  });
});
