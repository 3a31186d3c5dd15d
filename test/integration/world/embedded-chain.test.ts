import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { BlockTimeError, PortTakenError, SnapshotUnknownError } from "../../../keeper/src/lab/chain-errors.js";
import { DEV_CHAIN_ID, type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { ETHER, GENESIS, expectRejection, startChain } from "./fixture.js";

/** Account 0 of the mnemonic that Hardhat and anvil share. Source: Hardhat's documentation of its network. */
const FIRST_DEV_ACCOUNT = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

describe("startEmbeddedChain", () => {
  let chain: DevChain;
  beforeEach(async () => (chain = await startChain()));
  afterEach(() => chain.close());

  it("default: starts at the genesis time, as the development chain id, with a funded deployer", async () => {
    expect(await chain.timestamp()).to.equal(GENESIS);
    expect(chain.chainId).to.equal(DEV_CHAIN_ID);
    expect(chain.deployer.address).to.equal(FIRST_DEV_ACCOUNT);
    expect((await chain.provider.getBalance(FIRST_DEV_ACCOUNT)) >= 1_000n * ETHER).to.equal(true);
  });

  it("behavior: Hardhat's connection reaches the same node and signs as the deployer", async () => {
    await chain.mine(GENESIS + 300);
    expect(await chain.hardhat.provider.request({ method: "eth_blockNumber" })).to.equal("0x1");
    const [signer] = await chain.hardhat.ethers.getSigners();
    expect(signer?.address).to.equal(FIRST_DEV_ACCOUNT);
  });

  it("behavior: a block holds all pending transactions at exactly the time asked for", async () => {
    await chain.setAutomine(false);
    const to = derivedAddress("somebody");
    await chain.deployer.sendTransaction({ to, value: 1n });
    await chain.deployer.sendTransaction({ to, value: 2n });
    const block = await chain.mine(GENESIS + 12_345);
    expect([block.number, block.timestamp, block.transactions]).to.deep.equal([1, GENESIS + 12_345, 2]);
    expect(await chain.provider.getBalance(to)).to.equal(3n);
  });

  it("behavior: impersonation sends for an address without a key", async () => {
    const from = derivedAddress("keyless");
    await chain.setBalance(from, ETHER);
    const signer = await chain.impersonate(from);
    const sent = await signer.sendTransaction({ to: FIRST_DEV_ACCOUNT, value: 5n });
    expect((await chain.provider.getTransaction(sent.hash))?.from.toLowerCase()).to.equal(from);
  });

  it("behavior: a snapshot brings time and state back, once", async () => {
    const id = await chain.snapshot();
    await chain.setBalance(derivedAddress("somebody"), 7n);
    await chain.mine(GENESIS + 600);
    await chain.revert(id);
    expect(await chain.timestamp()).to.equal(GENESIS);
    expect(await chain.provider.getBalance(derivedAddress("somebody"))).to.equal(0n);
    await expectRejection(chain.revert(id), SnapshotUnknownError);
  });

  it("error: BlockTimeError for a time that is not after the head", async () => {
    await chain.mine(GENESIS + 10);
    const error = await expectRejection(chain.mine(GENESIS + 10), BlockTimeError);
    expect(error.message).to.contain(String(GENESIS + 10));
    expect(await chain.provider.getBlockNumber()).to.equal(1);
  });
});

describe("startEmbeddedChain: the port", () => {
  it("behavior: listens where it is told", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const chain = await startEmbeddedChain({ genesisTime: GENESIS, port });
    expect(chain.url).to.equal(`http://127.0.0.1:${port}`);
    await chain.close();
  });

  it("error: PortTakenError, with the port in it", async () => {
    const first = await startChain();
    const port = Number(new URL(first.url).port);
    const error = await expectRejection(startEmbeddedChain({ genesisTime: GENESIS, port }), PortTakenError);
    expect(error.message).to.contain(String(port));
    await first.close();
  });
});

describe("DevChain.close", () => {
  it("behavior: leaves nothing that keeps the process alive", () => {
    const script = `
      import { startEmbeddedChain } from "./keeper/src/lab/chain.ts";
      const chain = await startEmbeddedChain({ genesisTime: ${GENESIS} });
      await chain.mine(${GENESIS + 1});
      await chain.close();
      process.stdout.write("closed");`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const { status, stdout } = spawnSync(process.execPath, args, { timeout: 60_000, encoding: "utf8" });
    expect([status, stdout]).to.deep.equal([0, "closed"]);
  });
});
