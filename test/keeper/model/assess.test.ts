import { expect } from "chai";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { assess, explain } from "../../../keeper/src/model/assess.js";
import type { Assessment, Subject, SubjectScore } from "../../../keeper/src/model/assessment.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { marketRules } from "../../../keeper/src/model/calibration.js";
import { publishedLtvs } from "../../../keeper/src/model/margin/published-ltvs.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { multipleToCxUp } from "../../../keeper/src/units.js";
import { shippedCalibration } from "./calibration-file.js";
import { GEM, marketSnapshot, STETH, USDC, VENUE, WETH, type MarketSpec } from "./snapshot-fixture.js";

const CALIBRATION = shippedCalibration("lab-1");
const SPEC: MarketSpec = {
  prices: { WETH: 2_000, stETH: 1_980, USDC: 1, GEM: 10 },
  depth: { WETH: 5_000, stETH: 4_000 },
  accounts: [
    { collateral: { WETH: 1_000 }, debt: { USDC: 1_500_000 } },
    { collateral: { stETH: 1_000 }, debt: { WETH: 700 } },
    { collateral: { WETH: 200, USDC: 100_000 }, debt: { USDC: 300_000 } },
    { collateral: { WETH: 50 }, debt: {} },
  ],
};

describe("assess", () => {
  const result = assess(marketSnapshot(SPEC), CALIBRATION);

  it("default: the system first, then assets, venues and markets, each ascending by address", () => {
    expect(result.subjects.map((s) => keyOf(s.subject))).to.deep.equal([
      "system",
      ...[WETH, STETH, USDC, GEM].map((a) => `asset ${a}`),
      `venue ${VENUE}`,
      ...[WETH, STETH, USDC, GEM].map((a) => `market ${VENUE} ${a}`),
    ]);
    expect(result.coverageFrac).to.be.closeTo(1, 1e-9);
    expect(result.oracleGap).to.equal(false);
  });

  it("behavior: every score lies in its range", () => {
    for (const s of result.subjects) {
      expect(s.leverageX).to.be.at.least(1);
      expect(s.rehypothecationX).to.be.at.least(1);
      for (const share of [s.liquidationAtRiskFrac, s.borrowLtvFrac, s.lossShareFrac]) expect(share).to.be.within(0, 1);
    }
    expect(CALIBRATION.ladder.value).to.include(result.worstStepFrac);
  });

  it("behavior: the system lies between its venues, as the oracle contract demands", () => {
    const system = at(result, "system");
    const venue = at(result, `venue ${VENUE}`);
    expect(system.leverageX).to.be.greaterThan(1);
    expect(system.leverageX).to.be.closeTo(venue.leverageX, 1e-12);
    expect(venue.lossShareFrac).to.equal(1);
    const markets = result.subjects.filter((s) => s.subject.kind === "market");
    expect(markets.reduce((sum, s) => sum + s.lossShareFrac, 0)).to.be.closeTo(1, 1e-12);
  });

  it("behavior: the same snapshot gives the same bits, and accounts in another order the same scores", () => {
    expect(assess(marketSnapshot(SPEC), CALIBRATION)).to.deep.equal(result);
    const turned = assess(marketSnapshot({ ...SPEC, accounts: [...SPEC.accounts].reverse() }), CALIBRATION);
    turned.subjects.forEach((s, i) => {
      expect(multipleToCxUp(s.leverageX)).to.equal(multipleToCxUp(result.subjects[i]!.leverageX));
      expect(s.liquidationAtRiskFrac).to.be.closeTo(result.subjects[i]!.liquidationAtRiskFrac, 1e-12);
    });
  });

  it("behavior: ten times the accounts into ten times the pools is the same leverage", () => {
    const scale = (amounts: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(amounts).map(([k, v]) => [k, v * 10]));
    const big = assess(
      marketSnapshot({
        ...SPEC,
        depth: { WETH: 50_000, stETH: 40_000 },
        accounts: SPEC.accounts.map((a) => ({ collateral: scale(a.collateral), debt: scale(a.debt) })),
      }),
      CALIBRATION,
    );
    big.subjects.forEach((s, i) => expect(s.leverageX).to.be.closeTo(result.subjects[i]!.leverageX, 1e-6));
  });

  it("behavior: deeper pools, less leverage; no debt, none", () => {
    const deep = assess(marketSnapshot({ ...SPEC, depth: { WETH: 5e6, stETH: 4e6 } }), CALIBRATION);
    expect(at(deep, "system").leverageX).to.be.lessThan(at(result, "system").leverageX);
    expect(at(deep, "system").leverageX).to.be.lessThan(1.02);
    const idle = assess(marketSnapshot({ ...SPEC, accounts: [{ collateral: { WETH: 10 }, debt: {} }] }), CALIBRATION);
    expect(at(idle, "system")).to.include({ leverageX: 1, liquidationAtRiskFrac: 0, advice: 0 });
  });

  it("behavior: liquidation at risk is the worst hundredth's, and counts debt by its collateral", () => {
    // The worst hundredth of scenarios takes ETH down by more than 10 %, the first account to a health factor below 0.95: all
    // of its debt, split evenly over its collateral.
    const accounts = [
      { collateral: { WETH: 10, USDC: 20_000 }, debt: { USDC: 31_900 } },
      { collateral: { USDC: 20_000 }, debt: { USDC: 10_000 } },
    ];
    const deep = assess(marketSnapshot({ ...SPEC, depth: { WETH: 5e6, stETH: 0 }, accounts }), CALIBRATION);
    const [ether, dollars] = [WETH, USDC].map((a) => at(deep, `market ${VENUE} ${a}`).liquidationAtRiskFrac);
    expect(ether).to.equal(1);
    expect(dollars).to.be.closeTo(15_950 / 25_950, 1e-9);
    expect(at(deep, "system").liquidationAtRiskFrac).to.be.closeTo(31_900 / 41_900, 1e-9);
    expect(at(deep, `asset ${WETH}`).liquidationAtRiskFrac).to.equal(ether);
  });

  it("behavior: a plain staking token counts twice, its base asset in proportion", () => {
    expect(at(result, `asset ${STETH}`).rehypothecationX).to.be.closeTo(2, 1e-12);
    expect(at(result, `market ${VENUE} ${STETH}`).rehypothecationX).to.be.closeTo(2, 1e-12);
    expect(at(result, `asset ${USDC}`).rehypothecationX).to.equal(1);
    // 1,250 WETH at 2,000 once, 1,000 stETH at 1,980 twice.
    const ether = (1_250 * 2_000 + 2 * 1_000 * 1_980) / (1_250 * 2_000 + 1_000 * 1_980);
    expect(at(result, `asset ${WETH}`).rehypothecationX).to.be.closeTo(ether, 1e-12);
  });

  it("behavior: the recommended LTV is given for markets, and is never above the host's", () => {
    const depth = { WETH: 5e6, stETH: 4e6 };
    const calm = assess(marketSnapshot({ ...SPEC, depth }), CALIBRATION);
    for (const s of calm.subjects) {
      const given = s.subject.kind === "market" && s.subject.asset !== GEM;
      expect(s.borrowLtvFrac, keyOf(s.subject)).to.equal(given ? 0.75 : 0);
    }
    const high = assess(marketSnapshot({ ...SPEC, depth, lt: 0.99 }), CALIBRATION);
    // (1-g)(1-lag)/(1+b) - h with q99 moves of 4.88 % a day over ten minutes and an hour.
    const [gap, hour] = [600, 3_600].map((sec) => 2.326 * 0.0488 * Math.sqrt(sec / 86_400));
    expect(at(high, `market ${VENUE} ${WETH}`).borrowLtvFrac).to.be.closeTo(((1 - gap!) * 0.995) / 1.05 - hour!, 1e-12);
  });

  it("behavior: no asset without a market is given an LTV", () => {
    expect(at(result, `market ${VENUE} ${GEM}`).borrowLtvFrac).to.equal(0);
  });

  it("behavior: a system beyond its target leverage is given lower LTVs, with which it would be within", () => {
    const { leverageX } = at(result, "system");
    expect(leverageX).to.be.greaterThan(CALIBRATION.margin.maxLeverage.value);
    const ether = at(result, `market ${VENUE} ${WETH}`).borrowLtvFrac;
    expect(ether).to.be.within(0.1, 0.6);
    const share = ether / 0.75;
    const less = (amounts: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(amounts).map(([k, v]) => [k, v * share]));
    const accounts = SPEC.accounts.map((a) => ({ ...a, debt: less(a.debt) }));
    const smaller = assess(marketSnapshot({ ...SPEC, lt: 0.8 * share, accounts }), CALIBRATION);
    expect(at(smaller, "system").leverageX).to.be.at.most(CALIBRATION.margin.maxLeverage.value);
  });

  it("behavior: a cliff within two daily standard deviations calls for no new leverage", () => {
    const { cliffSigmas } = explain(marketSnapshot(SPEC), CALIBRATION);
    expect(cliffSigmas[0]).to.be.within(0, 2);
    expect(at(result, "system").advice).to.be.at.least(1);
    const deep = explain(marketSnapshot({ ...SPEC, depth: { WETH: 5e6, stETH: 4e6 } }), CALIBRATION);
    expect([...deep.cliffSigmas]).to.deep.equal(result.subjects.map(() => Infinity));
  });

  it("behavior: a cliff in the step that begins within three daily standard deviations is still found", () => {
    // 3 * 4.88 % is 14.64 %: the one account falls due at 14.62 %, between the steps 14.6 % and 14.7 %.
    const accounts = [{ collateral: { WETH: 1_000 }, debt: { USDC: 1_600_000 * (1 - 0.1462) } }];
    const { cliffSigmas } = explain(
      marketSnapshot({ ...SPEC, depth: { WETH: 3_000, stETH: 0 }, accounts }),
      CALIBRATION,
    );
    expect(cliffSigmas[0]).to.be.closeTo(0.146 / 0.0488, 1e-12);
  });

  it("behavior: a frozen reserve is given no LTV", () => {
    const snapshot = withReserve(marketSnapshot(SPEC), { frozen: true });
    expect(at(assess(snapshot, CALIBRATION), `market ${VENUE} ${WETH}`).borrowLtvFrac).to.equal(0);
  });
});

