import { expect } from "chai";
import { Interface, type LogDescription, MaxUint256, Transaction } from "ethers";
import type { Archive } from "../../../keeper/src/chain/archive/archive.js";
import { type CodeShelf, loadArchive } from "../../../keeper/src/chain/archive/load.js";
import { openFork, reexecute } from "../../../keeper/src/chain/archive/reexecute.js";
import { createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { connectRpc } from "../../../keeper/src/lab/dev-rpc.js";
import {
  RECORDED_AAVE,
  type RecordedRead,
  readRecordedAave,
  recordedRow,
} from "../../../keeper/src/lab/case-studies/recorded-aave.js";
import { fillIn, findRecorded, implementationCode } from "../../../keeper/src/lab/case-studies/recorded-aave-state.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { readReservesV2 } from "../../../keeper/src/venues/aave-reserves.js";
import { viewAave } from "../../../keeper/src/venues/aave-view.js";
import { startEdr } from "../../fork/edr-node.js";
import { requireShared } from "../../shared-data.js";

const BLOCKS = "data/evm-pevm-blocks";
/** Whose pool's code is recorded, too, so that it re-executes. */
const WHOLE = 19_933_612;
const [V2, V3, SPARK] = RECORDED_AAVE;
const pools = new Interface([
  "function withdraw(address asset, uint256 amount, address to)",
  "event ReserveDataUpdated(address indexed reserve, uint256 liquidityRate, uint256 stableBorrowRate, uint256 variableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex)",
]);
const totals = new Interface(["function totalSupply() view returns (uint256)"]);
const shelf: CodeShelf = new Map();

const load = (context: Mocha.Context, block: number): Promise<Archive> =>
  loadArchive(requireShared(context, `${BLOCKS}/${block}`), shelf);

/** What the block's own transactions withdraw from a pool, by account. Everything counts as 0: it says nothing of how much. */
function withdrawals(archive: Archive, pool: Address): Map<string, bigint> {
  const found = archive.transactions
    .map(({ raw }) => Transaction.from(raw))
    .filter(({ to }) => to?.toLowerCase() === pool);
  return new Map(
    found.flatMap(({ data, from }) => {
      const call = pools.parseTransaction({ data });
      if (call === null) return [];
      const amount = call.args.getValue("amount") as bigint;
      return [[from!.toLowerCase(), amount === MaxUint256 ? 0n : amount]];
    }),
  );
}

describe("readRecordedAave", function () {
  this.timeout(300_000);

  /** Block, venue, reserves of which something is told, accounts, and of those the ones that use nothing unrecorded. */
  const cases = [
    [12_520_364, V2!, 2, 1, 0],
    [WHOLE, V2!, 2, 1, 0],
    [19_498_855, V3!, 1, 0, 0],
    [19_716_145, V3!, 2, 1, 1],
    [19_860_366, V3!, 1, 1, 1],
    [19_505_152, SPARK!, 2, 1, 0],
    [19_638_737, SPARK!, 2, 1, 1],
  ] as const;
  for (const [block, venue, reserves, accounts, complete] of cases) {
    it(`default: ${venue.name} in block ${block}: balances, sums and health are what its own getters say`, async function () {
      const archive = await load(this, block);
      const whole = block === 12_520_364 ? { implementation: implementationCode(await load(this, WHOLE), V2!)! } : {};
      const read = (await readRecordedAave(archive, venue, { start: startEdr, ...whole })) as RecordedRead;
      expect([read.block, read.venue]).to.deep.equal([block, venue.name]);
      expect([read.reserves.length, read.accounts.length]).to.deep.equal([reserves, accounts]);
      const wanted = withdrawals(archive, venue.pool);
      for (const { account, unread, own, isHealthOwn } of read.accounts) {
        const { collateral, debt } = account;
        if (own !== undefined) expect(own).to.deep.equal({ collateral, debt });
        expect(isHealthOwn).to.equal(unread === 0);
        expect(collateral.length + debt.length).to.be.above(0);
        // Who withdraws in this block had at least as much before it.
        const amount = wanted.get(account.account) ?? 0n;
        if (amount > 0n) expect(collateral.some(([, units]) => units >= amount)).to.equal(true);
      }
      expect(read.accounts.filter(({ unread }) => unread === 0).length).to.equal(complete);
    });
  }

  it("behavior: a block that does not touch a venue tells nothing of it", async function () {
    const archive = await load(this, WHOLE);
    expect(await readRecordedAave(archive, V3!, { start: startEdr })).to.equal(undefined);
  });

  it("behavior: what is not recorded is not told: without its index a reserve loses what is supplied", async function () {
    const archive = await load(this, WHOLE);
    const before = (await readRecordedAave(archive, V2!, { start: startEdr }))!;
    const [slot] = [...archive.accounts.get(V2!.pool)!.storage].find(([, value]) => {
      // The word of USDC's two indices: both between 1 and 2 rays.
      return value >> 128n > 10n ** 27n && value >> 128n < 2n * 10n ** 27n;
    })!;
    const pool = archive.accounts.get(V2!.pool)!;
    const storage = new Map(pool.storage);
    storage.delete(slot);
    const accounts = new Map(archive.accounts).set(V2!.pool, { ...pool, storage });
    const after = (await readRecordedAave({ ...archive, accounts }, V2!, { start: startEdr }))!;
    expect([before.absent, after.absent]).to.deep.equal([0, 1]);
    const rows = [before, after].map((read) => recordedRow(read));
    const confirmed = "1 account; balances of 1 as its tokens say";
    expect(rows[0]).to.deep.equal([
      String(WHOLE),
      "Aave v2",
      `2 reserves (2 with supply, 2 with debt, 0 with price); ${confirmed}`,
    ]);
    expect(rows[1]![2]).to.match(/^2 reserves \(1 with supply, .*1 slot not recorded, on which none of this depends$/);
    const told = (read: RecordedRead) =>
      read.reserves.filter(({ suppliedUnits }) => suppliedUnits !== undefined).length;
    expect([told(before), told(after)]).to.deep.equal([2, 1]);
  });

  it("behavior: after re-execution reserves are as the block's own ReserveDataUpdated events say, totals as the tokens do", async function () {
    const archive = await load(this, WHOLE);
    const found = findRecorded(archive, V2!)!;
    const token = archive.transactions[0]!.hash.slice(0, 42) as Address;
    const fork = await openFork(
      fillIn(archive, V2!, found, { codes: new Map(), absent: [], value: 0n, token }),
      startEdr,
    );
    try {
      expect((await reexecute(archive, fork)).matches.receiptsRoot).to.equal(true);
      const chain = createRpcPool({ urls: [fork.url], chainId: 1, quorum: 1, timeoutMs: 60_000 });
      const block = await chain.head();
      expect(block.number).to.equal(WHOLE);
      const market = await readReservesV2(chain.at(block), V2!.pool);
      const topics = [pools.getEvent("ReserveDataUpdated")!.topicHash];
      const filter = { fromBlock: "latest", toBlock: "latest", address: V2!.pool, topics };
      const logs = (await connectRpc(fork.url).call("eth_getLogs", [filter])) as { topics: Hex[]; data: Hex }[];
      const events = logs.map((log) => pools.parseLog(log) as LogDescription);
      expect(events.length).to.equal(2);
      for (const { args } of events) {
        const raw = market.reserves.find(({ asset }) => asset === String(args.getValue("reserve")).toLowerCase())!;
        expect(raw).to.include({
          liquidityRate: args.getValue("liquidityRate") as bigint,
          variableRate: args.getValue("variableBorrowRate") as bigint,
          liquidityIndex: args.getValue("liquidityIndex") as bigint,
          variableIndex: args.getValue("variableBorrowIndex") as bigint,
        });
      }
      const state = { block, market, accounts: new Map(), seen: new Set<string>(), unattributed: new Map(), sales: [] };
      const { reserves } = viewAave(V2!.pool, state).state;
      const total = async (to: Address): Promise<bigint> =>
        totals.decodeFunctionResult(
          "totalSupply",
          await chain.at(block).call({ to, data: totals.encodeFunctionData("totalSupply") as Hex }),
        )[0] as bigint;
      for (const [r, { aToken, variableDebt, stableDebt }] of market.reserves.entries()) {
        expect(reserves[r]!.suppliedUnits).to.equal(await total(aToken));
        expect(reserves[r]!.debtUnits).to.equal((await total(variableDebt)) + (await total(stableDebt)));
      }
      expect([...fork.misses]).to.deep.equal([]);
    } finally {
      await fork.close();
    }
  });
});
