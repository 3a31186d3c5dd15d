import { expect } from "chai";
import { MaxUint256 } from "ethers";
import { type BlockReader, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type SnapshotReader, createSnapshotReader } from "../../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../../keeper/src/snapshot/parse.js";
import type { AccountState, Snapshot, VenueState } from "../../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../../keeper/src/units.js";
import { readAccounts } from "../../../../keeper/src/venues/aave-accounts.js";
import { readReserves } from "../../../../keeper/src/venues/aave-reserves.js";
import { type Reserve, loadAaveV36 } from "../../../integration/aave-v36/deploy.js";
import { readInParts } from "../little-gas.js";
import type { History } from "../random-steps.js";
import { readAll } from "../truth.js";
import {
  ETHER_MODE,
  LIMITS,
  LONERS,
  type LiquidMarket,
  STABLE_MODE,
  USERS,
  openLiquidMarket,
  queuePrice,
  randomHistory,
  send,
  unitsOf,
} from "./liquid-history.js";

const GENESIS = 1_763_000_000;
const WINDOW_SEC = 30 * 86_400;
const STEPS = 160;
const WAD = 10n ** 18n;

/** What an account's sums are by the snapshot alone, as v3.6 rounds: supply down, debt up, and the threshold not at all. */
function told(venue: VenueState, account: AccountState | undefined, decimals: ReadonlyMap<Address, number>) {
  const eMode = venue.eModes?.find(({ id }) => id === account?.eMode);
  const value = ([r, units]: readonly [number, bigint]) => {
    const { asset, priceBase } = venue.reserves[r]!;
    return { product: units * priceBase, unit: 10n ** BigInt(decimals.get(asset)!) };
  };
  let [collateralBase, debtBase, weighted] = [0n, 0n, 0n];
  for (const entry of account?.collateral ?? []) {
    const { product, unit } = value(entry);
    const terms = eMode?.collateral?.includes(entry[0]) === true ? eMode : venue.reserves[entry[0]]!;
    collateralBase += product / unit;
    weighted += (product / unit) * BigInt(terms.liquidationThresholdBps);
  }
  for (const entry of account?.debt ?? []) {
    const { product, unit } = value(entry);
    debtBase += (product + unit - 1n) / unit;
  }
  const healthFactorWad = debtBase === 0n ? MaxUint256 : (weighted * WAD + debtBase / 2n) / debtBase / 10_000n;
  const byAsset = (list: AccountState["debt"] | undefined): Record<Address, bigint> =>
    Object.fromEntries((list ?? []).map(([r, units]) => [venue.reserves[r]!.asset, units]));
  const amounts = { collateral: byAsset(account?.collateral), debt: byAsset(account?.debt) };
  return { ...amounts, collateralBase, debtBase, healthFactorWad };
}

