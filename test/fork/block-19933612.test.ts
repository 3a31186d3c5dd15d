import { expect } from "chai";
import { getBytes, getCreateAddress, Transaction, ZeroAddress } from "ethers";
import type { Archive } from "../../keeper/src/chain/archive/archive.js";
import { ReplayRejected } from "../../keeper/src/chain/archive/errors.js";
import { loadArchive } from "../../keeper/src/chain/archive/load.js";
import { openFork, reexecute } from "../../keeper/src/chain/archive/reexecute.js";
import { type Address, fromUnits } from "../../keeper/src/units.js";
import type { FeedsRead } from "../../keeper/src/venues/chainlink-feed.js";
import { requireShared } from "../shared-data.js";
import { AGGREGATOR, PROXY, readEthUsd, withProxy } from "./eth-usd.js";
import { forkNodes } from "./fork-nodes.js";
import { announceForkSource, BLOCKS, liveUrl, openForkOf } from "./fork-source.js";
import { NOBODY } from "./tiny-archive.js";

const NUMBER = 19_933_612;
/** A slot of the aggregator's configuration, and one more signature asked for in it. */
const HOT_VARS = 0x2bn;
const ONE_MORE_SIGNATURE = 1n << 168n;
/** What the header of mainnet block 19,933,612 says. **Source:** any block explorer. */
const GAS_USED = 11_236_414n;
const RECEIPTS_ROOT = "0x1d608fd5e8a722b0e27c7bb214c29d7c9d060b9b3ca66218310ac45f44f975ee";
/** Whom `eth_call` runs init code as, and where. */
const CALLER = [ZeroAddress, getCreateAddress({ from: ZeroAddress, nonce: 0 }).toLowerCase()];
const ALL_MATCH = { gasUsed: true, logsBloom: true, receiptsRoot: true, transactionsRoot: true };

before(announceForkSource);

/** The archive with one slot changed, or left out when `value` is null. */
function withSlot(archive: Archive, address: Address, slot: bigint, value: bigint | null): Archive {
  const account = archive.accounts.get(address);
  if (account === undefined) throw new Error(`expected ${address} in the archive`);
  const storage = new Map(account.storage);
  if (value === null) storage.delete(slot);
  else storage.set(slot, value);
  return { ...archive, accounts: new Map(archive.accounts).set(address, { ...account, storage }) };
}

/** 21,000 and, a byte of calldata, 4 or 16. **Source:** Yellow Paper, appendix G; EIP-2028. */
function intrinsicGas(data: string): bigint {
  const bytes = getBytes(data);
  return bytes.reduce((gas, byte) => gas + (byte === 0 ? 4n : 16n), 21_000n);
}

/** Recipients of transactions that carry no call: no calldata, or gas for the calldata alone. Code there could not have run. */
function plainRecipients(archive: Archive): (string | undefined)[] {
  const transactions = archive.transactions.map(({ raw }) => Transaction.from(raw));
  const plain = transactions.filter(({ data, gasLimit }) => data === "0x" || gasLimit === intrinsicGas(data));
  return plain.map(({ to }) => to?.toLowerCase());
}

/** Prices in USD with cents, by feed. */
function dollars({ feeds }: FeedsRead): Record<string, string> {
  return Object.fromEntries(feeds.map(({ feed, answer, decimals }) => [feed, fromUnits(answer, decimals).toFixed(2)]));
}