describe("assess: what is not known", () => {
  it("below the least coverage every leverage is unknown and nothing is advised", () => {
    const partial = assess(marketSnapshot({ ...SPEC, totalDebtFactor: 1.2 }), CALIBRATION);
    expect(partial.coverageFrac).to.be.closeTo(1 / 1.2, 1e-6);
    for (const s of partial.subjects) {
      expect(s.leverageX).to.be.NaN;
      expect([s.advice, s.haltSec, s.throttleUsdPerHour]).to.deep.equal([0, 0, 0]);
    }
  });

  it("a venue that could not be read counts as large as the ones that were", () => {
    const snapshot = marketSnapshot(SPEC);
    const missing = { ...snapshot, exclusions: [{ scope: "venue", id: "0x01", reason: "reverted" } as const] };
    expect(assess(missing, CALIBRATION).coverageFrac).to.be.closeTo(0.5, 1e-6);
  });

  it("a zero price leaves the venue out and is flagged; it is never a zero", () => {
    const { assessment, flags } = explain(withReserve(marketSnapshot(SPEC), { priceBase: 0n }), CALIBRATION);
    expect(flags.map((f) => f.kind)).to.include("venue-excluded");
    expect(assessment.coverageFrac).to.equal(0);
    expect(assessment.subjects[0]!.leverageX).to.be.NaN;
  });

  it("an asset whose only venue is left out is unknown, and not an asset that nobody borrows against", () => {
    const snapshot = marketSnapshot(SPEC);
    const [venue] = snapshot.venues;
    const gem = { ...venue!.reserves[3]!, priceBase: 0n, suppliedUnits: 10n ** 21n };
    const [first] = venue!.accounts;
    const small = {
      ...venue!,
      venue: "0x00000000000000000000000000000000000000ab" as const,
      reserves: [venue!.reserves[2]!, gem],
      accounts: [{ ...first!, collateral: [[1, 10n ** 21n]] as const, debt: [[0, 10n ** 9n]] as const }],
      totalDebtBase: 10n ** 11n,
    };
    const venues = [{ ...venue!, reserves: venue!.reserves.slice(0, 3) }, small];
    const { subjects } = assess({ ...snapshot, venues }, CALIBRATION);
    const leverage = (asset: string) => subjects.find((s) => keyOf(s.subject) === `asset ${asset}`)!.leverageX;
    expect(leverage(GEM)).to.be.NaN;
    expect(leverage(WETH)).to.be.greaterThan(1);
  });

  it("no LTV is given where the system's leverage is unknown", () => {
    const snapshot = marketSnapshot({ ...SPEC, depth: { WETH: 5e6, stETH: 4e6 } });
    const { scenarios, outcome } = explain(snapshot, CALIBRATION);
    const book = openBook(buildSystem(snapshot, marketRules(CALIBRATION)).state);
    const ltvs = (leverageX: number) => [...publishedLtvs(book, { scenarios, outcome, leverageX }, CALIBRATION)];
    expect(ltvs(1.01)).to.deep.equal([0.75, 0.75, 0.75, 0]);
    expect(ltvs(NaN)).to.deep.equal([0, 0, 0, 0]);
  });

  it("an asset without a pool is flagged and stranded", () => {
    const accounts = [{ collateral: { GEM: 1_000 }, debt: { USDC: 7_900 } }];
    const { flags, assessment } = explain(marketSnapshot({ ...SPEC, accounts }), CALIBRATION);
    expect(flags).to.deep.include({
      kind: "no-market",
      id: GEM,
      reason: "no pool takes it: worth nothing to a liquidator",
    });
    expect(at(assessment, "system").liquidationAtRiskFrac).to.equal(0);
  });

  it("accounts under water are reported beside the score", () => {
    const accounts = [...SPEC.accounts, { collateral: { WETH: 1 }, debt: { USDC: 2_100 } }];
    const drowned = explain(marketSnapshot({ ...SPEC, accounts }), CALIBRATION);
    expect(drowned.insolventDebtUsd).to.be.closeTo(2_100, 1e-6);
    const dry = explain(marketSnapshot(SPEC), CALIBRATION);
    expect(at(drowned.assessment, "system").leverageX).to.equal(at(dry.assessment, "system").leverageX);
  });

  it("nobody at all", () => {
    const empty = assess(marketSnapshot({ ...SPEC, accounts: [] }), CALIBRATION);
    expect(at(empty, "system")).to.include({ leverageX: 1, liquidationAtRiskFrac: 0, rehypothecationX: 1, advice: 0 });
  });
});