describe("Aave v3.6 venue on a random history of the genuine pool", () => {
  let chain: DevChain;
  let market: LiquidMarket;
  let dataProvider: ContractRef;
  let history: History;
  let reader: SnapshotReader;
  let decimals: Map<Address, number>;

  const rpc = () => createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 5_000 });
  const openReader = (): SnapshotReader => {
    const venue = { kind: "aave-v3", pool: market.aave.pool.address, fromBlock: 0 } as const;
    const sources = { venues: [venue], pools: [], feeds: [], lookThrough: [] };
    return createSnapshotReader(rpc(), sources, { resilienceWindowSec: WINDOW_SEC });
  };
  const readHead = async (of: SnapshotReader): Promise<Snapshot> => of.read(await rpc().head());
  const venueOf = ({ venues }: Snapshot): VenueState => venues[0]!;
  const blockReader = async (): Promise<BlockReader> => rpc().at(await rpc().head());

  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: GENESIS });
    market = await openLiquidMarket(chain);
    const [address] = await read(chain, market.aave.addressesProvider, "getPoolDataProvider", []);
    const { name, abi } = loadAaveV36("helpers/AaveProtocolDataProvider");
    dataProvider = { name, abi, address: String(address).toLowerCase() as Address };
    history = randomHistory(market, 5);
    reader = openReader();
    decimals = new Map(market.reserves.map((reserve) => [reserve.token.address, reserve.decimals]));
    await readHead(reader);
  });
  after(() => chain.close());

  /** What the protocol's own views say of an account. */
  async function truthOf(account: Address) {
    const calls = market.reserves.map(({ token }) => {
      return { target: dataProvider, method: "getUserReserveData", args: [token.address, account] };
    });
    const rows = await readAll({ chain }, calls);
    const collateral: Record<Address, bigint> = {};
    const debt: Record<Address, bigint> = {};
    market.reserves.forEach(({ token }, r) => {
      const supplied = rows[r]!.getValue("currentATokenBalance") as bigint;
      const owed = rows[r]!.getValue("currentVariableDebt") as bigint;
      if (rows[r]!.getValue("usageAsCollateralEnabled") === true && supplied > 0n) collateral[token.address] = supplied;
      if (owed > 0n) debt[token.address] = owed;
    });
    const total = await read(chain, market.aave.pool, "getUserAccountData", [account]);
    return {
      collateral,
      debt,
      collateralBase: total.getValue("totalCollateralBase") as bigint,
      debtBase: total.getValue("totalDebtBase") as bigint,
      healthFactorWad: total.getValue("healthFactor") as bigint,
    };
  }

  it("behavior: amounts, sums and health factors are the protocol's own, to the wei, after every few blocks", async () => {
    const seen = { compared: 0, inEtherMode: 0, inStableMode: 0, liquidatable: 0, isolated: 0, siloed: 0 };
    const [iso, silo] = ["ISO", "WBTC"].map((symbol) => market.aave.reserves.get(symbol)!.token.address);
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      const snapshot = await readHead(reader);
      expect(snapshot.exclusions).to.deep.equal([]);
      if (step % 4 !== 0) continue;
      const venue = venueOf(snapshot);
      const byAddress = new Map(venue.accounts.map((account) => [account.account, account]));
      const truths = await Promise.all(USERS.map(truthOf));
      truths.forEach((truth, u) => {
        const account = byAddress.get(USERS[u]!);
        expect(told(venue, account, decimals), `${USERS[u]} after step ${step}`).to.deep.equal(truth);
        seen.compared += 1;
        if (truth.debtBase === 0n) return;
        if (account?.eMode === ETHER_MODE) seen.inEtherMode += 1;
        if (account?.eMode === STABLE_MODE) seen.inStableMode += 1;
        if (truth.healthFactorWad < WAD) seen.liquidatable += 1;
        if (truth.collateral[iso!] !== undefined) seen.isolated += 1;
        if (truth.debt[silo!] !== undefined) seen.siloed += 1;
      });
    }
    expect(seen.compared).to.equal((STEPS / 4) * USERS.length);
    expect(Object.entries(seen).filter(([, count]) => count === 0)).to.deep.equal([]);
  });

  it("behavior: the history held every kind of action", () => {
    const kinds = [
      ...["supply", "borrow", "repay", "repayWithATokens", "withdraw", "transfer"],
      ...["switchCollateral", "eMode", "liquidate"],
    ];
    expect(kinds.filter((kind) => !history.done.has(kind))).to.deep.equal([]);
  });

  it("behavior: reading block by block gives the bytes of reading from scratch", async () => {
    const block = await rpc().head();
    const text = canonicalJson(await reader.read(block));
    expect(text).to.equal(canonicalJson(await openReader().read(block)));
    expect(canonicalJson(parseSnapshot(text))).to.equal(text);
  });

  it("behavior: so does a reorganisation", async () => {
    const mark = await chain.snapshot();
    for (let i = 0; i < 4; i++) {
      await history.step();
      await readHead(reader);
    }
    const orphan = await rpc().head();
    await chain.revert(mark);
    const other = randomHistory(market, 4);
    let block = await rpc().head();
    while (block.number <= orphan.number) {
      await other.step();
      block = await rpc().head();
    }
    expect((await rpc().block({ number: orphan.number })).hash).to.not.equal(orphan.hash);
    expect(canonicalJson(await reader.read(block))).to.equal(canonicalJson(await openReader().read(block)));
  });

  it("default: e-modes are the sets of reserves that the pool has", async () => {
    const venue = venueOf(await readHead(reader));
    const symbolOf = (r: number): string =>
      market.reserves.find(({ token }) => token.address === venue.reserves[r]!.asset)!.symbol;
    const modes = venue.eModes!.map(({ collateral, borrowable, ...terms }) => ({
      ...terms,
      collateral: collateral!.map(symbolOf).sort(),
      borrowable: borrowable!.map(symbolOf).sort(),
    }));
    const terms = (id: number, ltvBps: number, liquidationThresholdBps: number, liquidationBonusBps: number) => {
      return { id, ltvBps, liquidationThresholdBps, liquidationBonusBps };
    };
    expect(modes).to.deep.equal([
      {
        ...terms(ETHER_MODE, 9_300, 9_500, 100),
        collateral: ["USDC", "WETH", "wstETH"],
        borrowable: ["USDC", "WETH"],
      },
      { ...terms(STABLE_MODE, 9_000, 9_300, 200), collateral: ["USDC"], borrowable: ["DAI"] },
    ]);
    expect(venue.reserves.some((reserve) => "eMode" in reserve)).to.equal(false);
  });

  /** The reserves as the keeper's lens reads them, each field that only v3.6 has compared with the pool's own getter. */
  async function checkedReserves() {
    const { reserves } = await readReserves(await blockReader(), market.aave.pool.address);
    for (const reserve of reserves) {
      const ask = async (method: string) => read(chain, dataProvider, method, [reserve.asset]);
      const pooled = await read(chain, market.aave.pool, "getReserveData", [reserve.asset]);
      const [borrowCap, supplyCap] = await ask("getReserveCaps");
      expect([BigInt(reserve.borrowCap), BigInt(reserve.supplyCap)]).to.deep.equal([borrowCap, supplyCap]);
      expect(reserve.siloed).to.equal((await ask("getSiloedBorrowing"))[0]);
      expect(BigInt(reserve.debtCeiling)).to.equal((await ask("getDebtCeiling"))[0]);
      expect(reserve.deficit).to.equal((await ask("getReserveDeficit"))[0]);
      expect(reserve.isolatedDebt).to.equal((pooled[0] as { isolationModeTotalDebt: bigint }).isolationModeTotalDebt);
    }
    return (symbol: string) => reserves.find(({ asset }) => asset === reserveOf(symbol).token.address)!;
  }

  const reserveOf = (symbol: string): Reserve => market.aave.reserves.get(symbol)!;
  async function reprice(prices: Readonly<Record<string, number>>): Promise<void> {
    for (const [symbol, usd] of Object.entries(prices)) await queuePrice(market, reserveOf(symbol), usd);
    await market.steward.flush();
  }

  it("default: isolation, siloed borrowing, caps and deficits are as the pool's own getters say", async () => {
    const of = await checkedReserves();
    expect([of("ISO").debtCeiling, of("WBTC").siloed, of("WETH").siloed]).to.deep.equal([
      LIMITS.debtCeiling,
      true,
      false,
    ]);
    expect([of("USDC").borrowableInIsolation, of("DAI").borrowableInIsolation]).to.deep.equal([true, false]);
    expect([of("USDC").supplyCap, of("USDC").borrowCap]).to.deep.equal([LIMITS.supplyCap, LIMITS.borrowCap]);
  });

  it("behavior: with little gas it is an error or all of it: e-modes go on where they stopped, the version is never guessed", async () => {
    const { pool } = market.aave;
    const head = await rpc().head();
    expect(await readInParts(rpc(), (of) => readReserves(of.at(head), pool.address))).to.be.above(0);
    const { reserves } = await readReserves(await blockReader(), pool.address);
    const venue = { pool: pool.address, reserves };
    expect(await readInParts(rpc(), (of) => readAccounts(of.at(head), venue, USERS))).to.be.above(0);
  });

  it("behavior: of a small debt everything may be repaid, of a larger one half; what stays behind is a deficit", async () => {
    const { pool } = market.aave;
    const [iso, usdc] = [reserveOf("ISO"), reserveOf("USDC")];
    const pair = [iso.token.address, usdc.token.address];
    await reprice({ ISO: 10, USDC: 1 });
    await send(market, USERS[0]!, [pool, "supply", [usdc.token.address, unitsOf(usdc, 100_000), USERS[0]!, 0]]);
    for (const [loner, usd] of [
      [LONERS[0], 10_000],
      [LONERS[1], 3_000],
    ] as const) {
      await send(market, loner, [pool, "supply", [iso.token.address, unitsOf(iso, usd), loner, 0]]);
      await send(market, loner, [pool, "setUserUseReserveAsCollateral", [iso.token.address, true]]);
      await send(market, loner, [pool, "borrow", [usdc.token.address, unitsOf(usdc, usd * 0.49), 2, 0, loner]]);
    }
    const before = (await checkedReserves())("ISO");
    expect(before.isolatedDebt > 0n).to.equal(true);
    expect(before.deficit).to.equal(0n);

    await reprice({ ISO: 8.1 }); // health factors of 0.99
    const repaid = [];
    for (const loner of LONERS) {
      const venue = venueOf(await readHead(openReader()));
      const [[, owed]] = venue.accounts.find(({ account }) => account === loner)!.debt as [[number, bigint]];
      const isSmall = owed * 100n <= venue.fullCloseBase!; // USDC has 6 decimals, the base currency 8
      await send(market, USERS[0]!, [pool, "liquidationCall", [...pair, loner, MaxUint256, false]]);
      const sale = (await readHead(openReader())).forcedSales.at(-1)!;
      repaid.push({ isSmall, bps: (sale.debtUnits * 10_000n + owed / 2n) / owed });
    }
    expect(repaid).to.deep.equal([
      { isSmall: false, bps: 5_000n },
      { isSmall: true, bps: 10_000n },
    ]);

    await reprice({ ISO: 0.01 });
    await send(market, USERS[0]!, [pool, "liquidationCall", [...pair, LONERS[0], MaxUint256, false]]);
    const written = (await checkedReserves())("USDC").deficit;
    expect(written > unitsOf(usdc, 2_000)).to.equal(true);
    const { accounts } = venueOf(await readHead(openReader()));
    expect(accounts.some(({ account }) => account === LONERS[0])).to.equal(false);
    expect(canonicalJson(await readHead(reader))).to.equal(canonicalJson(await readHead(openReader())));
  });
});
