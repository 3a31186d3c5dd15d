import { expect } from "chai";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import { type RpcPool, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { createRandom } from "../../../keeper/src/lab/random.js";
import type { World } from "../../../keeper/src/lab/world/world.js";
import { createSnapshotReader } from "../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import { SourceStatesLocked, openSourceStates } from "../../../keeper/src/store/source-states.js";
import { type History, buildLendingWorld, randomHistory } from "./history.js";

const WINDOW = 30 * 86_400;
/** Sales of all the blocks that a test mines. */
const LONG_WINDOW = 3_650 * 86_400;
const STATES = "states.sqlite";

/** What was asked of the chain: spans of history, and accounts (calls carry them). */
interface Asked {
  spans: number;
  calls: number;
}

function salesBetween(text: string, from: number, to: number): number {
  return parseSnapshot(text).forcedSales.filter(({ block }) => block >= from && block <= to).length;
}

describe("state of sources that outlives the process", () => {
  let chain: DevChain;
  let world: World;
  let history: History;
  let folder: string;
  let windowSec = WINDOW;
  const warnings: string[] = [];

  const rpc = (): RpcPool => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  const counted = (asked: Asked, spansBeforeDeath = Infinity): RpcPool => {
    const pool = rpc();
    return {
      ...pool,
      logsBetween(range, filter) {
        asked.spans += 1;
        if (asked.spans > spansBeforeDeath) throw new Error("killed");
        return pool.logsBetween(range, filter);
      },
      at(block) {
        const reader = pool.at(block);
        return {
          ...reader,
          call(transaction) {
            asked.calls += 1;
            return reader.call(transaction);
          },
        };
      },
    };
  };
  const sources = () => ({
    venues: [{ kind: "aave-v3" as const, pool: world.aave.pool.address, fromBlock: 0 }],
    pools: [],
    feeds: [],
    lookThrough: [],
  });
  /** One life of a process: open what is kept, read, go. */
  const live = async (pool: RpcPool, blocks: readonly BlockRef[], dataDir = folder): Promise<string[]> => {
    const states = openSourceStates(dataDir, (message) => warnings.push(message));
    try {
      const reader = createSnapshotReader(pool, sources(), { resilienceWindowSec: windowSec, states: states.of });
      const texts: string[] = [];
      for (const block of blocks) texts.push(canonicalJson(await reader.read(block)));
      return texts;
    } finally {
      states.close();
    }
  };
  const fromScratch = async (block: BlockRef): Promise<string> =>
    canonicalJson(await createSnapshotReader(rpc(), sources(), { resilienceWindowSec: windowSec }).read(block));

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: 1_583_971_200 });
    world = await buildLendingWorld(chain);
    history = randomHistory(world, 21);
    for (let step = 0; step < 20; step++) await history.step();
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-states-"));
    warnings.length = 0;
    windowSec = WINDOW;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => chain.close());

  it("behavior: after a restart a block costs what changed: no history is read again", async () => {
    await live(rpc(), [await rpc().head()]);
    for (let step = 0; step < 3; step++) await history.step();
    const block = await rpc().head();
    const asked = { spans: 0, calls: 0 };
    const [text] = await live(counted(asked), [block]);
    expect(text).to.equal(await fromScratch(block));
    expect(asked.spans).to.equal(0);
    expect(warnings).to.deep.equal([]);
  });

  it("property: lives of random length over a history with reorganisations give the bytes of reading from scratch", async () => {
    const random = createRandom(5);
    let orphaned = 0;
    for (let round = 0; round < 12; round++) {
      const mark = await chain.snapshot();
      const blocks: BlockRef[] = [];
      for (let step = random.uint32() % 45; step >= 0; step--) {
        await history.step();
        if (random.uint32() % 4 === 0) blocks.push(await rpc().head());
      }
      blocks.push(await rpc().head());
      const texts = await live(rpc(), blocks);
      expect(texts.at(-1), `round ${round}`).to.equal(await fromScratch(blocks.at(-1)!));
      if (random.uint32() % 2 === 0) continue;
      orphaned += 1;
      await chain.revert(mark);
    }
    await history.step();
    const block = await rpc().head();
    expect((await live(rpc(), [block]))[0]).to.equal(await fromScratch(block));
    expect(orphaned).to.be.within(2, 10);
    expect(warnings).to.deep.equal([]);
  });

  it("behavior: a first sync that is killed goes on where it was", async () => {
    await chain.rpc.call("hardhat_mine", ["0x493e0"]);
    for (let step = 0; step < 5; step++) await history.step();
    const block = await rpc().head();
    const [whole, first, second] = [0, 0, 0].map((): Asked => ({ spans: 0, calls: 0 }));
    const aside = mkdtempSync(path.join(tmpdir(), "bulkhead-states-"));
    await live(counted(whole!), [block], aside);
    rmSync(aside, { recursive: true });
    expect(whole!.spans).to.equal(4);
    const death = await live(counted(first!, 3), [block]).catch((error: unknown) => error);
    expect(String(death)).to.equal("Error: killed");
    const [text] = await live(counted(second!), [block]);
    expect(text).to.equal(await fromScratch(block));
    expect(second!.spans).to.equal(whole!.spans - 3);
  });

  it("behavior: an earlier block read after a later one is as read from scratch: no sale of the future, none forgotten", async () => {
    windowSec = LONG_WINDOW;
    for (let step = 0; step < 70; step++) await history.step();
    const early = await rpc().head();
    for (let step = 0; step < 130; step++) await history.step();
    const late = await rpc().head();
    const [text] = await live(rpc(), [late]);
    expect(salesBetween(text!, early.number + 1, late.number - 64)).to.be.above(0);
    expect(await live(rpc(), [early, late])).to.deep.equal([await fromScratch(early), text]);
  });

  it("behavior: states of a chain that is gone, as of a node that began anew, are of no use", async () => {
    windowSec = LONG_WINDOW;
    const block = await rpc().head();
    const undo = await chain.snapshot();
    for (let step = 0; step < 130; step++) await history.step();
    const gone = await rpc().head();
    const [text] = await live(rpc(), [gone]);
    expect(salesBetween(text!, block.number + 1, gone.number - 64)).to.be.above(0);
    await chain.revert(undo);
    for (let step = 0; step < 140; step++) await history.step();
    const other = await rpc().head();
    expect(other.number).to.be.greaterThan(block.number + 139);
    expect((await live(rpc(), [other]))[0]).to.equal(await fromScratch(other));
  });

  it("behavior: a venue that cannot be read for a while is read on from where it was, in one life or another", async () => {
    const { address } = world.aave.pool;
    const code = await chain.rpc.call("eth_getCode", [address, "latest"]);
    const nextBlock = async (): Promise<BlockRef> => {
      await chain.mine((await chain.timestamp()) + 12);
      return rpc().head();
    };
    await history.step();
    await live(rpc(), [await nextBlock()]);
    const asked = { spans: 0, calls: 0 };
    const states = openSourceStates(folder, (message) => warnings.push(message));
    const reader = createSnapshotReader(counted(asked), sources(), {
      resilienceWindowSec: windowSec,
      states: states.of,
    });
    await chain.rpc.call("hardhat_setCode", [address, "0x5f5ffd"]);
    for (let block = 0; block < 35; block++) {
      const { venues, exclusions } = await reader.read(await nextBlock());
      expect([venues.length, exclusions.map(({ scope }) => scope)]).to.deep.equal([0, ["venue"]]);
    }
    states.close();
    expect(asked.spans).to.equal(0);
    await chain.rpc.call("hardhat_setCode", [address, code]);
    await history.step();
    const block = await nextBlock();
    const [text] = await live(counted(asked), [block]);
    expect(text).to.equal(await fromScratch(block));
    expect(asked.spans).to.equal(1);
  });

  it("error: a torn file and a changed state are told, and derived from the chain again", async () => {
    const block = await rpc().head();
    const text = await fromScratch(block);
    writeFileSync(path.join(folder, STATES), "not a database at all, but long enough to look like one".repeat(40));
    expect((await live(rpc(), [block]))[0]).to.equal(text);
    expect(warnings.splice(0).join()).to.match(/states\.sqlite: saw .*, expected states of layout \d+/);
    const db = new DatabaseSync(path.join(folder, STATES));
    db.exec("UPDATE states SET content = zeroblob(100)");
    db.close();
    expect((await live(rpc(), [block]))[0]).to.equal(text);
    expect(warnings.splice(0).join()).to.match(/saw a state that is not as it was written/);
    const later = new DatabaseSync(path.join(folder, STATES));
    const foreign = Buffer.from("ff63", "hex");
    const digest = createHash("sha256").update(foreign).digest("hex");
    later.prepare("UPDATE states SET content = ?, digest = ?").run(foreign, digest);
    later.close();
    expect((await live(rpc(), [block]))[0]).to.equal(text);
    expect(warnings.join()).to.match(/saw .* on reading a state/);
  });

  it("behavior: states that another release wrote are derived from the chain again", async () => {
    const block = await rpc().head();
    const [text] = await live(rpc(), [block]);
    const db = new DatabaseSync(path.join(folder, STATES));
    expect(db.prepare("UPDATE states SET release = '0.0.0-other'").run().changes).to.equal(1);
    db.close();
    const [other, own] = [0, 0].map((): Asked => ({ spans: 0, calls: 0 }));
    expect(await live(counted(other!), [block])).to.deep.equal([text]);
    expect(await live(counted(own!), [block])).to.deep.equal([text]);
    expect([other!.spans > 0, own!.spans]).to.deep.equal([true, 0]);
  });

  it("error: SourceStatesLocked while another process has them", () => {
    const first = openSourceStates(folder, () => undefined);
    expect(() => openSourceStates(folder, () => undefined)).to.throw(SourceStatesLocked, /in use by another process/);
    first.close();
    openSourceStates(folder, () => undefined).close();
  });
});
