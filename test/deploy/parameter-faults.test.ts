import TimelockArtifact from "@openzeppelin/contracts/build/contracts/TimelockController.json" with { type: "json" };
import { expect } from "chai";
import { ContractFactory, Wallet, ZeroAddress } from "ethers";
import { network } from "hardhat";
import { readFile, writeFile } from "node:fs/promises";
import { parse } from "yaml";
import { ParametersInvalid, readParameterFile, type DeploymentFile } from "../../deploy/parameter-file.js";
import { bulkheadParameters } from "../../deploy/parameters.js";
import { preflight } from "../../deploy/preflight.js";
import { type Connection, exampleParameters } from "./bulkhead-fixture.js";
import { openWorkplace } from "./command.js";

const EXAMPLE = "deploy/parameters.example.yaml";
const MAINNET = 1;

async function messageOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    expect(error).to.be.instanceOf(ParametersInvalid);
    return (error as Error).message;
  }
  return "no error";
}

describe("readParameterFile", () => {
  it("default: reads what the schema accepts, big numbers as decimal strings", async () => {
    const parameters = await exampleParameters(await network.create("lab"));
    const place = await openWorkplace({ chainId: 31_337, parameters });
    expect(readParameterFile(place.parameters)).to.deep.equal({ chainId: 31_337, module: "Bulkhead", parameters });
    await place.clear();
  });

  it("behavior: the example is complete but for who is who, the signers and the model", async () => {
    const text = await readFile(EXAMPLE, "utf8");
    expect(await messageOf(() => readParameterFile(EXAMPLE))).to.match(
      /^deploy\/parameters\.example\.yaml:\n( {2}parameters\.(governance|releaser|guardian|riskCouncil|signers\.0): .*\n){5}/,
    );
    const { parameters } = parse(text) as { parameters: Record<string, unknown> };
    const someone = () => Wallet.createRandom().address;
    const filled = { governance: someone(), releaser: someone(), guardian: someone(), riskCouncil: someone() };
    expect(bulkheadParameters.safeParse({ ...parameters, ...filled, signers: [someone()] }).error).to.equal(undefined);
  });

  it("error: ParametersInvalid for a file that is not there, is not YAML, or has a key too many", async () => {
    const place = await openWorkplace({ chainId: 1, parameters: {}, extra: 1 });
    expect(await messageOf(() => readParameterFile(place.parameters))).to.contain('Unrecognized key: "extra"');
    await writeFile(place.parameters, "{");
    expect(await messageOf(() => readParameterFile(place.parameters))).to.contain("expected a readable YAML or JSON");
    await place.clear();
    expect(await messageOf(() => readParameterFile(place.parameters))).to.contain("ENOENT");
  });
});

describe("preflight", () => {
  let connection: Connection;
  let file: DeploymentFile & { readonly module: "Bulkhead" };
  let deployer: string;
  before(async () => {
    connection = await network.create({ network: "lab", override: { chainId: MAINNET } });
    const parameters = { ...(await exampleParameters(connection)), slotSeconds: 12 };
    // Derived by hand for chain 1, as in the example file.
    const target = "0x0b4b770f93563d895c76cf4d9b7b1e2700c33ec249601ea2d7a0dd961a6f33ce";
    file = { chainId: MAINNET, module: "Bulkhead", parameters: { ...parameters, target } };
    deployer = Wallet.createRandom().address;
  });

  const faultsWith = (change: Partial<typeof file.parameters>, by = deployer) =>
    messageOf(preflight(connection.ethers.provider, { ...file, parameters: { ...file.parameters, ...change } }, by));

  it("default: accepts a good set, and remarks on powers that are single keys", async () => {
    const remarks = await preflight(connection.ethers.provider, file, deployer);
    expect(remarks.map((remark) => remark.split(" ")[0])).to.deep.equal([
      ...["governance", "guardian", "riskCouncil", "releaser"],
    ]);
  });

  it("error: ParametersInvalid on another chain", async () => {
    const elsewhere = preflight(connection.ethers.provider, { ...file, chainId: 5 }, deployer);
    expect(await messageOf(elsewhere)).to.contain("saw a node of chain 1, expected 5");
  });

  it("error: ParametersInvalid where the deployer would keep a power", async () => {
    const { guardian } = file.parameters;
    expect(await faultsWith({}, guardian)).to.contain(`guardian: saw the deployer ${guardian}`);
  });

  it("error: ParametersInvalid where the target is no subject, with the ids that would do", async () => {
    const message = await faultsWith({ target: `0x${"ab".repeat(32)}` });
    expect(message).to.contain(`${file.parameters.target}  subjects[0]`).and.to.contain("  SYSTEM");
  });

  it("error: ParametersInvalid where nothing makes the owner wait", async () => {
    expect(await faultsWith({ governanceDelay: 0 })).to.contain("governanceDelay: saw 0 and no delay of its own");
  });

  it("behavior: an owner may wait elsewhere: a timelock's own delay will do", async () => {
    const [signer] = await connection.ethers.getSigners();
    const factory = new ContractFactory(TimelockArtifact.abi, TimelockArtifact.bytecode, signer);
    const [patient, hasty] = [
      await factory.deploy(3_600, [], [], ZeroAddress),
      await factory.deploy(0, [], [], ZeroAddress),
    ];
    expect(await faultsWith({ governanceDelay: 0, governance: await patient.getAddress() })).to.equal("no error");
    expect(await faultsWith({ governanceDelay: 0, governance: await hasty.getAddress() })).to.contain(
      "no delay of its own",
    );
  });

  it("error: ParametersInvalid names every fault at once", async () => {
    const message = await faultsWith({ slotSeconds: 0, modelHash: `0x${"00".repeat(32)}`, governance: ZeroAddress });
    expect(message).to.contain("slotSeconds: saw 0, expected 12").and.to.contain("modelHash: saw zero");
  });
});
