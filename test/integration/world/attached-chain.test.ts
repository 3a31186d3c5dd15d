import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  ChainIdError,
  ChainUnreachableError,
  DevMethodMissingError,
  KeyFileError,
  RpcError,
} from "../../../keeper/src/lab/chain-errors.js";
import { type DevChain, attachChain } from "../../../keeper/src/lab/chain.js";
import { buildWorld } from "../../../keeper/src/lab/world/world.js";
import { requireAnvil } from "../../fork/anvil-node.js";
import { type Anvil, startBareAnvil } from "./anvil.js";
import { ROUND_SPEC, expectRejection, readBigint, startChain, symbolOf } from "./fixture.js";

/** Account 1 of the public development mnemonic, and its key. Source: anvil's banner. */
const KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const KEY_OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/** A node of a real network: it has an id and none of the development methods. Records what it was asked. */
async function startProductionNode(asked: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      const { id, method } = JSON.parse(body) as { id: number; method: string };
      asked.push(method);
      const error = { code: -32_601, message: `the method ${method} does not exist/is not available` };
      const answer = method === "eth_chainId" ? { result: "0x7a69" } : { error };
      response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("attachChain: an embedded chain over HTTP", () => {
  let owner: DevChain;
  before(async () => (owner = await startChain()));
  after(() => owner.close());

  it("default: drives the same chain, and hands it back mining by itself", async () => {
    const attached = await attachChain({ url: owner.url });
    await attached.setAutomine(false);
    await attached.mine((await owner.timestamp()) + 60);
    expect(await owner.timestamp()).to.equal(await attached.timestamp());
    await attached.close();
    const block = await owner.provider.getBlockNumber();
    await owner.deployer.sendTransaction({ to: owner.deployer.address });
    expect(await owner.provider.getBlockNumber()).to.equal(block + 1);
  });

  it("behavior: a key file names the deployer, and a poor one is given ether", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bulkhead-"));
    const keyFile = join(folder, "deployer.key");
    writeFileSync(keyFile, `${KEY}\n`);
    await owner.setBalance(KEY_OWNER, 0n);
    const attached = await attachChain({ url: owner.url, keyFile });
    expect(attached.deployer.address).to.equal(KEY_OWNER);
    expect(await owner.provider.getBalance(KEY_OWNER)).to.equal(1_000n * 10n ** 18n);
    await attached.close();
    rmSync(folder, { recursive: true });
  });
});

describe("attachChain: anvil", () => {
  let anvil: Anvil;
  before(async function () {
    anvil = await startBareAnvil(requireAnvil(this), ["--chain-id", "4242", "--block-time", "1"]);
  });
  after(() => anvil?.close());

  it("default: builds the whole world on it under a named id and key", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bulkhead-"));
    const keyFile = join(folder, "deployer.key");
    writeFileSync(keyFile, KEY);
    const chain = await attachChain({ url: anvil.url, allowChainId: 4242, keyFile });
    const world = await buildWorld(chain, ROUND_SPEC);
    const price = await readBigint(chain, world.aave.oracle, "getAssetPrice", [symbolOf(world, "WETH").address]);
    expect(price).to.equal(2_000n * 10n ** 8n);
    // Blocks came from a clock before; now only from us.
    const block = await chain.provider.getBlockNumber();
    await setTimeout(1_500);
    expect(await chain.provider.getBlockNumber()).to.equal(block);
    const id = await chain.snapshot();
    const at = await chain.timestamp();
    expect((await chain.mine(at + 300)).timestamp).to.equal(at + 300);
    await chain.revert(id);
    expect(await chain.timestamp()).to.equal(at);
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  it("error: ChainIdError without the name, KeyFileError without the key", async () => {
    const error = await expectRejection(attachChain({ url: anvil.url }), ChainIdError);
    expect(error.message).to.contain("4242").and.to.contain("31337");
    await expectRejection(attachChain({ url: anvil.url, allowChainId: 1337 }), ChainIdError);
    await expectRejection(attachChain({ url: anvil.url, allowChainId: 4242 }), KeyFileError);
  });
});

describe("attachChain: what it refuses", () => {
  it("error: ChainUnreachableError where nothing listens", async () => {
    const error = await expectRejection(attachChain({ url: "http://127.0.0.1:1" }), ChainUnreachableError);
    expect(error.message).to.contain("http://127.0.0.1:1");
    expect(error.cause).to.be.instanceOf(Error);
  });

  it("error: KeyFileError for a file that is not there or holds something else, which is not repeated", async () => {
    const owner = await startChain();
    const folder = mkdtempSync(join(tmpdir(), "bulkhead-"));
    const keyFile = join(folder, "deployer.key");
    const missing = await expectRejection(attachChain({ url: owner.url, keyFile }), KeyFileError);
    expect(missing.message).to.contain(keyFile).and.to.contain("cannot be read");
    writeFileSync(keyFile, "correct horse battery staple");
    const malformed = await expectRejection(attachChain({ url: owner.url, keyFile }), KeyFileError);
    expect(malformed.message).to.contain("28 characters").and.not.to.contain("horse");
    rmSync(folder, { recursive: true });
    await owner.close();
  });

  it("error: DevMethodMissingError for a node of a real network, before anything is sent", async () => {
    const asked: string[] = [];
    const node = await startProductionNode(asked);
    const url = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
    const error = await expectRejection(attachChain({ url }), DevMethodMissingError);
    expect(error.message).to.contain("evm_snapshot");
    expect(error.cause).to.be.instanceOf(RpcError);
    expect(asked).to.deep.equal(["eth_chainId", "evm_snapshot"]);
    await new Promise((resolve) => node.close(resolve));
  });
});
