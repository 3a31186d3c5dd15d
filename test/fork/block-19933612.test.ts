import { expect } from "chai";
import { getBytes, Transaction } from "ethers";
import type { Archive } from "../../keeper/src/chain/archive/archive.js";
import { ReplayRejected } from "../../keeper/src/chain/archive/errors.js";
import { loadArchive } from "../../keeper/src/chain/archive/load.js";
import { type ForkNode, type ForkOptions, openFork, reexecute } from "../../keeper/src/chain/archive/reexecute.js";
import type { Address } from "../../keeper/src/units.js";
import { requireShared } from "../shared-data.js";
import { requireAnvil, startAnvil } from "./anvil-node.js";
import { startEdr } from "./edr-node.js";

const BLOCKS = "data/evm-pevm-blocks";
/** The ETH/USD aggregator that the block updates; a slot of its configuration, and one more signature asked for in it. */
const AGGREGATOR: Address = "0xe62b71cf983019bff55bc83b48601ce8419650cc";
const HOT_VARS = 0x2bn;
const ONE_MORE_SIGNATURE = 1n << 168n;
/** What the header of mainnet block 19,933,612 says. **Source:** any block explorer. */
const GAS_USED = 11_236_414n;
const RECEIPTS_ROOT = "0x1d608fd5e8a722b0e27c7bb214c29d7c9d060b9b3ca66218310ac45f44f975ee";
const ALL_MATCH = { gasUsed: true, logsBloom: true, receiptsRoot: true, transactionsRoot: true };

type StartNode = (context: Mocha.Context) => (options: ForkOptions) => Promise<ForkNode>;
const nodes: Readonly<Record<string, StartNode>> = {
  EDR: () => startEdr,
  anvil: (context) => {
    const binary = requireAnvil(context);
    return (options) => startAnvil(binary, options);
  },
};

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

for (const [name, start] of Object.entries(nodes)) {
  describe(`block 19,933,612 re-executed on ${name}`, () => {
    let archive: Archive;
    before(async function () {
      archive = await loadArchive(requireShared(this, `${BLOCKS}/19933612`));
    });

    it("default: 130 transactions give the header's gas, logs bloom and receipts root", async function () {
      const fork = await openFork(archive, start(this));
      try {
        const mined = await reexecute(archive, fork);
        expect(mined).to.include({ txCount: 130, gasUsed: GAS_USED, receiptsRoot: RECEIPTS_ROOT });
        expect(mined.matches).to.deep.equal(ALL_MATCH);
        expect([...fork.misses]).to.deep.equal([]);
        expect(plainRecipients(archive)).to.include.members([...fork.assumedEmpty]);
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
