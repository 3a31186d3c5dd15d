import { expect } from "chai";
import { network } from "hardhat";

import { bulkheadParameters, type BulkheadParameters } from "../../deploy/parameters.js";
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

  it("behavior: before the last transaction nobody but the deployer has a power, after it the deployer has none", async function () {
    const connection = await network.create("lab");
    const parameters = await exampleParameters(connection);
    const { accessManager } = await deployBulkhead(connection, parameters);
    const events = await accessManager.queryFilter("*");
    const last = Math.max(...events.map(({ blockNumber }) => blockNumber));
    const before = events
      .filter(({ blockNumber }) => blockNumber < last)
      .map((event) => accessManager.interface.parseLog(event));
    // The constructor's grant to the deployer: everything else comes in one transaction.
    expect(before.map((event) => event?.name)).to.deep.equal(["RoleGranted"]);
    expect(
      new Set(events.filter(({ blockNumber }) => blockNumber === last).map((event) => event.transactionHash)).size,
    ).to.equal(1);
  });

  it("behavior: the deployer can do nothing afterwards", async function () {
    const connection = await network.create("lab");
    const [deployer] = await connection.ethers.getSigners();
    const parameters = await exampleParameters(connection);
    const { oracle, breaker, accessManager } = await deployBulkhead(connection, parameters);
    const by = [deployer!.address];
    await expectRevert(oracle.approveModel(parameters.modelHash), oracle, "AccessManagedUnauthorized", by);
    await expectRevert(breaker.trip(parameters.target, 4, 600, "no"), breaker, "AccessManagedUnauthorized", by);
    const grant = accessManager.getFunction("grantRole")(2n, deployer!.address, 0);
    await expectRevert(grant, accessManager, "AccessManagerUnauthorizedAccount");
  });

  it("behavior: the guardian is armed", async function () {
    const connection = await network.create("lab");
    const [, , guardian] = await connection.ethers.getSigners();
    const parameters = await exampleParameters(connection);
    const { breaker } = await deployBulkhead(connection, parameters);
    await breaker.connect(guardian).trip(parameters.target, 2, 600, "drill");
    expect(await breaker.levelOf(parameters.target)).to.equal(2n);
  });
});

describe("bulkheadParameters", () => {
  const faultsOf = async (change: Partial<BulkheadParameters>): Promise<string[]> => {
    const parsed = bulkheadParameters.safeParse({
      ...(await exampleParameters(await network.create("lab"))),
      ...change,
    });
    return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
  };

  it("default: the releaser is governance where none is named; big numbers may be decimal strings", async () => {
    const { releaser, ...rest } = await exampleParameters(await network.create("lab"));
    const targetConfig = { ...rest.targetConfig, throttleCapacity: "1_000" };
    const parsed = bulkheadParameters.parse({ ...rest, targetConfig });
    expect([parsed.releaser, parsed.targetConfig.throttleCapacity]).to.deep.equal([rest.governance, 1_000n]);
    expect(releaser).to.equal(rest.governance);
  });

  it("error: says where, what it saw and what it expected", async () => {
    const { governance, guardian, signers } = await exampleParameters(await network.create("lab"));
    const nobody = `0x${"0".repeat(40)}`;
    expect(await faultsOf({ governance: nobody })).to.deep.equal([
      "governance: saw the zero address, expected somebody's",
    ]);
    expect(await faultsOf({ guardian: governance })).to.deep.equal([
      "guardian: saw the address of governance, expected another: powers are apart",
      "releaser: saw the guardian's address, expected another: it may only raise",
    ]);
    expect(await faultsOf({ riskCouncil: guardian })).to.deep.equal([
      "riskCouncil: saw the guardian's address, expected another: powers are apart",
    ]);
    expect(await faultsOf({ signers: [...signers].reverse() })).to.deep.equal([
      "signers: expected addresses in ascending order, each once",
    ]);
    expect(await faultsOf({ threshold: 4 })).to.deep.equal([
      "threshold: saw 4 of 3 signers, expected at most as many as there are",
    ]);
  });
});
