import { expect } from "chai";
import { existsSync } from "node:fs";
import path from "node:path";
import { CircuitBreaker__factory, RiskOracle__factory } from "../../../typechain-types/index.js";
import { loadOperatorKey } from "../../../keeper/src/cli/operator-key.js";
import { openScoring as scoringOf } from "../../../keeper/src/cli/scoring.js";
import { loadConfig } from "../../../keeper/src/config.js";
import { runKeeper } from "../../../keeper/src/main.js";
import { openLog } from "../../../keeper/src/observe/log.js";
import { StatusPortUnavailable } from "../../../keeper/src/observe/status-server.js";
import { identityOf } from "../../../keeper/src/report/identity.js";
import { openJournal } from "../../../keeper/src/store/database.js";
import { bulkhead, startKeeper, type KeeperProcess, type Line } from "../../keeper/cli/bulkhead-process.js";
import { openScene, type Scene } from "./scene.js";

const HEARTBEAT_SEC = 1_800;

interface PrintedScore {
  readonly id: string;
  readonly leverage: number;
  readonly liquidationAtRisk: number;
  readonly rehypothecation: number;
  readonly borrowLtv: number;
  readonly advice: number;
  readonly lossShare: number;
  readonly throttleUsdPerHour: string;
  readonly haltSeconds: number;
  readonly proof: string[];
}
interface PrintedEpoch {
  readonly digest: string;
  readonly report: { readonly epoch: number; readonly observedBlock: number; readonly lanes: string[] } & Record<
    string,
    unknown
  >;
  readonly scores: PrintedScore[];
}

