import { expect } from "chai";
import { type RpcPool, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { systemCoverage } from "../../../../keeper/src/graph/coverage.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { createRandom } from "../../../../keeper/src/lab/random.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { Snapshot, VenueState } from "../../../../keeper/src/snapshot/snapshot.js";
import { readIlks, readUrns } from "../../../../keeper/src/venues/maker-ilks.js";
import type { VenueSource } from "../../../../keeper/src/venues/venue-kinds.js";
import { readInParts } from "../little-gas.js";
import type { History } from "../random-steps.js";
import { DOG, ILKS, RAD, RAY, SPOT, type Stage, USERS, VAT, WAD, buildStage, bytes, randomHistory } from "./stage.js";

const GENESIS = 1_628_000_000;
const STEPS = 120;

describe("Maker venue on a random history of the genuine Vat", function () {
  this.timeout(120_000);
  let chain: DevChain;
  let stage: Stage;
  let history: History;
  let reader: SnapshotReader;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
  const source = (): Extract<VenueSource, { kind: "maker" }> => ({
    ...{ kind: "maker", vat: VAT, spot: SPOT, dog: DOG, dai: stage.dai, fromBlock: 0 },
    ilks: [...stage.gems].map(([ilk, gem]) => ({ ilk, gem })),
  });
  const openReader = (venue: VenueSource = source()): SnapshotReader =>
    createSnapshotReader(
      rpc(),
      { venues: [venue], pools: [], feeds: [], lookThrough: [] },
      { resilienceWindowSec: 30 * 86_400 },
    );
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ venues }: Snapshot): VenueState => venues[0]!;

  before(async function () {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    stage = await buildStage(this, chain);
    history = randomHistory(stage, createRandom(11));
    reader = openReader();
    await readHead(reader);
  });
  after(() => chain?.close());

  /** Collateral in raw units and debt in DAI by the Vat's own numbers, of every vault that has any. */
  async function truth(): Promise<Record<string, { units: bigint; owed: bigint; isSafe: boolean }>> {
    const found: Record<string, { units: bigint; owed: bigint; isSafe: boolean }> = {};
    for (const { name, decimals } of ILKS) {
      const [, rate, spot] = (await read(chain, stage.vat, "ilks", [bytes(name)])).toArray() as bigint[];
      for (const user of USERS) {
        const [ink, art] = (await read(chain, stage.vat, "urns", [bytes(name), user])).toArray() as [bigint, bigint];
        const units = ink / 10n ** BigInt(18 - decimals);
        const owed = (art * rate! + RAY - 1n) / RAY;
        if (units > 0n || owed > 0n) found[`${name} ${user}`] = { units, owed, isSafe: ink * spot! >= art * rate! };
      }
    }
    return found;
  }

  /** What the snapshot alone tells of the same. */
  function told(venue: VenueState): Record<string, { units: bigint; owed: bigint; isSafe: boolean }> {
    return Object.fromEntries(
      venue.accounts.map(({ market, account, collateral, debt }) => {
        const [units, owed] = [collateral[0]?.[1] ?? 0n, debt[0]?.[1] ?? 0n];
        const [gem, dai] = sides(venue, market!);
        const { decimals } = ILKS.find(({ name }) => name === market)!;
        const weighted = (units * gem.priceBase * BigInt(gem.liquidationThresholdBps)) / 10n ** BigInt(decimals);
        return [`${market} ${account}`, { units, owed, isSafe: weighted * WAD >= owed * dai.priceBase * 10_000n }];
      }),
    );
  }

  function sides(venue: VenueState, market: string) {
    const own = venue.reserves.filter((reserve) => reserve.market === market);
    expect(own.length).to.equal(2);
    return [own.find(({ asset }) => asset !== stage.dai)!, own.find(({ asset }) => asset === stage.dai)!] as const;
  }

  it("behavior: vaults, and whether each is safe, are the Vat's own after every few blocks", async () => {
    const seen = { safe: 0, unsafe: 0 };
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      const snapshot = await readHead(reader);
      expect(snapshot.exclusions).to.deep.equal([]);
      if (step % 4 !== 0) continue;
      const expected = await truth();
      expect(told(venueOf(snapshot)), `after step ${step}`).to.deep.equal(expected);
      for (const { isSafe } of Object.values(expected)) seen[isSafe ? "safe" : "unsafe"] += 1;
    }
    expect(seen.safe).to.be.above(100);
    expect(seen.unsafe).to.be.above(5);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = ["lock", "free", "open", "draw", "wipe", "fork"];
    expect(kinds.filter((kind) => !history.done.has(kind))).to.deep.equal([]);
  });

  it("behavior: what an owner may take out is what the genuine frob lets them, to a raw unit", async () => {
    const venue = venueOf(await readHead(reader));
    let tried = 0;
    for (const { market, account, collateral, debt } of venue.accounts) {
      if (collateral.length === 0 || debt.length === 0) continue;
      const { decimals } = ILKS.find(({ name }) => name === market)!;
      const [gem, dai] = sides(venue, market!);
      const unit = 10n ** BigInt(18 - decimals);
      const perUnit = (gem.priceBase * BigInt(gem.liquidationThresholdBps)) / 10_000n;
      const needed = (debt[0]![1] * dai.priceBase) / perUnit + 1n;
      const free = collateral[0]![1] * unit - needed;
      if (free <= 2n * unit) continue;
      const call = async (amount: bigint): Promise<string> => {
        const data = stage.vat.abi.encodeFunctionData("frob", [bytes(market!), account, account, account, -amount, 0n]);
        const transaction = { from: account, to: VAT, data };
        return chain.rpc.call("eth_call", [transaction, "latest"]).then(
          () => "done",
          (error: Error) => error.message,
        );
      };
      expect(await call(free - unit), `${market} ${account}`).to.equal("done");
      expect(await call(free + unit + 10n ** 3n), `${market} ${account}`).to.contain("Vat/not-safe");
      tried += 1;
    }
    expect(tried).to.be.above(5);
  });

  it("behavior: reading block by block gives the bytes of reading from scratch, so does skipping blocks", async () => {
    for (const skipped of [0, 3, 70]) {
      for (let i = 0; i < skipped; i++) await history.step();
      const block = await rpc().head();
      const text = canonicalJson(await reader.read(block));
      expect(text).to.equal(canonicalJson(await openReader().read(block)));
      expect(canonicalJson(parseSnapshot(text))).to.equal(text);
    }
  });

  it("behavior: so does a reorganisation: what the orphaned blocks changed leaves nothing behind", async () => {
    const mark = await chain.snapshot();
    for (let i = 0; i < 4; i++) {
      await history.step();
      await readHead(reader);
    }
    const orphan = await rpc().head();
    await chain.revert(mark);
    const again = randomHistory(stage, createRandom(12));
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await again.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: price times threshold is the Vat's spot; the price is the oracle's less up to a basis point", async () => {
    const venue = venueOf(await readHead(reader));
    for (const { name, mat } of ILKS) {
      const [gem, dai] = sides(venue, name);
      const [art, rate, spot] = (await read(chain, stage.vat, "ilks", [bytes(name)])).toArray() as bigint[];
      const counted = (gem.priceBase * BigInt(gem.liquidationThresholdBps)) / 10_000n;
      expect(spot! - counted <= 1n && counted <= spot!, name).to.equal(true);
      const oracle = (spot! * mat) / RAY;
      expect(gem.priceBase <= oracle && gem.priceBase >= oracle - oracle / 5_000n, name).to.equal(true);
      expect(gem.liquidationBonusBps).to.equal(1_300);
      expect(dai.priceBase).to.equal(RAY);
      expect(dai.debtUnits).to.equal((art! * rate! + RAY - 1n) / RAY);
    }
    expect(venue.closeFactorBps).to.equal(10_000);
    expect(venue.baseUsdE8).to.equal(10n ** 8n);
  });

  it("default: the total is what the Vat says is issued, less what no vault owes; vaults add up to it", async () => {
    const venue = venueOf(await readHead(reader));
    const [[debt], [vice]] = [await read(chain, stage.vat, "debt", []), await read(chain, stage.vat, "vice", [])];
    const total = (debt as bigint) - (vice as bigint);
    expect((vice as bigint) > 0n).to.equal(true);
    expect(venue.totalDebtBase).to.equal((total * RAY) / RAD);
    const owed = venue.accounts.flatMap((account) => account.debt.map(([, units]) => units));
    const gap = owed.reduce((sum, units) => sum + units, 0n) - total / RAY;
    expect(gap >= 0n && gap <= BigInt(owed.length), String(gap)).to.equal(true);
  });

  it("default: liquidations are the Dog's events, in raw units", async () => {
    const { forcedSales, block } = await readHead(reader);
    const logs = await chain.provider.getLogs({ address: DOG, fromBlock: 0 });
    const expected = [];
    for (const log of logs) {
      const { timestamp } = (await chain.provider.getBlock(log.blockNumber))!;
      if (timestamp < block.timestamp - 30 * 86_400) continue;
      const { name, decimals } = ILKS.find((ilk) => bytes(ilk.name) === log.topics[1])!;
      const [ink, , due] = [0, 1, 2].map((i) => BigInt(`0x${log.data.slice(2 + 64 * i, 66 + 64 * i)}`));
      expected.push({
        ...{ block: log.blockNumber, logIndex: log.index, timestamp, venue: VAT, debtAsset: stage.dai },
        account: `0x${log.topics[2]!.slice(26)}`,
        collateralAsset: stage.gems.get(name)!,
        collateralUnits: ink! / 10n ** BigInt(18 - decimals),
        debtUnits: (due! + RAY - 1n) / RAY,
      });
    }
    expect(forcedSales).to.deep.equal(expected);
    expect(logs.length).to.be.above(0);
  });

  it("behavior: an ilk whose token is not known is left out with the reason, and its debt lowers the coverage", async () => {
    const known = source();
    const snapshot = await readHead(openReader({ ...known, ilks: known.ilks.filter(({ ilk }) => ilk !== "ETH-A") }));
    expect(snapshot.exclusions.map(({ scope, id }) => [scope, id])).to.deep.equal([["reserve", `${VAT}/ETH-A`]]);
    expect(snapshot.exclusions[0]!.reason).to.contain("its token is not known");
    const venue = venueOf(snapshot);
    expect(venue.reserves.some(({ market }) => market === "ETH-A")).to.equal(false);
    const whole = await readHead(reader);
    expect(venue.totalDebtBase).to.equal(venueOf(whole).totalDebtBase);
    const [art, rate] = (await read(chain, stage.vat, "ilks", [bytes("ETH-A")])).toArray() as bigint[];
    const share = Number(((venue.totalDebtBase - (art! * rate!) / WAD) * 10n ** 12n) / venue.totalDebtBase) / 1e12;
    expect(systemCoverage(snapshot, snapshot.venues)).to.be.closeTo(share, 1e-9);
    expect(systemCoverage(whole, whole.venues)).to.equal(1);
  });

  it("behavior: without a Dog the penalty is unknown, and that is said", async () => {
    const withoutDog = source();
    delete withoutDog.dog;
    const snapshot = await readHead(openReader(withoutDog));
    expect(snapshot.exclusions.map(({ id }) => id)).to.deep.equal(ILKS.map(({ name }) => `${VAT}/${name}`).sort());
    expect(snapshot.exclusions[0]!.reason).to.contain("no Dog is configured");
    expect(snapshot.forcedSales).to.deep.equal([]);
    expect(venueOf(snapshot).accounts).to.deep.equal(venueOf(await readHead(reader)).accounts);
  });

  it("behavior: an ilk whose spot is 0 has no price", async () => {
    const mark = await chain.snapshot();
    stage.steward.call(stage.vat, "file", [bytes("USDC-A"), bytes("spot"), 0n]);
    await stage.steward.flush();
    const snapshot = await readHead(openReader());
    expect(snapshot.exclusions.map(({ id, reason }) => [id, reason])).to.deep.equal([
      [`${VAT}/USDC-A`, "no price: the Vat's spot is 0"],
    ]);
    await chain.revert(mark);
  });

  it("behavior: vaults older than the first block asked for show as debt that nobody is known to owe", async () => {
    const fromBlock = await chain.provider.getBlockNumber();
    const { exclusions, venues } = await readHead(openReader({ ...source(), fromBlock }));
    expect(exclusions.map(({ id }) => id)).to.deep.equal(ILKS.map(({ name }) => `${VAT}/${name}`).sort());
    for (const { reason } of exclusions) expect(reason).to.contain("owed by no known vault");
    expect(venues[0]!.totalDebtBase).to.equal(venueOf(await readHead(reader)).totalDebtBase);
  });

  it("behavior: where a node grants little gas, ilks and vaults are read in parts", async () => {
    const block = await rpc().head();
    const names = ILKS.map(({ name }) => name);
    const ilks = (of: RpcPool) => readIlks(of.at(block), source(), names, stage.gems);
    expect(await readInParts(rpc(), ilks)).to.be.above(0);
    const urns = names.flatMap((ilk) => USERS.map((urn) => ({ ilk, urn })));
    expect(await readInParts(rpc(), (of) => readUrns(of.at(block), VAT, urns))).to.be.above(0);
  });

  it("error: a Spotter that is none makes the venue unreadable, not the snapshot", async () => {
    const snapshot = await readHead(openReader({ ...source(), spot: stage.dai }));
    expect(snapshot.venues).to.deep.equal([]);
    expect(snapshot.exclusions.map(({ scope, id }) => [scope, id])).to.deep.equal([["venue", VAT]]);
  });
});
