import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { Contract } from "ethers";
import { network } from "hardhat";
import { isClean, verifyDeployment, type Findings } from "../../deploy/verify.js";
import { exampleOwnerParameters, exampleParameters } from "./bulkhead-fixture.js";
import { startDeployed, type DeployedNode } from "./node.js";

const [OWNER, GUARDIAN] = [1, 2n];
const DAY = 86_400;

const whatDiffers = ({ contracts, roleDifferences }: Findings): string[] => [
  ...contracts.flatMap(({ name, differences }) => differences.map(({ what }) => `${name}: ${what}`)),
  ...roleDifferences.map(({ what }) => what),
];

describe("verifyDeployment", () => {
  let node: DeployedNode;
  before(async function () {
    const parameters = await exampleParameters(await network.create("lab"));
    node = await startDeployed(this, { chainId: 31_337, parameters });
  });
  after(() => node?.close());

  const at = (name: string): string => node.record.contracts[name]!.address;

  it("default: finds nothing about a fresh deployment", async () => {
    const findings = await verifyDeployment(node.record, node.rpc);
    expect([whatDiffers(findings), isClean(findings)]).to.deep.equal([[], true]);
    expect(findings.contracts.map(({ name }) => name)).to.include.members([
      "AccessManager",
      "RiskOracle",
      "MarginPolicy",
    ]);
  });

  it("behavior: finds a role that was granted since, above all one of the deployer's", async () => {
    const signer = await node.provider.getSigner(OWNER);
    const manager = new Contract(at("AccessManager"), AccessManagerArtifact.abi, signer);
    const grant = manager.interface.encodeFunctionData("grantRole", [GUARDIAN, node.record.deployer, 0]);
    await (await manager.getFunction("schedule")(at("AccessManager"), grant, 0)).wait();
    await node.provider.send("evm_increaseTime", [DAY]);
    await (await manager.getFunction("execute")(at("AccessManager"), grant)).wait();
    const expected = [`roles.GUARDIAN.members.${node.record.deployer}`, "GUARDIAN of the deployer"];
    expect(whatDiffers(await verifyDeployment(node.record, node.rpc))).to.deep.equal(expected);
    // Not even a record that says so makes it right.
    const record = structuredClone(node.record);
    record.roles.roles["GUARDIAN"]!.members[node.record.deployer] = 0;
    expect(whatDiffers(await verifyDeployment(record, node.rpc))).to.deep.equal(["GUARDIAN of the deployer"]);
    await (await manager.getFunction("schedule")(at("AccessManager"), revokeOf(manager, node), 0)).wait();
    await node.provider.send("evm_increaseTime", [DAY]);
    await (await manager.getFunction("execute")(at("AccessManager"), revokeOf(manager, node))).wait();
    expect(whatDiffers(await verifyDeployment(node.record, node.rpc))).to.deep.equal([]);
  });

  it("behavior: finds one byte of code, and one of an argument", async () => {
    const code = await node.provider.getCode(at("MarginPolicy"));
    const changed = `${code.slice(0, -1)}${code.endsWith("3") ? "4" : "3"}`;
    await node.provider.send("hardhat_setCode", [at("MarginPolicy"), changed]);
    expect(whatDiffers(await verifyDeployment(node.record, node.rpc))).to.deep.equal(["MarginPolicy: code"]);
    await node.provider.send("hardhat_setCode", [at("MarginPolicy"), code]);

    const record = structuredClone(node.record);
    record.contracts["CircuitBreaker"]!.constructorArguments[2] = 1;
    const found = await verifyDeployment(record, node.rpc);
    expect(whatDiffers(found)).to.deep.equal(["CircuitBreaker: creation code and arguments"]);
  });

  it("error: refuses a node of another chain", async () => {
    const elsewhere = verifyDeployment({ ...node.record, chainId: 1 }, node.rpc).then(
      () => "no error",
      (error: unknown) => String(error),
    );
    expect(await elsewhere).to.contain("saw a node of chain 31337, expected 1");
  });
});

describe("verifyDeployment where the example governor owns", () => {
  it("default: knows the timelock's roles, and finds one that is not on record", async function () {
    const parameters = await exampleOwnerParameters(await network.create("lab"));
    const node = await startDeployed(this, { chainId: 31_337, module: "BulkheadWithExampleOwner", parameters });
    try {
      const names = Object.keys(node.record.contracts);
      expect(names).to.include.members(["ExampleGovernor", "ExampleVotes", "TimelockController"]);
      expect(whatDiffers(await verifyDeployment(node.record, node.rpc))).to.deep.equal([]);
      const record = structuredClone(node.record);
      record.roles.timelock!.members["PROPOSER_ROLE"] = [];
      const found = await verifyDeployment(record, node.rpc);
      const governor = node.record.contracts["ExampleGovernor"]!.address;
      expect(whatDiffers(found)).to.deep.equal([`timelock.members.PROPOSER_ROLE.${governor}`]);
    } finally {
      await node.close();
    }
  });
});

const revokeOf = (manager: Contract, { record }: DeployedNode): string =>
  manager.interface.encodeFunctionData("revokeRole", [GUARDIAN, record.deployer]);
