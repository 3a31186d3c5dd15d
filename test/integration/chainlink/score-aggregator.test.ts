import { expect } from "chai";
import { Contract, ContractFactory, ZeroAddress } from "ethers";
import { network } from "hardhat";

import { loadForeign } from "../../../keeper/src/lab/world/artifacts.js";
import type { Lane } from "../../../keeper/src/report/lane.js";
import { ScoreAggregator__factory, type RiskOracle, type ScoreAggregator } from "../../../typechain-types/index.js";
import { type Connection, deployBulkhead, exampleParameters } from "../../deploy/bulkhead-fixture.js";
import { publishEpoch } from "../../deploy/publish-epoch.js";
import { expectRevert } from "../../expect-revert.js";

const SOURCES = "chainlink-contracts-0.8/src/v0.6";
const PHASE = 1n << 64n;
const DAY = 86_400;

/** A lane of this leverage (0.01x) and nothing else of note. */
const lane = (leverage: number): Lane => {
  return { leverage, liquidationAtRisk: 0, rehypothecation: leverage === 0 ? 0 : 100, borrowLtv: 0, advice: 0 };
};
const lanes = (leverage: number) => [lane(leverage), lane(leverage), lane(leverage), lane(leverage)];

describe("ScoreAggregator behind the genuine EACAggregatorProxy", function () {
  let connection: Connection;
  let oracle: RiskOracle;
  let feed: ScoreAggregator;
  let proxy: Contract;

  async function deployForeign(name: string, args: readonly unknown[]): Promise<Contract> {
    const { abi, bytecode } = loadForeign(`${SOURCES}/${name}`);
    const [deployer] = await connection.ethers.getSigners();
    const deployed = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
    return new Contract(await deployed.getAddress(), abi, deployer);
  }

  const ask = (method: string, ...args: unknown[]) => proxy.getFunction(method)(...args);

  beforeEach(async function () {
    connection = await network.create("lab");
    ({ oracle } = await deployBulkhead(connection, await exampleParameters(connection)));
    const [deployer] = await connection.ethers.getSigners();
    const system = await oracle.subjectAt(0);
    feed = await new ScoreAggregator__factory(deployer!).deploy(await oracle.getAddress(), system, true, DAY);
    proxy = await deployForeign("EACAggregatorProxy", [await feed.getAddress(), ZeroAddress]);
  });

  it("default: the proxy answers all of AggregatorV2V3Interface, rounds in its phase", async function () {
    const first = await publishEpoch(connection, oracle, { epoch: 1, lanes: lanes(200) });
    const second = await publishEpoch(connection, oracle, { epoch: 2, lanes: lanes(400) });
    const [at1, at2] = [BigInt(first.observedAt), BigInt(second.observedAt)];
    expect([...(await ask("latestRoundData"))]).to.deep.equal([PHASE + 2n, 25_000_000n, at2, at2, PHASE + 2n]);
    expect([...(await ask("getRoundData", PHASE + 1n))]).to.deep.equal([PHASE + 1n, 50_000_000n, at1, at1, PHASE + 1n]);
    expect(await ask("latestAnswer")).to.equal(25_000_000n);
    expect(await ask("latestTimestamp")).to.equal(at2);
    expect(await ask("latestRound")).to.equal(PHASE + 2n);
    expect(await ask("getAnswer", PHASE + 1n)).to.equal(50_000_000n);
    expect(await ask("getTimestamp", PHASE + 1n)).to.equal(at1);
    expect(await ask("decimals")).to.equal(8n);
    expect(await ask("version")).to.equal(1n);
    expect(await ask("description")).to.equal("Bulkhead 1 / leverage");
  });

  it("behavior: nothing of the genuine interface is left unanswered", async function () {
    const { abi } = loadForeign(`${SOURCES}/EACAggregatorProxy`);
    const aggregator = loadForeign(`${SOURCES}/FluxAggregator`).abi;
    const shared = ["latestAnswer", "latestTimestamp", "latestRound", "getAnswer", "getTimestamp", "decimals"];
    for (const name of [...shared, "description", "version", "getRoundData", "latestRoundData"]) {
      const selectors = [abi, aggregator, feed.interface].map((source) => source.getFunction(name)?.selector);
      expect(new Set(selectors), name).to.have.property("size", 1);
      expect(selectors[0], name).to.match(/^0x[0-9a-f]{8}$/);
    }
  });

  it("behavior: without a score the proxy reads zero where a feed may, and reverts where it must", async function () {
    expect(await ask("latestAnswer")).to.equal(0n);
    expect(await ask("latestTimestamp")).to.equal(0n);
    expect(await ask("latestRound")).to.equal(PHASE);
    expect(await ask("getAnswer", PHASE + 1n)).to.equal(0n);
    await expectRevert(ask("latestRoundData"), feed, "RoundNotKept", [0n]);
    await publishEpoch(connection, oracle, {
      epoch: 1,
      lanes: lanes(0),
    });
    expect(await ask("latestAnswer")).to.equal(0n);
    await expectRevert(ask("latestRoundData"), feed, "RoundNotKept", [1n]);
  });

  it("behavior: takes over from a FluxAggregator as the next phase, whose rounds stay readable", async function () {
    const settings = [ZeroAddress, 0, 1_800, ZeroAddress, 1, 2n ** 127n, 8, "before"];
    const flux = await deployForeign("FluxAggregator", settings);
    const [deployer] = await connection.ethers.getSigners();
    await flux.getFunction("changeOracles")([], [deployer!.address], [deployer!.address], 1, 1, 0);
    await flux.getFunction("submit")(1, 90_000_000n);
    proxy = await deployForeign("EACAggregatorProxy", [await flux.getAddress(), ZeroAddress]);
    const { observedAt } = await publishEpoch(connection, oracle, { epoch: 7, lanes: lanes(200) });
    expect(await ask("latestAnswer")).to.equal(90_000_000n);

    await ask("proposeAggregator", await feed.getAddress());
    expect((await ask("proposedLatestRoundData")).getValue("answer")).to.equal(50_000_000n);
    expect((await ask("proposedGetRoundData", 7)).getValue("roundId")).to.equal(7n);
    await ask("confirmAggregator", await feed.getAddress());

    expect(await ask("latestRound")).to.equal(2n * PHASE + 7n);
    expect(await ask("latestAnswer")).to.equal(50_000_000n);
    expect(await ask("latestTimestamp")).to.equal(BigInt(observedAt));
    expect(await ask("getAnswer", PHASE + 1n)).to.equal(90_000_000n);
  });
});
