import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toWord } from "../../keeper/src/chain/archive/archive.js";
import { EXIT } from "../../keeper/src/cli/exit-codes.js";
import { bulkhead } from "../keeper/cli/bulkhead-process.js";
import { askNode, CONTRACT, FUNDED, HEAD, type SmallChain, startSmallChain } from "./small-chain.js";

const BIN = fileURLToPath(new URL("../../keeper/bin/bulkhead.mjs", import.meta.url));
const PRINT = fileURLToPath(new URL("print-reads.mjs", import.meta.url));

const SLOT_7 = `eth_getStorageAt ["${CONTRACT}","0x7","latest"]`;
const READS = [
  ...["eth_chainId []", "eth_blockNumber []", SLOT_7, 'eth_getBlockByNumber ["latest",true]'],
  `eth_getBalance ["${FUNDED}","latest"]`,
  `eth_getCode ["${CONTRACT}","latest"]`,
  `eth_call [{"to":"${CONTRACT}","data":"${toWord(7n)}"},"latest"]`,
  `eth_call [{"data":"0x5f5ffd"},"latest"]`,
  `eth_getLogs [{"fromBlock":"0x0","address":"${CONTRACT}"}]`,
  ...['eth_getBlockByNumber ["0x1",false]', 'eth_getBlockByNumber ["0x3",false]', "eth_gasPrice []"],
];

/** A `bulkhead fork …` that runs until it is ended. */
interface Running {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The address that it names on either stream. */
  readonly url: Promise<string>;
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

function start(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [BIN, "fork", ...args]);
  const said = { stdout: "", stderr: "" };
  const url = new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said.stdout + said.stderr);
      if (found !== null) resolve(found[0]);
    };
    child.stdout.on("data", (chunk: Buffer) => ((said.stdout += chunk.toString()), look()));
    child.stderr.on("data", (chunk: Buffer) => ((said.stderr += chunk.toString()), look()));
    child.once("close", () => reject(new Error(`it ended: ${said.stderr}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = (await once(child, "close")) as [number | null];
    return code;
  };
  return { child, stdout: () => said.stdout, stderr: () => said.stderr, url, end };
}

/** What the reading command prints when it runs against an endpoint. */
async function print(url: string, requests: readonly string[]): Promise<string> {
  const env = { ...process.env, MAINNET_RPC_URL: url };
  const child = spawn(process.execPath, [PRINT, ...requests], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "close");
  return text;
}

describe("bulkhead fork", function () {
  this.timeout(120_000);
  let chain: SmallChain;
  let root: string;
  let archive: string;

  beforeEach(async function () {
    chain = await startSmallChain(this);
    root = await mkdtemp(join(tmpdir(), "bulkhead-fork-"));
    archive = join(root, "archive");
  });
  afterEach(async () => {
    await chain?.close();
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });

  const record = (...more: readonly string[]) =>
    bulkhead("fork", "record", "--rpc", chain.url, "--block", `${HEAD}`, "--out", archive, ...more);
  const reading = (requests: readonly string[]): string =>
    `"${process.execPath}" "${PRINT}" ${requests.map((request) => `'${request}'`).join(" ")}`;

  it("default: a recorded command prints the same from the archive when the node is gone", async () => {
    const live = await record("--for", reading(READS));
    expect(live.code, live.stderr).to.equal(EXIT.ok);
    expect(live.stdout)
      .to.contain(`eth_getStorageAt "${toWord(42n)}"`)
      .and.to.contain('"execution reverted"');
    expect(live.stderr).to.contain(`wrote ${archive}: 2 blocks, 2 accounts, 1 code, 1 log, 2 calls; new: 8 objects`);
    await chain.close();
    const server = start("serve", archive, "--json");
    expect(await print(await server.url, READS)).to.equal(live.stdout);
    expect(await server.end("SIGINT")).to.equal(EXIT.ok);
    const [listening, summary] = server
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(listening).to.include({ event: "listening", chainId: 31_337, block: HEAD, folder: archive });
    expect(summary).to.deep.include({ event: "summary", calls: READS.length, unanswered: 0, misses: [] });
    expect(server.stderr()).to.equal("");
  });

  it("behavior: serve names an unrecorded read to whoever asks, on stderr and in the summary", async () => {
    await record("--for", reading([SLOT_7]));
    const server = start("serve", archive);
    const what = `eth_getStorageAt: not recorded: slot 0x9 of ${CONTRACT} at block 2`;
    for (let time = 0; time < 2; time++) {
      const error = await askNode(await server.url, "eth_getStorageAt", CONTRACT, "0x9", "latest").catch(
        (e: Error) => e,
      );
      expect((error as Error).message).to.contain(what);
    }
    await askNode(await server.url, "eth_sendRawTransaction", "0x00").catch((error: Error) => error);
    expect(await server.end("SIGTERM")).to.equal(EXIT.ok);
    expect(server.stderr().split(what).length - 1, "once").to.equal(1);
    expect(server.stdout()).to.contain(
      `3 calls, 3 of them not answered\n1 not recorded: slot 0x9 of ${CONTRACT} at block 2`,
    );
    expect(server.stdout()).to.contain("1 methods refused: eth_sendRawTransaction");
  });

  it("behavior: record without a command ends at a signal, and writes; killed, it leaves nothing", async () => {
    const args = ["record", "--rpc", chain.url, "--block", `${HEAD}`, "--out", archive];
    const killed = start(...args);
    expect(await askNode(await killed.url, "eth_getStorageAt", CONTRACT, "0x7", "latest")).to.equal(toWord(42n));
    await killed.end("SIGKILL");
    expect(await readdir(root)).to.deep.equal([]);

    const ended = start(...args);
    expect(await askNode(await ended.url, "eth_getStorageAt", CONTRACT, "0x7", "latest")).to.equal(toWord(42n));
    expect(await ended.end("SIGINT"), ended.stderr()).to.equal(EXIT.ok);
    expect(await readdir(root)).to.deep.equal(["archive"]);
    expect(ended.stdout()).to.equal("");
  });

  it("error: one line and a code for what cannot be used", async function () {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    const gone = chain.url;
    await chain.close();
    chain = await startSmallChain(this);
    await writeFile(join(root, "manifest.json"), "{");
    const cases: readonly (readonly [code: number, words: string, ...args: string[]])[] = [
      [EXIT.config, "--block: saw x, expected", "record", "--rpc", chain.url, "--block", "x"],
      [EXIT.rpcDead, "ECONNREFUSED", "record", "--rpc", gone, "--block", "1"],
      [
        EXIT.wrongChain,
        "saw chain id 31337, expected 1",
        "record",
        "--rpc",
        chain.url,
        "--block",
        "1",
        "--chain-id",
        "1",
      ],
      [EXIT.failed, "manifest.json: expected JSON", "serve", root],
      [EXIT.failed, "saw a recorded fork, which holds no block to execute again", "verify", root],
    ];
    const endings = await Promise.all(cases.map(([, , ...args]) => bulkhead("fork", ...args)));
    for (const [index, [code, words, ...args]] of cases.entries()) {
      const { stderr, stdout, code: seen } = endings[index]!;
      expect(seen, `${args.join(" ")}: ${stderr}`).to.equal(code);
      expect(stderr).to.contain(words);
      expect(stderr.trimEnd().split("\n"), stderr).to.have.length(1);
      expect(stdout).to.equal("");
    }
    const busy = await record("--port", `${port}`);
    expect([busy.code, existsSync(archive)]).to.deep.equal([EXIT.portTaken, false]);
    await new Promise((resolve) => taken.close(resolve));
  });
});
