import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toWord } from "../../keeper/src/chain/archive/archive.js";
import { serveJsonRpc } from "../../keeper/src/chain/archive/json-rpc-server.js";
import { createRecorder, pinBlock } from "../../keeper/src/chain/archive/record.js";
import type { ForkNode } from "../../keeper/src/chain/archive/reexecute.js";
import { openServable } from "../../keeper/src/chain/archive/servable.js";
import { connectUpstream } from "../../keeper/src/chain/archive/upstream.js";
import { writeRecording } from "../../keeper/src/chain/archive/write-recording.js";
import { requireShared } from "../shared-data.js";
import { AGGREGATOR, readEthUsd } from "./eth-usd.js";
import { forkNodes, type StartFork } from "./fork-nodes.js";
import { announceForkSource, BLOCKS } from "./fork-source.js";
import { askNode, CONTRACT, FUNDED, HEAD, type SmallChain, startSmallChain } from "./small-chain.js";

const HARDFORK = "osaka";

before(announceForkSource);

/** What is read of the contract on a node, a block later: its slot by a call and by itself, a balance, and a transaction that runs it. */
async function session(node: ForkNode): Promise<unknown[]> {
  const ask = (method: string, ...params: readonly unknown[]) => askNode(node.url, method, ...params);
  const call = { from: FUNDED, to: CONTRACT, data: toWord(7n) };
  // EDR runs nothing on the forked block of a chain whose hardforks it does not know: a block of its own comes first.
  await ask("evm_mine");
  const seen = [
    await ask("eth_call", call, "latest"),
    await ask("eth_getStorageAt", CONTRACT, "0x7", "latest"),
    await ask("eth_getBalance", FUNDED, "latest"),
    await ask("eth_getCode", CONTRACT, "latest"),
  ];
  await ask(node.dialect === "edr" ? "hardhat_impersonateAccount" : "anvil_impersonateAccount", FUNDED);
  const hash = await ask("eth_sendTransaction", { ...call, gas: "0x186a0" });
  await ask("evm_mine");
  const receipt = (await ask("eth_getTransactionReceipt", hash)) as { status: string; gasUsed: string };
  return [...seen, receipt.status, receipt.gasUsed];
}

for (const [name, startOn] of Object.entries(forkNodes)) {
  describe(`a recorded fork as the forking URL of ${name}`, () => {
    let root: string;
    let chain: SmallChain | undefined;
    beforeEach(async () => (root = await mkdtemp(join(tmpdir(), "bulkhead-node-"))));
    afterEach(async () => {
      await chain?.close();
      await rm(root, { recursive: true, force: true });
    });

    const onFork = async <Result>(start: StartFork, url: string, work: (node: ForkNode) => Promise<Result>) => {
      const node = await start({ url, blockNumber: BigInt(HEAD), chainId: 31_337, hardfork: HARDFORK });
      return work(node).finally(() => node.close());
    };

    it("default: what it read while it was recorded it reads again without the chain, and nothing else", async function () {
      const start = startOn(this);
      chain = await startSmallChain(this);
      const upstream = await connectUpstream(chain.url);
      const first = await pinBlock(upstream, HEAD);
      const recorder = createRecorder(upstream, first, new Map());
      const proxy = await serveJsonRpc(recorder.answer);
      const live = await onFork(start, proxy.url, session).finally(() => proxy.close());
      expect(live.slice(0, 2)).to.deep.equal([toWord(42n), toWord(42n)]);
      expect(live[4]).to.equal("0x1");
      const recording = { pin: first.pin, facts: await recorder.finish() };
      await writeRecording(join(root, "archive"), recording, { tool: "a test", basedOn: null });
      await chain.close();

      const { answer, misses } = await openServable(join(root, "archive"));
      const server = await serveJsonRpc(answer);
      try {
        await onFork(start, server.url, async (node) => {
          expect(await session(node)).to.deep.equal(live);
          expect([...misses]).to.deep.equal([]);
          const unread = await askNode(
            node.url,
            "eth_call",
            { from: FUNDED, to: CONTRACT, data: toWord(9n) },
            "latest",
          ).catch((error: Error) => error);
          expect(unread).to.be.instanceOf(Error);
          expect((unread as Error).message).to.contain(`slot 0x9 of ${CONTRACT}`);
          expect([...misses]).to.deep.equal([`slot 0x9 of ${CONTRACT} at block ${HEAD}`]);
        });
      } finally {
        await server.close();
      }
    });

    it("behavior: a recorded block's pre-state serves a node only with accounts assumed empty", async function () {
      const start = startOn(this);
      const folder = requireShared(this, `${BLOCKS}/19933612`);
      const strict = await openServable(folder);
      const lenient = await openServable(folder, { assumeEmpty: true });
      const error = await Promise.resolve()
        .then(() => strict.answer("eth_getBalance", [FUNDED, "latest"]))
        .catch((cause: Error) => cause);
      expect((error as Error).message).to.contain(`not recorded: account ${FUNDED}`);
      const server = await serveJsonRpc(lenient.answer);
      const options = { url: server.url, blockNumber: 19_933_611n, chainId: 1, hardfork: "cancun" };
      const node = await start(options);
      try {
        const failed = await readEthUsd(node.url, { feed: AGGREGATOR }).catch((cause: Error) => cause);
        expect((failed as Error).message, "its access list was not recorded").to.contain(`of ${AGGREGATOR}`);
        expect(await askNode(node.url, "eth_blockNumber")).to.equal("0x13029ab");
        expect(lenient.assumedEmpty.size).to.be.greaterThan(0);
      } finally {
        await node.close();
        await server.close();
      }
    });
  });
}
