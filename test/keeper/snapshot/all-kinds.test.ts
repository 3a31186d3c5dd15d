import { expect } from "chai";
import { type RpcPool, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type Sources, createSnapshotReader } from "../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { Address } from "../../../keeper/src/units.js";
import { type FaultyNode, startFaultyNode } from "../chain/faulty-node.js";
import { keepStates } from "../kept-states.js";
import { type AllKinds, openAllKinds } from "./all-kinds-scene.js";

const MOST_REQUESTS = 12;
const STEPS = 25;
const WINDOW = { resilienceWindowSec: 90 * 86_400 };

function addressOfV3({ pools }: Sources): Address {
  const [first] = pools;
  if (first?.kind !== "uniswap-v3") throw new Error("expected a Uniswap v3 pool first");
  return first.pool;
}

describe("one snapshot of sources of many kinds", function () {
  this.timeout(180_000);
  let scene: AllKinds;
  let node: FaultyNode;

  const openPool = (url = node.url): RpcPool =>
    createRpcPool({ urls: [url], chainId: scene.chain.chainId, quorum: 1, timeoutMs: 20_000 });
  const scratch = async (sources: Sources): Promise<string> => {
    const pool = openPool(scene.chain.url);
    return canonicalJson(await createSnapshotReader(pool, sources, WINDOW).read(await pool.head()));
  };

  before(async () => {
    scene = await openAllKinds(7);
    node = await startFaultyNode(scene.chain.url);
    for (let step = 0; step < STEPS; step++) await scene.step();
  });
  after(async () => {
    await node.close();
    await scene.chain.close();
  });

  it("default: everything is read, nothing is excluded, and the text reads back as the same snapshot", async () => {
    const pool = openPool();
    const snapshot = await createSnapshotReader(pool, scene.sources, WINDOW).read(await pool.head());
    expect(snapshot.exclusions).to.deep.equal([]);
    expect(snapshot.venues.map(({ kind }) => kind)).to.have.members(scene.sources.venues.map(({ kind }) => kind));
    expect(snapshot.pools.map(({ kind }) => kind)).to.have.members(scene.sources.pools.map(({ kind }) => kind));
    for (const { accounts } of snapshot.venues) expect(accounts).to.not.be.empty;
    for (const { token } of scene.sources.wrapped!) {
      expect(snapshot.assets.find(({ asset }) => asset === token)!.lookThrough).to.not.be.empty;
    }
    expect(parseSnapshot(canonicalJson(snapshot))).to.deep.equal(snapshot);
  });

  it("behavior: once synced, a block costs at most twelve requests, and is as read from scratch", async () => {
    const pool = openPool();
    const reader = createSnapshotReader(pool, scene.sources, WINDOW);
    await reader.read(await pool.head());
    const costs = new Set<number>();
    for (let step = 0; step < 8; step++) {
      await scene.step();
      const head = await pool.head();
      const before = node.requests();
      const text = canonicalJson(await reader.read(head));
      costs.add(node.requests() - before);
      expect(text).to.equal(await scratch(scene.sources));
    }
    expect(Math.max(...costs)).to.be.within(1, MOST_REQUESTS);
  });

  it("behavior: so is a block after a restart from what was kept, whatever its kind", async () => {
    const states = keepStates();
    const life = async (): Promise<string> => {
      const pool = openPool();
      return canonicalJson(
        await createSnapshotReader(pool, scene.sources, { ...WINDOW, states }).read(await pool.head()),
      );
    };
    await life();
    expect(await life()).to.equal(await scratch(scene.sources));
    for (let lives = 0; lives < 4; lives++) {
      for (let step = 0; step < 3; step++) await scene.step();
      expect(await life()).to.equal(await scratch(scene.sources));
    }
  });

  it("behavior: a source that cannot be read changes nothing but its own part", async () => {
    const good = parseSnapshot(await scratch(scene.sources));
    const nobody = "0x00000000000000000000000000000000000000ff";
    const { venues, pools } = scene.sources;
    const v3 = addressOfV3(scene.sources);
    const more: Sources = {
      ...scene.sources,
      venues: [{ kind: "aave-v3", pool: nobody, fromBlock: 0 }, ...venues],
      pools: [
        { kind: "uniswap-v2", pool: nobody, fee: 3_000 },
        { kind: "balancer-weighted", pool: v3 },
        ...pools.slice(1),
      ],
    };
    const bad = parseSnapshot(await scratch(more));
    expect(bad.exclusions.map(({ scope, id }) => [scope, id])).to.have.deep.members([
      ["venue", nobody],
      ["pool", nobody],
      ["pool", v3],
    ]);
    expect({ ...bad, exclusions: [], pools: [] }).to.deep.equal({ ...good, exclusions: [], pools: [] });
    expect(bad.pools).to.deep.equal(good.pools.filter(({ pool }) => pool !== v3));
  });
});
