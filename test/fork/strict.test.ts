import { expect } from "chai";
import { toWord } from "../../keeper/src/chain/archive/archive.js";
import { openFork } from "../../keeper/src/chain/archive/reexecute.js";
import { type ArchiveServer, serveArchive } from "../../keeper/src/chain/archive/serve.js";
import { startEdr } from "./edr-node.js";
import { LOST, NOBODY, PARENT_HASH, PAYER, READER, tinyArchive } from "./tiny-archive.js";

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

async function post(url: string, body: unknown): Promise<Answer & readonly Answer[]> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method: "POST", body: text, headers: { "content-type": "application/json" } });
  return (await response.json()) as Answer & readonly Answer[];
}

const request = (method: string, ...params: readonly unknown[]) => ({ jsonrpc: "2.0", id: 1, method, params });

describe("serveArchive", () => {
  let server: ArchiveServer;
  const ask = (method: string, ...params: readonly unknown[]) => post(server.url, request(method, ...params));

  beforeEach(async () => {
    server = await serveArchive(tinyArchive);
  });
  afterEach(() => server.close());

  it("default: answers recorded state at the parent block", async () => {
    expect((await ask("eth_getStorageAt", READER, "0x7", "latest")).result).to.equal(toWord(42n));
    expect((await ask("eth_getStorageAt", READER, toWord(7n), "0x1312cff")).result).to.equal(toWord(42n));
    expect((await ask("eth_getBalance", PAYER, { blockHash: PARENT_HASH })).result).to.equal("0x5");
    expect((await ask("eth_getTransactionCount", PAYER, "latest")).result).to.equal("0x3");
    expect((await ask("eth_getCode", READER.toUpperCase().replace("0X", "0x"), "latest")).result).to.equal(
      "0x5f35545f5260205ff3",
    );
    expect([server.misses.size, server.assumedEmpty.size]).to.deep.equal([0, 0]);
  });

  it("default: plays a node whose latest block is the parent", async () => {
    expect((await ask("eth_blockNumber")).result).to.equal("0x1312cff");
    expect((await ask("eth_chainId")).result).to.equal("0x1");
    const byHash = (await ask("eth_getBlockByHash", PARENT_HASH, false)).result;
    expect((await ask("eth_getBlockByNumber", "latest", false)).result).to.deep.equal(byHash);
    expect(byHash).to.include({ hash: PARENT_HASH, number: "0x1312cff", timestamp: "0x664f66f7" });
    expect((await ask("eth_getBlockByNumber", "0x1312c00", false)).result).to.include({ hash: `0x${"e".repeat(64)}` });
  });

  it("behavior: a slot recorded as zero is zero, a slot not recorded is an error that names it", async () => {
    expect((await ask("eth_getStorageAt", READER, "0x8", "latest")).result).to.equal(toWord(0n));
    const { error, result } = await ask("eth_getStorageAt", READER, "0x9", "latest");
    expect(result).to.equal(undefined);
    expect(error?.message).to.contain(`slot 0x9 of ${READER}`).and.to.contain("before block 20000000");
    expect([...server.misses]).to.deep.equal([`slot 0x9 of ${READER}`]);
  });

  it("behavior: a slot of a recorded account without code is unknown too", async () => {
    expect((await ask("eth_getStorageAt", PAYER, "0x0", "latest")).error?.message).to.contain(`slot 0x0 of ${PAYER}`);
  });

  it("behavior: code that was not recorded is an error that names its hash", async () => {
    expect((await ask("eth_getCode", LOST, "latest")).error?.message).to.contain(`code 0x${"f".repeat(64)}`);
    expect(server.misses.size).to.equal(1);
  });

  it("behavior: an account that was not recorded is answered as empty, and collected", async () => {
    expect((await ask("eth_getBalance", NOBODY, "latest")).result).to.equal("0x0");
    expect((await ask("eth_getTransactionCount", NOBODY, "latest")).result).to.equal("0x0");
    expect((await ask("eth_getCode", NOBODY, "latest")).result).to.equal("0x");
    expect((await ask("eth_getStorageAt", NOBODY, "0x1", "latest")).result).to.equal(toWord(0n));
    expect([...server.assumedEmpty]).to.deep.equal([NOBODY]);
    expect(server.misses.size).to.equal(0);
  });

  it("behavior: state at any other block, and any other block, are errors", async () => {
    for (const tag of ["0x1312cfe", "0x1312d00", "earliest", { blockHash: `0x${"ab".repeat(32)}` }]) {
      expect((await ask("eth_getBalance", PAYER, tag)).error?.message, JSON.stringify(tag)).to.contain("not recorded");
    }
    expect((await ask("eth_getBlockByNumber", "0x1312d00", false)).error?.message).to.contain("block 0x1312d00");
    expect((await ask("eth_getBlockByHash", `0x${"ab".repeat(32)}`, false)).error?.message).to.contain("block 0xabab");
  });

  it("behavior: a method that state cannot answer is refused by name", async () => {
    const { error } = await ask("eth_getLogs", {});
    expect(error?.code).to.equal(-32601);
    expect(error?.message).to.contain("eth_getLogs");
    expect(server.misses.size).to.equal(0);
  });

  it("behavior: answers a batch in order, each call on its own", async () => {
    const batch = [request("eth_chainId"), request("eth_getStorageAt", READER, "0x9", "latest"), { method: 1 }];
    const [first, second, third] = await post(server.url, batch);
    expect(first?.result).to.equal("0x1");
    expect([second?.error?.code, third?.error?.code]).to.deep.equal([-32001, -32600]);
  });

  it("behavior: a request that is not JSON is a parse error", async () => {
    expect((await post(server.url, "{")).error?.code).to.equal(-32700);
  });

  it("error: the port is taken", async () => {
    const port = parseInt(new URL(server.url).port, 10);
    const seen = await serveArchive(tinyArchive, { port }).catch((error: NodeJS.ErrnoException) => error.code);
    expect(seen).to.equal("EADDRINUSE");
  });
});

describe("openFork", () => {
  it("behavior: on a node, too, a contract that reads an unrecorded slot fails loudly", async () => {
    const fork = await openFork(tinyArchive, startEdr);
    try {
      const call = (slot: bigint) => post(fork.url, request("eth_call", { to: READER, data: toWord(slot) }, "latest"));
      expect((await call(7n)).result).to.equal(toWord(42n));
      expect((await call(8n)).result).to.equal(toWord(0n));
      const { error, result } = await call(9n);
      expect(result).to.equal(undefined);
      expect(error?.message).to.contain(`slot 0x9 of ${READER}`);
      expect([...fork.misses]).to.deep.equal([`slot 0x9 of ${READER}`]);
    } finally {
      await fork.close();
    }
  });

  it("error: a node that does not start leaves no server behind", async () => {
    let served = "";
    const failing = (options: { readonly url: string }) => {
      served = options.url;
      return Promise.reject(new Error("no such node"));
    };
    const seen = await openFork(tinyArchive, failing).catch((error: Error) => error.message);
    expect(seen).to.equal("no such node");
    expect(await post(served, request("eth_chainId")).catch((error: Error) => error.name)).to.equal("TypeError");
  });
});
