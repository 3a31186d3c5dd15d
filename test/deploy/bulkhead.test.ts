import { expect } from "chai";
import { network } from "hardhat";

import { bulkheadParameters } from "../../deploy/parameters.js";
import {
  ADMIN,
  BREAKER_SELECTORS,
  GOVERNANCE,
  GUARDIAN,
  ORACLE_SELECTORS,
  RELEASE,
  RISK_COUNCIL,
} from "../../deploy/roles.js";
import { deployBulkhead, exampleParameters, venueSubject } from "./bulkhead-fixture.js";
import { expectRevert } from "../expect-revert.js";

describe("Bulkhead module", function () {
  it("default: deploys from a parameter set that its schema accepts", async function () {
    const connection = await network.create("lab");
    const parameters = await exampleParameters(connection);
    expect(bulkheadParameters.parse(parameters)).to.deep.equal(parameters);
    const { oracle, breaker, sentinel } = await deployBulkhead(connection, parameters);

    expect(await breaker.oracle()).to.equal(await oracle.getAddress());
    expect(await sentinel.breaker()).to.equal(await breaker.getAddress());
    expect(await sentinel.subject()).to.equal(parameters.target);
    expect(await oracle.laneCount()).to.equal(BigInt(parameters.subjects.length + 1));
    expect(await oracle.subjectAt(1)).to.equal(venueSubject(31337n, parameters.subjects[0]!.venue));
    expect(await oracle.modelHash()).to.equal(parameters.modelHash);
    const [members, threshold] = await oracle.signers();
    expect([...members]).to.deep.equal(parameters.signers);
    expect(threshold).to.equal(BigInt(parameters.threshold));
    expect((await breaker.configOf(parameters.target)).healthFactorFloor).to.equal(
      parameters.targetConfig.healthFactorFloor,
    );
  });

  it("behavior: each role is where it belongs, and nowhere else", async function () {
    const connection = await network.create("lab");
    const parameters = await exampleParameters(connection);
    const { accessManager } = await deployBulkhead(connection, parameters);
    const holders: [bigint, string, number][] = [
      [ADMIN, parameters.governance, parameters.governanceDelay],
      [GOVERNANCE, parameters.governance, parameters.governanceDelay],
      [RELEASE, parameters.governance, 0],
      [GUARDIAN, parameters.guardian, 0],
      [RISK_COUNCIL, parameters.riskCouncil, 0],
    ];
    for (const signer of await connection.ethers.getSigners()) {
      for (const role of [ADMIN, GOVERNANCE, GUARDIAN, RISK_COUNCIL, RELEASE]) {
        const expected = holders.find(([id, account]) => id === role && account === signer.address);
        const [isMember, delay] = await accessManager.getFunction("hasRole")(role, signer.address);
        expect([isMember, Number(delay)], `role ${role} of ${signer.address}`).to.deep.equal(
          expected === undefined ? [false, 0] : [true, expected[2]],
        );
      }
    }
  });

  it("behavior: each restricted function asks for its role", async function () {
    const connection = await network.create("lab");
    const { accessManager, oracle, breaker } = await deployBulkhead(connection, await exampleParameters(connection));
    const table: [{ getAddress(): Promise<string> }, string[], bigint][] = [
      [oracle, ORACLE_SELECTORS.governance, GOVERNANCE],
      [oracle, ORACLE_SELECTORS.riskCouncil, RISK_COUNCIL],
      [breaker, BREAKER_SELECTORS.governance, GOVERNANCE],
      [breaker, BREAKER_SELECTORS.guardian, GUARDIAN],
      [breaker, BREAKER_SELECTORS.release, RELEASE],
    ];
    for (const [contract, selectors, role] of table) {
      for (const selector of selectors) {
        expect(
          await accessManager.getFunction("getTargetFunctionRole")(await contract.getAddress(), selector),
        ).to.equal(role);
      }
    }
  });

  it("behavior: the deployer can do nothing afterwards", async function () {
    const connection = await network.create("lab");
    const [deployer] = await connection.ethers.getSigners();
    const parameters = await exampleParameters(connection);
    const { oracle, breaker, accessManager } = await deployBulkhead(connection, parameters);
    const by = [deployer!.address];
    await expectRevert(oracle.approveModel(parameters.modelHash), oracle, "AccessManagedUnauthorized", by);
    await expectRevert(breaker.trip(parameters.target, 4, 600, "no"), breaker, "AccessManagedUnauthorized", by);
    const grant = accessManager.getFunction("grantRole")(GUARDIAN, deployer!.address, 0);
    await expectRevert(grant, accessManager, "AccessManagerUnauthorizedAccount");
  });

  it("behavior: the guardian is armed, governance changes parameters only after its delay", async function () {
    const connection = await network.create("lab");
    const [, governance, guardian] = await connection.ethers.getSigners();
    const parameters = await exampleParameters(connection);
    const { oracle, breaker, accessManager } = await deployBulkhead(connection, parameters);
    await breaker.connect(guardian).trip(parameters.target, 2, 600, "drill");
    expect(await breaker.queryFilter(breaker.filters.Tripped(parameters.target))).to.have.length(1);
    await breaker.connect(governance).release(parameters.target, 0, "drill over");
    expect(await breaker.queryFilter(breaker.filters.Released(parameters.target))).to.have.length(1);

    const call = oracle.interface.encodeFunctionData("approveModel", [`0x${"22".repeat(32)}`]);
    const target = await oracle.getAddress();
    const as = accessManager.connect(governance!) as typeof accessManager;
    await expectRevert(as.getFunction("execute")(target, call), accessManager, "AccessManagerNotScheduled");
    await as.getFunction("schedule")(target, call, 0);
    await connection.networkHelpers.time.increase(parameters.governanceDelay);
    const before = await oracle.queryFilter(oracle.filters.ModelApproved());
    await as.getFunction("execute")(target, call);
    expect(await oracle.queryFilter(oracle.filters.ModelApproved())).to.have.length(before.length + 1);
  });
});
