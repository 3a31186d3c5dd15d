import { expect } from "chai";
import { id } from "ethers";
import type { Archive } from "../../../../keeper/src/chain/archive/archive.js";
import { loadArchive } from "../../../../keeper/src/chain/archive/load.js";
import { openFork } from "../../../../keeper/src/chain/archive/reexecute.js";
import { createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import type { Hex } from "../../../../keeper/src/units.js";
import { type FeedsRead, readFeeds } from "../../../../keeper/src/venues/chainlink-feed.js";
import { startEdr } from "../../../fork/edr-node.js";
import { AGGREGATOR, PROXY, withProxy } from "../../../fork/eth-usd.js";
import { requireShared } from "../../../shared-data.js";

const BLOCKS = "data/evm-pevm-blocks";
/** ETH/USD before block 19,933,612. */
const ANSWER = 381_310_000_000n;
/** An answer takes the low 192 bits of its round's slot. */
const ANSWER_MASK = (1n << 192n) - 1n;

describe("wrong answers of mainnet's own ETH/USD feed", function () {
  this.timeout(120_000);
  let archive: Archive;
  before(async function () {
    const recorded = await loadArchive(requireShared(this, `${BLOCKS}/19933612`));
    archive = withProxy(recorded, await loadArchive(requireShared(this, `${BLOCKS}/19807137`)));
  });

  /** The archive with another answer in the aggregator's latest round. */
  function answering(answer: bigint): Archive {
    const account = archive.accounts.get(AGGREGATOR)!;
    const rounds = [...account.storage].filter(([, value]) => rounded(value & ANSWER_MASK) === rounded(ANSWER));
    expect(rounds.length, "slots that hold the answer").to.be.above(0);
    const changed = rounds.map(([slot, value]) => [slot, (value & ~ANSWER_MASK) | answer] as const);
    const storage = new Map([...account.storage, ...changed]);
    return { ...archive, accounts: new Map(archive.accounts).set(AGGREGATOR, { ...account, storage }) };
  }
  /** To a cent. */
  const rounded = (answer: bigint): bigint => answer / 1_000_000n;

  async function read(
    of: Archive,
    maxAgeSec?: number,
  ): Promise<{ readonly feeds: FeedsRead; readonly bounds: readonly bigint[]; readonly now: number }> {
    const fork = await openFork(of, startEdr);
    try {
      const pool = createRpcPool({ urls: [fork.url], chainId: 1, quorum: 1, timeoutMs: 60_000 });
      const reader = pool.at(await pool.head());
      const bounds = await Promise.all(
        ["minAnswer()", "maxAnswer()"].map(async (getter) =>
          BigInt(await reader.call({ to: AGGREGATOR, data: id(getter).slice(0, 10) as Hex })),
        ),
      );
      const feeds = await readFeeds(reader, [{ feed: PROXY, maxAgeSec }], { descriptions: false });
      return { feeds, bounds, now: reader.block.timestamp };
    } finally {
      await fork.close();
    }
  }

  it("default: between its bounds it is taken, at any age that is allowed", async () => {
    const { feeds, bounds, now } = await read(archive);
    const [feed] = feeds.feeds;
    expect(rounded(feed!.answer)).to.equal(rounded(ANSWER));
    expect(bounds[0]! < feed!.answer && feed!.answer < bounds[1]!).to.equal(true);
    const age = now - feed!.updatedAt;
    expect(age).to.be.within(1, 3_600);
    expect((await read(archive, age)).feeds.exclusions).to.deep.equal([]);
    const { exclusions } = (await read(archive, age - 1)).feeds;
    expect(exclusions).to.deep.equal([
      { scope: "feed", id: PROXY, reason: `${age} seconds old, more than ${age - 1}` },
    ]);
  });

  it("behavior: at the least that its aggregator takes it is refused", async () => {
    const { bounds } = await read(archive);
    const { feeds } = await read(answering(bounds[0]!));
    const reason = `the answer ${bounds[0]} is at its least, ${bounds[0]}`;
    expect(feeds).to.deep.equal({ feeds: [], exclusions: [{ scope: "feed", id: PROXY, reason }] });
  });
});
