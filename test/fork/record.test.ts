import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider } from "ethers";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toWord } from "../../keeper/src/chain/archive/archive.js";
import { RecordingConflict, RecordingForeign } from "../../keeper/src/chain/archive/errors.js";
import { blockFacts } from "../../keeper/src/chain/archive/read-blocks.js";
import { createRecorder, pinBlock } from "../../keeper/src/chain/archive/record.js";
import { objectFile, readManifest, readRecording } from "../../keeper/src/chain/archive/recording.js";
import { openServable } from "../../keeper/src/chain/archive/servable.js";
import { serveJsonRpc } from "../../keeper/src/chain/archive/json-rpc-server.js";
import { connectUpstream } from "../../keeper/src/chain/archive/upstream.js";
import { writeRecording } from "../../keeper/src/chain/archive/write-recording.js";
import { createRpcPool } from "../../keeper/src/chain/rpc-pool.js";
import { RpcAnswerMalformed, WrongChain } from "../../keeper/src/chain/rpc-errors.js";
import { ForkArgumentInvalid, ForkPortUnavailable } from "../../keeper/src/cli/fork-arguments.js";
import { forkRecord, RecordedCommandFailed, type RecordOptions } from "../../keeper/src/cli/fork-record.js";
import type { Address } from "../../keeper/src/units.js";
import { askNode, CONTRACT, FUNDED, HEAD, RUNTIME, type SmallChain, startSmallChain } from "./small-chain.js";

const PRINT = fileURLToPath(new URL("print-reads.mjs", import.meta.url));

/** A shell command that prints the answers to these requests into `file`. */
const reading = (file: string, ...requests: readonly string[]): string =>
  `"${process.execPath}" "${PRINT}" ${requests.map((request) => `'${request}'`).join(" ")} > "${file}"`;

