import { expect } from "chai";
import { JsonRpcProvider, toQuantity, Wallet } from "ethers";
import { network } from "hardhat";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { deployTo } from "../../deploy/run.js";
import { loadArchive } from "../../keeper/src/chain/archive/load.js";
import { serveArchive } from "../../keeper/src/chain/archive/serve.js";
import { requireAnvil } from "../fork/anvil-node.js";
import { startBareAnvil } from "../integration/world/anvil.js";
import { requireShared } from "../shared-data.js";
import { exampleParameters, VENUE, venueSubject } from "./bulkhead-fixture.js";
import { creations, openWorkplace, runScript, type Workplace } from "./command.js";

const ORDER = [
  ...["create AccessManager", "create RiskOracle", "create CircuitBreaker"],
  ...["create CollateralFramework", "create MarginPolicy", "call RiskOracle.approveModel"],
  ...["call RiskOracle.registerSubjects", "call RiskOracle.rotateSigners", "create AaveV3Sentinel"],
  ...["call CircuitBreaker.armGuardian", "call CircuitBreaker.configureTarget", "call AccessManager.multicall"],
];

interface Node {
  readonly url: string;
  close(): Promise<void>;
}

async function startEdr(): Promise<Node> {
  const server = await network.createServer("lab", "127.0.0.1", 0);
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}`, close: () => server.close() };
}

describe("npm run deploy", () => {
  let node: Node;
  let provider: JsonRpcProvider;
  let place: Workplace;
  let close: () => Promise<void>;
  beforeEach(() => {
    close = async () => undefined;
  });
  afterEach(() => close());

  async function open(started: Node, content: object): Promise<void> {
    node = started;
    provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1 });
    place = await openWorkplace(content);
    close = async () => {
      provider.destroy();
      await place.clear();
      await node.close();
    };
  }

  const deploy = (...args: string[]) =>
    runScript("deploy", [
      ...["--network", "devchain", "--name", place.name, "--rpc", node.url],
      ...["--parameters", place.parameters, "--out", place.out, ...args],
    ]);
  const verify = (folder = place.out) => runScript("verify-deployment", ["--rpc", node.url, "--deployment", folder]);
  const linesOf = ({ out }: { out: string }) => [...out.matchAll(/^ *\d+ {2}(\w+ [\w.]+)/gm)].map((match) => match[1]);

  it("default: shows every transaction and sends none; --yes sends just these, once; verification finds them", async () => {
    const parameters = await exampleParameters(await network.create("lab"));
    await open(await startEdr(), { chainId: 31_337, parameters });
    const deployer = (await provider.send("eth_accounts", []))[0] as string;

    const dry = await deploy();
    expect(dry.err + dry.out).to.contain("nothing was sent");
    expect(dry.code).to.equal(0);
    expect(linesOf(dry)).to.deep.equal(ORDER);
    expect(dry.out).to.contain(
      "grantRole(ADMIN, account 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 (governance, releaser)",
    );
    expect(dry.out).to.match(/^ {2}GUARDIAN +0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC after 0 s/m);
    expect([await provider.getTransactionCount(deployer), await provider.getBlockNumber()]).to.deep.equal([0, 0]);

    const sent = await deploy("--yes");
    expect(sent.err).to.equal("");
    const record = JSON.parse(await readFile(path.join(place.out, "deployment.json"), "utf8")) as {
      contracts: Record<string, { address: string; abi: string }>;
    };
    const addresses = Object.fromEntries(
      Object.entries(record.contracts).map(([name, { address }]) => [name, address]),
    );
    expect(addresses).to.deep.equal(creations(dry.out));
    expect(await provider.getTransactionCount(deployer)).to.equal(ORDER.length);
    const abi = JSON.parse(
      await readFile(path.join(place.out, record.contracts["RiskOracle"]!.abi), "utf8"),
    ) as object[];
    expect(abi.some((entry) => "name" in entry && entry.name === "publish")).to.equal(true);

    const again = await deploy("--yes");
    expect(again.out).to.contain("0 transactions, 0 gas").and.to.contain("sent before, in block 1");
    expect(await provider.getTransactionCount(deployer)).to.equal(ORDER.length);
    const verified = await verify();
    expect([verified.code, verified.err]).to.deep.equal([0, ""]);
    expect(verified.out.match(/same code, same arguments/g)).to.have.length(6);
    expect(verified.out).to.contain("as recorded, and nobody else");
  }).timeout(240_000);

  it("behavior: goes on where a run that ran out of money stopped", async function () {
    const parameters = await exampleParameters(await network.create("lab"));
    await open(await startBareAnvil(requireAnvil(this)), { chainId: 31_337, parameters });
    const deployer = (await provider.send("eth_accounts", []))[0] as string;
    const give = (wei: bigint) => provider.send("anvil_setBalance", [deployer, toQuantity(wei)]);
    const lines: string[] = [];
    const run = async (): Promise<void> => {
      const { name, parameters: file, out } = place;
      const options = { network: "devchain", name, rpc: node.url, parameters: file, out, yes: true };
      await deployTo(options, (line) => lines.push(line));
    };
    await give(10n ** 16n);
    const failure = await run().then(
      () => "no error",
      (error: unknown) => String(error),
    );
    expect(failure).to.contain("Gas estimation failed");
    const done = await provider.getTransactionCount(deployer);
    expect(done).to.be.within(1, ORDER.length - 1);

    await give(10n ** 18n);
    lines.length = 0;
    await run();
    expect(lines.join("\n").match(/sent before, in block/g)).to.have.length(done);
    expect(await provider.getTransactionCount(deployer)).to.equal(ORDER.length);
  });

  it("behavior: a public network, as a dry run: mainnet before block 19,933,612, as recorded", async function () {
    const archive = await loadArchive(requireShared(this, "data/evm-pevm-blocks/19933612"));
    const [target, slotSeconds] = [venueSubject(1n, VENUE), 12];
    const parameters = { ...(await exampleParameters(await network.create("lab"))), target, slotSeconds };
    await open(await serveArchive(archive), { chainId: 1, parameters });
    const deployer = Wallet.createRandom().address;
    const dry = await deploy("--dry-run", "--deployer", deployer);
    expect([dry.code, dry.err]).to.deep.equal([0, ""]);
    expect(dry.out).to.contain(`on chain 1 as ${deployer}, simulated on block 19933611`);
    expect(linesOf(dry)).to.deep.equal(ORDER);
  }).timeout(240_000);
});
