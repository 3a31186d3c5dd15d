import { expect } from "chai";
import { getCreateAddress, type Interface, type Result, type Signer } from "ethers";
import { network } from "hardhat";

import { packLane, unpackLanes } from "../../keeper/src/report/lane.js";
import { type Connection, type Deployment, deployBulkhead, exampleParameters } from "../deploy/bulkhead-fixture.js";
import { publishEpoch } from "../deploy/publish-epoch.js";

/** Arguments of the contract's events of one name, oldest first. */
async function eventsOf(connection: Connection, address: string, parser: Interface, name: string): Promise<Result[]> {
  const topics = [parser.getEvent(name)!.topicHash];
  const logs = await connection.ethers.provider.getLogs({ address, topics, fromBlock: 0, toBlock: "latest" });
  return logs.map((log) => parser.parseLog(log)!.args);
}

describe("state from events alone", function () {
  let connection: Connection;
  let deployed: Deployment;
  let target: string;
  let taken: { readonly used: bigint; readonly logs: number };

  before(async function () {
    connection = await network.create("lab");
    const parameters = await exampleParameters(connection);
    deployed = await deployBulkhead(connection, parameters);
    target = parameters.target;
    const [, governance, guardian] = await connection.ethers.getSigners();
    const scores = [
      { leverage: 150, advice: 0 },
      { leverage: 250, advice: 3, liquidationAtRisk: 6_000 },
      { leverage: 250, advice: 3, liquidationAtRisk: 6_000 },
      { leverage: 100, advice: 0 },
    ] as const;
    for (const [index, score] of scores.entries()) {
      const lane = { liquidationAtRisk: 500, rehypothecation: 110, borrowLtv: 7_000, ...score };
      await publishEpoch(connection, deployed.oracle, { epoch: index + 1, lanes: [lane, lane, lane, lane], flags: 2 });
      await deployed.breaker.poke(target);
      await connection.networkHelpers.time.increase(300);
    }
    await deployed.breaker.connect(governance).release(target, 0, "drill over");
    await deployed.breaker.connect(guardian).trip(target, 3, 1_200, "drill");
    const host = deployed.breaker.runner as Signer;
    const sent = await deployed.breaker.consumeLiquidation(target, 970_000_000_000_000_000n, 1_000n);
    const { used } = await deployed.breaker.throttleOf(target, await host.getAddress());
    taken = { used, logs: (await sent.wait())!.logs.length };
    await connection.networkHelpers.time.increase(1_300);
    await deployed.breaker.poke(target);
  });

  it("behavior: the breaker's last TargetUpdated is its state", async function () {
    const { breaker } = deployed;
    const updates = await eventsOf(connection, await breaker.getAddress(), breaker.interface, "TargetUpdated");
    const last = updates.at(-1)!;
    const { state, ledger } = await breaker.stateOf(target);
    expect(updates.length).to.be.greaterThan(5);
    expect([...(last.state as Result)]).to.deep.equal([...state]);
    expect([...(last.ledger as Result)]).to.deep.equal([...ledger]);
  });

  it("behavior: the last TargetConfigured and GuardianAlive are the configuration and the guardian's time", async function () {
    const { breaker } = deployed;
    const address = await breaker.getAddress();
    const configured = (await eventsOf(connection, address, breaker.interface, "TargetConfigured")).at(-1)!;
    expect([...(configured.config as Result)]).to.deep.equal([...(await breaker.configOf(target))]);
    const alive = (await eventsOf(connection, address, breaker.interface, "GuardianAlive")).at(-1)!;
    expect(await breaker.aliveUntil(alive.guardian as string)).to.equal(alive.aliveUntil);
  });

  it("behavior: what a host has used of its throttle is read from the breaker, for no event tells it", async function () {
    expect(taken).to.deep.equal({ used: 1_000n, logs: 0 });
  });

  it("behavior: LevelChanged is a chain without gaps that ends at the level stored", async function () {
    const { breaker } = deployed;
    const changes = await eventsOf(connection, await breaker.getAddress(), breaker.interface, "LevelChanged");
    let level = 0n;
    for (const change of changes) {
      expect(change.from).to.equal(level);
      level = change.to as bigint;
    }
    expect(level).to.equal((await breaker.stateOf(target)).state.level);
    expect(changes.map((change) => Number(change.to))).to.include.members([4, 0, 3, 1]);
  });

  it("behavior: the oracle's events give registry, headers and lanes", async function () {
    const { oracle } = deployed;
    const address = await oracle.getAddress();
    const registered = await eventsOf(connection, address, oracle.interface, "SubjectRegistered");
    const reports = await eventsOf(connection, address, oracle.interface, "ReportAccepted");
    expect(registered.length).to.equal(Number(await oracle.laneCount()));
    for (const { subject, index } of registered) expect(await oracle.indexOf(subject as string)).to.equal(index);

    for (const report of reports) {
      const header = await oracle.headerOf(report.epoch as bigint);
      expect([header.observedBlock, header.observedAt, header.coverage, header.flags]).to.deep.equal([
        report.observedBlock,
        report.observedAt,
        report.coverage,
        report.flags,
      ]);
    }
    const word = (reports.at(-1)!.lanes as Result)[0] as bigint;
    for (let index = 0n; index < 4n; index++) {
      const [score] = await oracle.scoreAt(index);
      const lane = (word >> (64n * index)) & ((1n << 64n) - 1n);
      expect(lane).to.equal(
        score.leverage |
          (score.liquidationAtRisk << 16n) |
          (score.rehypothecation << 32n) |
          (score.borrowLtv << 48n) |
          (score.advice << 62n),
      );
    }
    const [clamped, ...others] = await eventsOf(connection, address, oracle.interface, "LanesClamped");
    expect(others, "one epoch eased too fast").to.deep.equal([]);
    expect(clamped!.epoch).to.equal(reports.at(-1)!.epoch);
    const signed = unpackLanes([...(clamped!.signed as Result)] as bigint[], 4);
    const stored = unpackLanes([word], 4);
    expect(signed.filter((lane, index) => packLane(lane) !== packLane(stored[index]!))).to.have.length(4);
  });

  it("behavior: the oracle's events give its configuration", async function () {
    const { oracle } = deployed;
    const address = await oracle.getAddress();
    const read = (name: string): Promise<Result[]> => eventsOf(connection, address, oracle.interface, name);
    const changed = await read("ConfigChanged");
    expect(changed.map(({ number }) => Number(number))).to.deep.equal(changed.map((_, index) => index + 1));
    expect(changed.at(-1)!.digest).to.equal(await oracle.configDigest());
    for (const { number, data } of changed)
      expect(data).to.equal(getCreateAddress({ from: address, nonce: number as bigint }));
    const [members, threshold] = await oracle.signers();
    const { signers, threshold: needed } = (await read("SignersRotated")).at(-1)!;
    expect([[...(signers as Result)], needed]).to.deep.equal([[...members], threshold]);
    expect((await read("ModelApproved")).at(-1)!.newModelHash).to.equal(await oracle.modelHash());
    expect([...((await read("LimitsChanged")).at(-1)!.newLimits as Result)]).to.deep.equal([
      ...(await oracle.limits()),
    ]);
  });
});