const SLOT_7 = `eth_getStorageAt ["${CONTRACT}","0x7","latest"]`;
const EVERYTHING = [
  ...["eth_chainId []", "eth_blockNumber []", SLOT_7],
  `eth_getBalance ["${FUNDED}","latest"]`,
  `eth_getTransactionCount ["${FUNDED}","finalized"]`,
  `eth_getCode ["${CONTRACT}","0x2"]`,
  `eth_getStorageAt ["${CONTRACT}","0x8","latest"]`,
  `eth_call [{"to":"${CONTRACT}","data":"${toWord(7n)}"},"latest"]`,
  `eth_call [{"data":"0x5f5ffd"},"latest"]`,
  `eth_getLogs [{"fromBlock":"0x0","toBlock":"latest","address":"${CONTRACT}"}]`,
  ...[
    'eth_getBlockByNumber ["latest",true]',
    'eth_getBlockByNumber ["0x1",false]',
    'eth_getBlockByNumber ["0x3",false]',
  ],
  `eth_getProof ["${CONTRACT}",["${toWord(7n)}"],"latest"]`,
];

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("fork record", function () {
  let chain: SmallChain;
  let root: string;
  let archive: string;
  let printed: string;

  beforeEach(async function () {
    chain = await startSmallChain(this);
    root = await mkdtemp(join(tmpdir(), "bulkhead-record-"));
    [archive, printed] = [join(root, "archive"), join(root, "printed.txt")];
  });
  afterEach(async () => {
    await chain?.close();
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  });

  const record = (requests: readonly string[], options: Partial<RecordOptions> = {}) =>
    forkRecord(
      { rpc: chain.url, block: `${HEAD}`, out: archive, for: reading(printed, ...requests), ...options },
      () => undefined,
    );

  /** What a command prints that reads from the archive alone. */
  async function served(requests: readonly string[]): Promise<string> {
    const { answer } = await openServable(archive);
    const server = await serveJsonRpc(answer);
    const lines = requests.map(async (request) => {
      const [method = ""] = request.split(" ", 1);
      const params = JSON.parse(request.slice(method.length)) as unknown[];
      const given = await askNode(server.url, method, ...params).catch((error: Error) => error.message);
      return `${method} ${JSON.stringify(given)}`;
    });
    const text = await Promise.all(lines);
    await server.close();
    return text.join("\n");
  }

  it("default: keeps what a command reads, as the chain has it", async () => {
    await record(EVERYTHING);
    const lines = (await readFile(printed, "utf8")).split("\n");
    const answered = (method: string): string =>
      lines.find((line) => line.startsWith(method))?.slice(method.length + 1) ?? "";
    expect(JSON.parse(answered("eth_blockNumber"))).to.equal("0x2");
    expect(JSON.parse(answered("eth_getStorageAt"))).to.equal(toWord(42n));
    expect(JSON.parse(answered("eth_getCode"))).to.equal(RUNTIME);
    expect(JSON.parse(answered("eth_call"))).to.equal(toWord(42n));
    expect(JSON.parse(answered("eth_getLogs"))).to.have.length(1);
    expect(JSON.parse(answered("eth_getBalance"))).to.equal(await chain.ask("eth_getBalance", FUNDED, "latest"));
    const { pin } = await readRecording(archive);
    const head = (await chain.ask("eth_getBlockByNumber", "0x2", false)) as { hash: string };
    expect(pin).to.include({ chainId: 31_337, number: HEAD, hash: head.hash });
  });

  it("behavior: later blocks are not there, and state at another block is an error that names it", async () => {
    await chain.ask("evm_mine");
    await record(["eth_blockNumber []", 'eth_getBlockByNumber ["0x3",false]', `eth_getBalance ["${FUNDED}","0x1"]`]);
    const [head, later, other] = (await readFile(printed, "utf8")).split("\n");
    expect([head, later]).to.deep.equal(['eth_blockNumber "0x2"', "eth_getBlockByNumber null"]);
    expect(other).to.contain(`balance of ${FUNDED}: saw block 1, expected 2`);
  });

  it("behavior: the keeper's own pool reads the same from the endpoint, the proxy and the archive", async () => {
    const group = { addresses: [CONTRACT] as Address[], topics: [] };
    const read = async (url: string): Promise<unknown> => {
      const pool = createRpcPool({ urls: [url], chainId: 31_337, quorum: 1, timeoutMs: 30_000 });
      const head = await pool.head();
      const at = pool.at(head);
      const reverted = await failureOf(at.call({ data: "0x5f5ffd" }));
      return {
        head,
        earlier: await pool.block({ number: 1 }),
        called: await at.call({ to: CONTRACT, data: toWord(7n) }),
        slot: await at.storage(CONTRACT, toWord(7n)),
        logs: [await at.logs([group]), await pool.logsBetween({ from: 0, to: 2 }, [group])],
        reverted: (reverted as Error).name,
      };
    };
    const direct = await read(chain.url);
    expect(direct).to.deep.include({ called: toWord(42n), slot: toWord(42n), reverted: "CallReverted" });
    const upstream = await connectUpstream(chain.url);
    const first = await pinBlock(upstream, HEAD);
    const recorder = createRecorder(upstream, first, new Map());
    const proxy = await serveJsonRpc(recorder.answer);
    expect(await read(proxy.url).finally(() => proxy.close())).to.deep.equal(direct);
    const recording = { pin: first.pin, facts: await recorder.finish() };
    await writeRecording(archive, recording, { tool: "a test", basedOn: null });
    await chain.close();
    const server = await serveJsonRpc((await openServable(archive)).answer);
    expect(await read(server.url).finally(() => server.close())).to.deep.equal(direct);
  });

  it("behavior: a block with a delegation (EIP-7702) is checked down to its transactions, and kept", async () => {
    const provider = new JsonRpcProvider(chain.url, 31_337, { staticNetwork: true, cacheTimeout: -1 });
    const wallet = HDNodeWallet.fromPhrase("test test test test test test test test test test test junk").connect(
      provider,
    );
    const nonce = await wallet.getNonce();
    const authorization = await wallet.authorize({ address: CONTRACT, nonce: nonce + 1, chainId: 31_337 });
    await wallet.sendTransaction({ type: 4, to: FUNDED, nonce, authorizationList: [authorization], gasLimit: 200_000 });
    provider.destroy();
    const upstream = await connectUpstream(chain.url);
    const { facts } = await pinBlock(upstream, HEAD + 1);
    const transactions = new Map(facts).get(`transactions ${String(new Map(facts).get(`number ${HEAD + 1}`))}`);
    expect(transactions).to.have.length(1);
    expect((transactions as { type: string }[])[0]?.type).to.equal("0x4");
    const block = (await chain.ask("eth_getBlockByNumber", "0x3", true)) as {
      transactions: { authorizationList: object[] }[];
    };
    block.transactions[0]!.authorizationList = [];
    expect(() => blockFacts(block, {})).to.throw("fields that hash to that");
  });

  it("behavior: recording again adds; what was there stays", async () => {
    const first = await record([SLOT_7]);
    const code = `eth_getCode ["${CONTRACT}","latest"]`;
    const second = await record([code]);
    expect(first.objects).to.include({ blocks: 1, accounts: 1, codes: 0 });
    expect(second.objects).to.include({ blocks: 1, accounts: 1, codes: 1 });
    expect(await served([SLOT_7, code])).to.equal(`eth_getStorageAt "${toWord(42n)}"\neth_getCode "${RUNTIME}"`);
    const manifest = await readManifest(archive);
    const named = Object.values(manifest!.objects).flatMap((list) => Object.values(list).map(objectFile));
    const files = (await readdir(archive, { recursive: true })).filter((file) => file.endsWith(".gz"));
    expect(files.sort(), "the replaced account's file is gone").to.deep.equal(named.sort());
  });

  it("error: RecordingConflict when the endpoint says something else now; the archive stays as it was", async () => {
    await record([SLOT_7]);
    const before = await readFile(join(archive, "manifest.json"), "utf8");
    await chain.ask("anvil_setStorageAt", CONTRACT, toWord(7n), toWord(43n));
    const error = await failureOf(record([SLOT_7, 'eth_getBlockByNumber ["0x1",false]']));
    expect(error).to.be.instanceOf(RecordingConflict);
    expect((error as Error).message).to.contain(`slot ${CONTRACT} ${toWord(7n)}`);
    expect((error as Error).message).to.match(/recorded as "0x0*2a", seen now as "0x0*2b"/);
    expect(await readFile(printed, "utf8"), "the command is told, too").to.contain("recorded as");
    expect(await readFile(join(archive, "manifest.json"), "utf8")).to.equal(before);
  });

  it("error: RecordingForeign for an archive of another block, and for a folder of something else", async () => {
    await record([SLOT_7]);
    expect(await failureOf(record([SLOT_7], { block: "1" }))).to.be.instanceOf(RecordingForeign);
    const other = join(root, "other");
    await mkdir(other);
    await writeFile(join(other, "notes.txt"), "mine");
    const error = await failureOf(record([SLOT_7], { out: other }));
    expect(error).to.be.instanceOf(RecordingForeign);
    expect((error as Error).message).to.contain("notes.txt");
    expect(await readdir(other)).to.deep.equal(["notes.txt"]);
  });

  it("error: WrongChain when the endpoint is of another chain than asked for, or than the archive", async function () {
    expect(await failureOf(record([SLOT_7], { chainId: "1" }))).to.be.instanceOf(WrongChain);
    await record([SLOT_7]);
    const other = await startSmallChain(this, 5);
    const error = await failureOf(record([SLOT_7], { rpc: other.url }));
    await other.close();
    expect(error).to.be.instanceOf(WrongChain);
    expect((error as Error).message).to.contain("saw chain id 5, expected 31337");
  });

  it("error: RpcAnswerMalformed for a block that the endpoint does not have", async () => {
    const error = await failureOf(record([SLOT_7], { block: "77" }));
    expect(error).to.be.instanceOf(RpcAnswerMalformed);
    expect((error as Error).message).to.contain("null for block 77");
    expect(existsSync(archive)).to.equal(false);
  });

  it("error: RecordedCommandFailed when the command fails; what it read is written", async () => {
    const command = `${reading(printed, SLOT_7)}; exit 7`;
    const error = await failureOf(record([], { for: command }));
    expect(error).to.be.instanceOf(RecordedCommandFailed);
    expect((error as Error).message)
      .to.contain("end with 7")
      .and.to.contain(archive);
    expect(await served([SLOT_7])).to.equal(`eth_getStorageAt "${toWord(42n)}"`);
  });

  it("error: ForkArgumentInvalid and ForkPortUnavailable say what was expected", async () => {
    for (const [options, words] of [
      [{ block: "-1" }, "--block: saw -1, expected a block number, latest or finalized"],
      [{ rpc: "ftp://host" }, "--rpc: saw ftp:, expected an http or https URL"],
      [{ rpc: "nonsense" }, "--rpc: saw no URL"],
      [{ chainId: "one" }, "--chain-id: saw one, expected a positive number"],
      [{ port: "65536" }, "--port: saw 65536, expected a number from 0 to 65535"],
    ] as const) {
      const error = await failureOf(record([SLOT_7], options));
      expect(error, words).to.be.instanceOf(ForkArgumentInvalid);
      expect((error as Error).message).to.contain(words);
    }
    const taken = new URL(chain.url).port;
    expect(await failureOf(record([SLOT_7], { port: taken }))).to.be.instanceOf(ForkPortUnavailable);
  });
});