describe("three operators on a chain with genuine protocols", function () {
  this.timeout(180_000);
  let scene: Scene;
  let keepers: KeeperProcess[];

  const sentOf = (lines: readonly Line[]): unknown[] =>
    lines.map((line) => line["sent"]).filter((sent) => sent !== null);
  const distinct = (lines: readonly Line[], field: string): unknown[] => [...new Set(lines.map((line) => line[field]))];
  /** Mine a block and hear from every keeper that is running. */
  const step = async (seconds: number, running: readonly KeeperProcess[] = keepers): Promise<Line[]> => {
    const block = await scene.mine(seconds);
    return Promise.all(running.map((keeper) => keeper.headDone(block.hash)));
  };
  const oracle = () => RiskOracle__factory.connect(scene.protection.oracle, scene.chain.provider);
  const publishedEpoch = async (): Promise<number> => Number((await oracle().header()).epoch);

  before(async () => {
    scene = await openScene();
    keepers = scene.configFiles.map((file) => startKeeper(file, "--yes"));
    await Promise.all(keepers.map((keeper) => keeper.line(({ event }) => event === "ready")));
    const head = await scene.chain.provider.getBlock("latest");
    await Promise.all(keepers.map((keeper) => keeper.headDone(head?.hash ?? "")));
  });
  after(async () => {
    await Promise.all(keepers.map((keeper) => keeper.stop("SIGKILL")));
    await scene.close();
  });

  it("read the first head after their start without signing it", () => {
    const first = keepers.map(({ lines }) => lines.find(({ event }) => event === "head.done"));
    expect(first.map((line) => line?.["reason"])).to.deep.equal(Array(3).fill("first head after the start"));
    expect(first.map((line) => line?.["sent"])).to.deep.equal([null, null, null]);
  });

  it("agree on one digest, and one of them has sent it before any says that the head is done", async () => {
    const lines = await step(12);
    expect(distinct(lines, "digest")).to.have.length(1);
    expect(lines.map((line) => line["decision"])).to.deep.equal(["push", "push", "push"]);
    expect(lines.map((line) => line["peers"])).to.deep.equal([2, 2, 2]);
    const [hash, ...others] = sentOf(lines);
    expect(others).to.deep.equal([]);
    const pooled = await scene.chain.provider.getTransaction(String(hash));
    expect(pooled?.blockNumber).to.equal(null);
    expect(pooled?.to?.toLowerCase()).to.equal(scene.protection.breaker);
  });

  it("find their epoch on the chain in the next block, and hold", async () => {
    const block = (await scene.chain.provider.getBlockNumber()) + 1;
    const lines = await step(12);
    expect(lines.map((line) => line["decision"])).to.deep.equal(["hold", "hold", "hold"]);
    expect(lines.flatMap((line) => line["landed"] as string[])).to.have.length(1);
    expect(await publishedEpoch()).to.equal(block - 1);
    const breaker = CircuitBreaker__factory.connect(scene.protection.breaker, scene.chain.provider);
    const { ledger } = await breaker.stateOf(scene.protection.target);
    expect(Number(ledger.lastEpoch)).to.equal(block - 1);
  });

  it("published what anybody computes for that block: digest, lanes, and a proof for every subject", async () => {
    const header = await oracle().header();
    const config = scene.configFiles[0] ?? "";
    const ending = await bulkhead("once", "--config", config, "--block", String(header.observedBlock), "--json");
    expect(ending.code, ending.stderr).to.equal(0);
    const { digest, report, scores } = JSON.parse(ending.stdout) as PrintedEpoch;
    const line = keepers[0]?.lines.find((one) => one["block"] === Number(header.observedBlock));
    expect(digest).to.equal(line?.["digest"]);
    const struct = { ...report, lanes: report.lanes.map(BigInt) } as Parameters<
      ReturnType<typeof oracle>["reportDigest"]
    >[0];
    expect(await oracle().reportDigest(struct)).to.equal(digest);
    expect(await oracle().scoresRoot()).to.equal(report["scoresRoot"]);
    for (const score of scores) {
      const { id, leverage, liquidationAtRisk, rehypothecation, borrowLtv, advice } = score;
      const lane = { leverage, liquidationAtRisk, rehypothecation, borrowLtv, advice };
      const { lossShare, throttleUsdPerHour, haltSeconds, proof } = score;
      const leaf = { subject: id, score: lane, lossShare, throttleUsdPerHour, haltSeconds };
      expect(await oracle().verifyScore(leaf, proof), id).to.equal(true);
      const [status, stored] = await oracle().tryScore(id);
      if (status === 3n) expect(Number(stored.leverage), id).to.equal(leverage);
    }
    expect(scores.length).to.be.greaterThan(Number(await oracle().laneCount()) - 1);
  });

  it("publish again at the heartbeat, each epoch by one of them", async () => {
    const transmitters = new Set<number>();
    for (let round = 0; round < 4; round++) {
      const lines = await step(HEARTBEAT_SEC);
      expect(distinct(lines, "reason")).to.have.length(1);
      expect(sentOf(lines)).to.have.length(1);
      transmitters.add(lines.findIndex((line) => line["sent"] !== null));
      expect(sentOf(await step(12))).to.deep.equal([]);
    }
    expect([...transmitters].every((index) => index >= 0)).to.equal(true);
  });

  it("go on when one is killed, and take it back without a second signature of anything", async () => {
    const before = await publishedEpoch();
    await keepers[2]?.stop("SIGKILL");
    const alive = keepers.slice(0, 2);
    for (let block = 0; block < 6 && (await publishedEpoch()) === before; block++) await step(HEARTBEAT_SEC, alive);
    expect(await publishedEpoch()).to.be.greaterThan(before);

    const again = startKeeper(scene.configFiles[2] ?? "", "--yes");
    keepers[2] = again;
    await again.line(({ event }) => event === "head.done");
    const lines = await step(HEARTBEAT_SEC);
    expect(distinct(lines, "digest")).to.have.length(1);
    expect(keepers.flatMap((keeper) => keeper.lines).filter(({ event }) => event === "equivocation")).to.deep.equal([]);
  });

  it("fail closed when fewer than k are left, and publish within a block of healing", async () => {
    await step(12);
    const before = await publishedEpoch();
    await Promise.all([keepers[1]?.stop("SIGKILL"), keepers[2]?.stop("SIGKILL")]);
    const alone = keepers.slice(0, 1);
    const lines: Line[] = [];
    for (let block = 0; block < 3; block++) lines.push(...(await step(HEARTBEAT_SEC, alone)));
    expect(sentOf(lines)).to.deep.equal([]);
    expect(lines.some((line) => String(line["reason"]).includes("1 of 2 signatures"))).to.equal(true);
    expect(await publishedEpoch()).to.equal(before);

    for (const i of [1, 2]) keepers[i] = startKeeper(scene.configFiles[i] ?? "", "--yes");
    await Promise.all(keepers.slice(1).map((keeper) => keeper.line(({ event }) => event === "head.done")));
    expect(sentOf(await step(12))).to.have.length.within(1, 2);
    await step(12);
    expect(await publishedEpoch()).to.be.greaterThan(before);
  });

  it("refuse a second process on the same port or journal: codes 5 and 1", async () => {
    const elsewhere = await scene.variant(0, "same-port", (config) => ({
      ...config,
      dataDir: path.join(scene.folder, "elsewhere"),
    }));
    const sameJournal = await scene.variant(0, "same-journal", (config) => ({
      ...config,
      listen: { host: "127.0.0.1", port: 0 },
    }));
    const [port, journal] = await Promise.all(
      [elsewhere, sameJournal].map((file) => bulkhead("run", "--config", file, "--yes")),
    );
    expect(port?.code, port?.stderr).to.equal(5);
    expect(port?.stderr).to.match(/^bulkhead: listen 127\.0\.0\.1:\d+: saw EADDRINUSE.*\n$/);
    expect(journal?.code).to.equal(1);
    expect(journal?.stderr).to.contain("no other process holds");
  });

  it("leave nothing open when the port for status is taken", async () => {
    const dataDir = path.join(scene.folder, "status");
    const file = await scene.variant(0, "status", (config) => ({
      ...config,
      dataDir,
      listen: { host: "127.0.0.1", port: 0 },
      statusPort: Number(new URL(scene.chain.url).port),
    }));
    const config = loadConfig(file);
    const identity = identityOf(await loadOperatorKey(config.operator));
    const openScoring = await scoringOf(config);
    const lines: string[] = [];
    const log = openLog({ write: (text: string) => lines.push(text) });
    const { signal } = new AbortController();
    const error: unknown = await runKeeper({ config, identity, isSending: true, openScoring, log, signal }).catch(
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(StatusPortUnavailable);
    expect(lines).to.deep.equal([]);
    const owner = { operator: identity.address, chainId: config.chain.chainId, oracle: config.contracts.oracle };
    openJournal(dataDir, owner).close();
  });

  it("say what they would do in a dry run, and touch nothing", async () => {
    const dataDir = path.join(scene.folder, "dry");
    const file = await scene.variant(1, "dry", (config) => ({ ...config, dataDir }));
    const dry = startKeeper(file);
    const line = await dry.line(({ event }) => event === "head.done");
    expect(line).to.include({ dryRun: true, sent: null });
    expect(line["digest"]).to.match(/^0x[0-9a-f]{64}$/);
    expect(existsSync(dataDir)).to.equal(false);
    expect(await dry.stop("SIGINT")).to.equal(0);
  });

  it("end on SIGTERM with code 0, and print nothing but log lines", async () => {
    const codes = await Promise.all(keepers.map((keeper) => keeper.stop("SIGTERM")));
    expect(codes).to.deep.equal([0, 0, 0]);
    expect(keepers.map((keeper) => keeper.stderr())).to.deep.equal(["", "", ""]);
  });
});
