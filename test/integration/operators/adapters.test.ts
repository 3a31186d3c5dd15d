import { expect } from "chai";
import { createServer, type AddressInfo } from "node:net";
import { derivedAddress, openActors } from "../../../keeper/src/lab/world/orders.js";
import type { Address } from "../../../keeper/src/units.js";
import { CircuitBreaker__factory, RiskOracle__factory } from "../../../typechain-types/index.js";
import { startKeeper, type KeeperProcess, type Line } from "../../keeper/cli/bulkhead-process.js";
import { openScene, type Scene } from "./scene.js";
import { openSilentHosts, type SilentHosts } from "./silent-hosts.js";

const THROTTLE = 3;
const NORMAL = 0n;
const PAUSE_SEC = 1_800;
const GUARDIAN = derivedAddress("guardian");
/** No code. */
const NOTHING = derivedAddress("nothing");
const OPEN = [false, false, false, false, false];
/** What the adapter pauses: transfers and withdrawals. */
const PAUSED = [false, true, true, false, false];

describe("three operators and hosts that do not ask", function () {
  this.timeout(180_000);
  let scene: Scene;
  let hosts: SilentHosts;
  let keepers: KeeperProcess[];
  let statusPort: number;

  const breaker = () => CircuitBreaker__factory.connect(scene.protection.breaker, scene.chain.provider);
  const oracle = () => RiskOracle__factory.connect(scene.protection.oracle, scene.chain.provider);
  const step = async (seconds: number): Promise<Line[]> => {
    const block = await scene.mine(seconds);
    return Promise.all(keepers.map((keeper) => keeper.headDone(block.hash)));
  };
  /** Hashes of the transactions that ever synced an adapter: none twice. */
  const syncsOf = (adapter: Address): unknown[] => {
    const lines = keepers.flatMap((keeper) => keeper.lines).filter((line) => line["sync"] === adapter);
    return [...new Set(lines.map((line) => line["sent"]))];
  };

  before(async function () {
    scene = await openScene();
    hosts = await openSilentHosts(this, scene.chain, scene.protection);
    await openActors(scene.chain, [GUARDIAN], 10n ** 18n);
    statusPort = await freePort();
    const adapters = [...(hosts.market === undefined ? [] : [hosts.market.mom]), hosts.sentinel, NOTHING, hosts.vault];
    const files = await Promise.all(
      [0, 1, 2].map((i) =>
        scene.variant(i, "adapters", (config) => ({
          ...config,
          publish: { ...config.publish, adapters },
          ...(i === 0 ? { statusPort } : {}),
        })),
      ),
    );
    keepers = files.map((file) => startKeeper(file, "--yes"));
    const head = await scene.chain.provider.getBlock("latest");
    await Promise.all(keepers.map((keeper) => keeper.headDone(head?.hash ?? "")));
    for (let block = 0; block < 3; block++) await step(12);
  });
  after(async () => {
    await Promise.all((keepers ?? []).map((keeper) => keeper.stop("SIGKILL")));
    await scene?.close();
  });

  it("publish past adapters that do not answer, and warn of each of them once", async () => {
    expect(Number((await oracle().header()).epoch)).to.be.greaterThan(0);
    for (const { lines } of keepers) {
      const warnings = lines.filter(({ event }) => event === "adapter.error");
      expect(warnings.map((line) => line["adapter"])).to.deep.equal([NOTHING, hosts.vault]);
      expect(String(warnings[0]?.["fault"])).to.equal("saw 0x from sync(), expected a number");
      expect(String(warnings[1]?.["fault"])).to.contain("reverted");
    }
    expect(syncsOf(hosts.sentinel)).to.deep.equal([]);
    expect(await hosts.cap()).to.equal(1_000n);
  });

  it("see at the head of a guardian's trip what it calls for, and one of them sends it before that head is done", async () => {
    const guardian = await scene.chain.impersonate(GUARDIAN);
    await breaker().connect(guardian).trip(scene.protection.target, THROTTLE, PAUSE_SEC, "drill");
    const lines = await step(12);
    expect(await breaker().levelOf(scene.protection.target)).to.equal(BigInt(THROTTLE));
    const due = lines.map((line) => (line["adapters"] as { adapter: string; due: number }[]).filter((a) => a.due > 0));
    const asking = [...(hosts.market === undefined ? [] : [hosts.market.mom]), hosts.sentinel];
    for (const answers of due) expect(answers.map(({ adapter }) => adapter)).to.deep.equal(asking);
    const sent = lines.filter((line) => line["sync"] !== null);
    expect(sent.map((line) => line["sync"])).to.have.members(asking);
    const pooled = await scene.chain.provider.getTransaction(String(sent[0]?.["sent"]));
    expect(pooled?.blockNumber).to.equal(null);
  });

  it("have carried the level into every host in the next block, each by one transaction", async function () {
    const lines = await step(12);
    expect(lines.map((line) => line["sync"])).to.deep.equal([null, null, null]);
    expect(await hosts.cap()).to.equal(400n);
    expect(syncsOf(hosts.sentinel)).to.have.length(1);
    if (hosts.market === undefined) this.skip();
    expect(await hosts.market.flags()).to.deep.equal(PAUSED);
    expect(syncsOf(hosts.market.mom)).to.have.length(1);
  });

  it("show on the status port what every adapter says", async () => {
    const answer = await fetch(`http://127.0.0.1:${statusPort}/status`);
    const { adapters } = (await answer.json()) as { adapters: { adapter: string; due: number; fault?: string }[] };
    expect(adapters.slice(-3).map(({ adapter, due }) => [adapter, due])).to.deep.equal([
      [hosts.sentinel, 0],
      [NOTHING, 0],
      [hosts.vault, 0],
    ]);
    expect(adapters.map(({ fault }) => fault !== undefined).slice(-3)).to.deep.equal([false, true, true]);
  });

  it("lift what can be lifted once the level has ended by time, and send nothing where nothing can", async function () {
    for (let block = 0; block < 12; block++) await step(PAUSE_SEC / 4);
    for (let block = 0; block < 4; block++) await step(12);
    expect(await breaker().liquidationLevelOf(scene.protection.target)).to.equal(NORMAL);
    expect(await hosts.cap()).to.equal(400n);
    expect(syncsOf(hosts.sentinel)).to.have.length(1);
    if (hosts.market === undefined) this.skip();
    expect(await hosts.market.flags()).to.deep.equal(OPEN);
    expect(syncsOf(hosts.market.mom)).to.have.length(2);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