describe("buildSystem", () => {
  const { state } = buildSystem(marketSnapshot(SPEC), marketRules(CALIBRATION));

  it("values positions at the venue's price and their sale at the pool's", () => {
    expect(state.collateral.usd[0]).to.be.closeTo(2_000_000, 1e-6);
    const gapped = buildSystem(marketSnapshot({ ...SPEC, wethPoolUsd: 1_900 }), marketRules(CALIBRATION)).state;
    expect(gapped.collateral.usd[0]).to.be.closeTo(2_000_000, 1e-6);
    expect(gapped.collateral.saleUsd[0]).to.be.closeTo(1_900_000, 1);
    expect(gapped.reserves[0]!.gapFrac).to.be.closeTo(-0.05, 1e-6);
  });

  it("a staked token moves with its base and is sold into it", () => {
    const row = state.backing;
    expect([row.start[1], row.start[2], row.asset[0], row.weight[0]]).to.deep.equal([0, 1, 0, 1]);
    expect([...state.saleOrder].indexOf(1)).to.be.lessThan([...state.saleOrder].indexOf(0));
  });

  it("without a pool of its own it is redeemed", () => {
    const { state: redeemed } = buildSystem(
      marketSnapshot({ ...SPEC, depth: { WETH: 5_000, stETH: 0 } }),
      marketRules(CALIBRATION),
    );
    expect(redeemed.assets[1]!.curve.kind).to.equal("inf");
    expect(redeemed.passOn.weight[redeemed.passOn.start[1]!]).to.be.closeTo(1, 1e-12);
  });

  it("an asset that others are quoted in and nobody quotes is the numeraire", () => {
    const { state: ether } = buildSystem(
      marketSnapshot({ ...SPEC, depth: { WETH: 0, stETH: 4_000 } }),
      marketRules(CALIBRATION),
    );
    expect(ether.assets[0]!.curve.kind).to.equal("inf");
    expect(ether.flags.map((f) => f.kind)).to.include("numeraire");
  });
});

function withReserve(snapshot: Snapshot, change: Partial<Snapshot["venues"][number]["reserves"][number]>): Snapshot {
  const [venue] = snapshot.venues;
  const reserves = venue!.reserves.map((reserve, r) => (r === 0 ? { ...reserve, ...change } : reserve));
  return { ...snapshot, venues: [{ ...venue!, reserves }] };
}

function at(result: Assessment, key: string): SubjectScore {
  const found = result.subjects.find((s) => keyOf(s.subject) === key);
  if (!found) throw new Error(`no subject ${key}`);
  return found;
}

function keyOf(subject: Subject): string {
  if (subject.kind === "system") return "system";
  if (subject.kind === "asset") return `asset ${subject.asset}`;
  if (subject.kind === "venue") return `venue ${subject.venue}`;
  return `market ${subject.venue} ${subject.asset}`;
}
