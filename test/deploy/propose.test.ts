import { expect } from "chai";
import { network } from "hardhat";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { levelOf, ProposalInvalid } from "../../deploy/proposals/action.js";
import { anyAction, configureAction, propose, releaseAction, tripAction } from "../../deploy/proposals/run.js";
import {
  type CircuitBreaker,
  CircuitBreaker__factory,
  ExampleGovernor__factory,
  ExampleVotes__factory,
} from "../../typechain-types/index.js";
import { exampleOwnerParameters, exampleParameters, VENUE, venueSubject } from "./bulkhead-fixture.js";
import { startDeployed, type DeployedNode } from "./node.js";

const DAY = 86_400;
const TARGET = venueSubject(31_337n, VENUE);

describe("propose", () => {
  let node: DeployedNode;
  let breaker: CircuitBreaker;
  let options: { deployment: string; rpc: string; why: string; out: string };

  async function open(context: Mocha.Context, file: object): Promise<void> {
    node = await startDeployed(context, file);
    breaker = CircuitBreaker__factory.connect(node.record.contracts["CircuitBreaker"]!.address, node.provider);
    options = { deployment: node.folder, rpc: node.rpc, why: "a drill", out: path.join(node.folder, "payloads") };
  }

  async function proposed(action: Parameters<typeof propose>[0]): Promise<string> {
    const lines: string[] = [];
    await propose(action, options, (line) => lines.push(line));
    return lines.join("\n");
  }

  /** Sign and send what a payload file says, as `account`. */
  async function sign(file: string, account: number): Promise<void> {
    const text = await readFile(path.join(options.out, file), "utf8");
    const batch = JSON.parse(text) as { chainId: string; transactions: { to: string; data: string; value: string }[] };
    expect([batch.chainId, batch.transactions.length]).to.deep.equal(["31337", 1]);
    const { to, data } = batch.transactions[0]!;
    await (await (await node.provider.getSigner(account)).sendTransaction({ to, data })).wait();
  }

  async function wait(seconds: number): Promise<void> {
    await node.provider.send("evm_increaseTime", [seconds]);
    await node.provider.send("evm_mine", []);
  }

  async function change(yaml: string): Promise<string> {
    const file = path.join(node.folder, "change.yaml");
    await writeFile(file, yaml);
    return file;
  }

  describe("where an account owns, which the AccessManager makes wait", () => {
    before(async function () {
      await open(this, { chainId: 31_337, parameters: await exampleParameters(await network.create("lab")) });
    });
    after(() => node?.close());

    it("default: a trip and a release take effect as soon as they are signed, and as they were shown", async () => {
      const trip = await proposed(tripAction(TARGET, "Throttle", "3600", "a drill"));
      expect(trip).to.contain("calls the contract itself, at once").and.to.contain("  levelOf: 0 -> 3");
      expect(trip).to.match(/event CircuitBreaker\.Tripped: target "0x\w{64}", guardian "0x3C44\w+", reason "a drill"/);
      expect(await breaker.levelOf(TARGET), "nothing is sent").to.equal(0n);
      await sign("1-call.json", 2);
      expect(await breaker.levelOf(TARGET)).to.equal(3n);

      expect(await proposed(releaseAction(TARGET, "Normal", "over"))).to.contain("  levelOf: 3 -> 0");
      await sign("1-call.json", 1);
      expect(await breaker.levelOf(TARGET)).to.equal(0n);
    });

    it("behavior: a parameter is scheduled and executed by an owner that waits in the AccessManager", async () => {
      const action = await configureAction(TARGET, await change("terms: { minDwell: 1800 }"), options);
      const shown = await proposed(action);
      expect(shown).to.contain("  configOf.terms.minDwell: 900 -> 1800").and.to.contain("  execute (86400 s later)");
      expect(shown.match(/^ {2}configOf/gm), "what else changes").to.have.length(1);
      await sign("1-schedule.json", 1);
      await wait(DAY);
      expect((await breaker.configOf(TARGET)).terms.minDwell).to.equal(900n);
      await sign("2-execute.json", 1);
      expect((await breaker.configOf(TARGET)).terms.minDwell).to.equal(1_800n);
    });

    it("error: ProposalInvalid says what the contract would, before anybody signs", async () => {
      const messageOf = async (work: () => Promise<unknown>): Promise<string> => {
        try {
          await work();
        } catch (error) {
          expect(error).to.be.instanceOf(ProposalInvalid);
          return (error as Error).message;
        }
        return "no error";
      };
      expect(await messageOf(() => proposed(releaseAction(TARGET, "Watch", "why")))).to.equal(
        "the call would be refused: LevelNotLower(1, 0)",
      );
      const configure = async (yaml: string) => proposed(await configureAction(TARGET, await change(yaml), options));
      expect(await messageOf(() => configure("maxAge: 0"))).to.equal(
        "the call would be refused: TargetConfigInvalid(6)",
      );
      expect(await messageOf(() => configure("terms: { dwell: 1 }"))).to.contain(".terms: saw dwell, expected some of");
      expect(await messageOf(async () => levelOf("halt"))).to.contain("--level: saw halt, expected one of Normal");
      const byMethod = async (method: string, args: string) => anyAction("RiskOracle", method, args);
      expect(await messageOf(() => byMethod("publish", "{}"))).to.contain(
        "saw publish, expected one of registerSubjects",
      );
      expect(await messageOf(() => byMethod("approveModel", "{}"))).to.contain("saw , expected newModelHash");
      const stranger = propose(tripAction(TARGET, "Halt", "600", "x"), { ...options, from: VENUE }, () => undefined);
      expect(await messageOf(() => stranger)).to.contain(`member of GUARDIAN: saw ${VENUE}, expected one of 0x3C44`);
    });
  });

  describe("where the example governor owns", () => {
    before(async function () {
      const parameters = await exampleOwnerParameters(await network.create("lab"));
      await open(this, { chainId: 31_337, module: "BulkheadWithExampleOwner", parameters });
    });
    after(() => node?.close());

    it("behavior: a parameter is proposed, queued and executed where a governor owns", async () => {
      const holder = await node.provider.getSigner(1);
      const governor = ExampleGovernor__factory.connect(node.record.contracts["ExampleGovernor"]!.address, holder);
      const votes = ExampleVotes__factory.connect(node.record.contracts["ExampleVotes"]!.address, holder);
      await (await votes.delegate(holder.address)).wait();

      const action = anyAction("RiskOracle", "approveModel", JSON.stringify({ newModelHash: `0x${"22".repeat(32)}` }));
      expect(await proposed(action)).to.contain(`  modelHash: 0x${"11".repeat(32)} -> 0x${"22".repeat(32)}`);
      await sign("1-propose.json", 1);
      const [created] = await governor.queryFilter(governor.filters.ProposalCreated());
      expect(created?.args.description).to.equal("a drill");
      await wait(DAY + 1);
      await (await governor.castVote(created!.args.proposalId, 1)).wait();
      await wait(3 * DAY + 1);
      await sign("2-queue.json", 1);
      await wait(2 * DAY + 1);
      await sign("3-execute.json", 1);
      expect(await governor.state(created!.args.proposalId)).to.equal(7n);
    });
  });
});