for (const [name, start] of Object.entries(forkNodes)) {
  describe(`block 19,933,612 on ${name}`, () => {
    let archive: Archive;
    before(async function () {
      const recorded = await loadArchive(requireShared(this, `${BLOCKS}/${NUMBER}`));
      archive = withProxy(recorded, await loadArchive(requireShared(this, `${BLOCKS}/19807137`)));
    });

    it("default: re-executes to the header; ETH/USD reads 3,813.10 before and 3,808.53 after", async function () {
      const fork = await openForkOf(archive, start(this));
      try {
        expect(dollars(await readEthUsd(fork.url))).to.deep.equal({ [PROXY]: "3813.10" });

        const mined = await reexecute(archive, fork);
        expect(mined).to.include({ txCount: 130, gasUsed: GAS_USED, receiptsRoot: RECEIPTS_ROOT });
        expect(mined.matches).to.deep.equal(ALL_MATCH);

        expect(dollars(await readEthUsd(fork.url))).to.deep.equal({ [PROXY]: "3808.53" });
        expect(dollars(await readEthUsd(fork.url, { at: NUMBER - 1 }))).to.deep.equal({ [PROXY]: "3813.10" });
        expect([...fork.misses]).to.deep.equal([]);
        expect([...plainRecipients(archive), ...CALLER]).to.include.members([...fork.assumedEmpty]);
      } finally {
        await fork.close();
      }
    });

    it("behavior: what the recording lacks is an error or an exclusion, never a price of zero", async function () {
      const fork = await openFork(archive, start(this));
      try {
        const described = await readEthUsd(fork.url, { descriptions: true }).catch((error: Error) => error);
        const direct = await readEthUsd(fork.url, { feed: AGGREGATOR }).catch((error: Error) => error);
        expect([described, direct]).to.satisfy((seen: unknown[]) => seen.every((one) => one instanceof Error));
        expect([...fork.misses].filter((miss) => miss.endsWith(AGGREGATOR)).length).to.equal(2);
        expect([...fork.misses]).to.include(`slot 0x30 of ${AGGREGATOR}`);

        const unrecorded = await readEthUsd(fork.url, { feed: NOBODY });
        expect(unrecorded.feeds).to.deep.equal([]);
        expect(unrecorded.exclusions.map(({ reason }) => reason)).to.deep.equal(["latestRoundData does not answer"]);
      } finally {
        await fork.close();
      }
    });

    it("behavior: one slot with another value, and logs bloom and receipts differ", async function () {
      const hotVars = archive.accounts.get(AGGREGATOR)?.storage.get(HOT_VARS) ?? 0n;
      const altered = withSlot(archive, AGGREGATOR, HOT_VARS, hotVars + ONE_MORE_SIGNATURE);
      const fork = await openFork(altered, start(this));
      try {
        const { matches } = await reexecute(altered, fork);
        expect(matches).to.deep.include({ logsBloom: false, receiptsRoot: false, transactionsRoot: true });
      } finally {
        await fork.close();
      }
    });

    it("behavior: under an older hardfork the gas differs", async function () {
      const startNode = start(this);
      const fork = await openFork(archive, (options) => startNode({ ...options, hardfork: "shanghai" }));
      try {
        const { matches } = await reexecute(archive, fork);
        expect(matches).to.deep.include({ gasUsed: false, receiptsRoot: false });
      } finally {
        await fork.close();
      }
    });

    it("error: ReplayRejected when one slot is not recorded, and the miss is named", async function () {
      const holed = withSlot(archive, AGGREGATOR, HOT_VARS, null);
      const fork = await openFork(holed, start(this));
      try {
        const seen = await reexecute(holed, fork).catch((error: unknown) => error);
        expect(seen).to.be.instanceOf(ReplayRejected);
        expect([...fork.misses]).to.deep.equal([`slot 0x2b of ${AGGREGATOR}`]);
      } finally {
        await fork.close();
      }
    });
  });
}

describe("block 19,933,612 on a live archive node", () => {
  for (const [name, start] of Object.entries(forkNodes)) {
    it(`behavior: on ${name}, the feed has the description that no block recorded`, async function () {
      if (liveUrl === undefined) {
        console.warn("      SKIPPED: MAINNET_RPC_URL is not set. It names an archive node of mainnet");
        return this.skip();
      }
      const fork = await openForkOf(await loadArchive(requireShared(this, `${BLOCKS}/${NUMBER}`)), start(this));
      try {
        const [before] = (await readEthUsd(fork.url, { descriptions: true })).feeds;
        expect(before).to.include({ description: "ETH / USD", answer: 381_310_000_000n, updatedAt: 1_716_477_791 });
      } finally {
        await fork.close();
      }
    });
  }
});
