import { expect } from "chai";
import { weightRows } from "../../../keeper/src/graph/backing.js";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { SystemState } from "../../../keeper/src/graph/system-state.js";
import {
  createFullRun,
  NO_EXTENSIONS,
  openFullSystem,
  runFullCascade,
  type Extensions,
} from "../../../keeper/src/model/full-cascade.js";
import { latentBadDebtUsd } from "../../../keeper/src/model/latent.js";
import { PROMPT_ORACLE, type OracleRule } from "../../../keeper/src/model/oracle-rule.js";
import type { PerpBook } from "../../../keeper/src/model/perps/perp-book.js";
import { FULL_RECOVERY } from "../../../keeper/src/model/clearing/clearing.js";
import { eager, perpsOf, runAll, shockOf } from "./run-full.js";
import { oneAccount, PLAIN, total, TWO_VENUES } from "./run-small.js";
import { stateOf, type SmallSystem } from "./small-system.js";

const INF: DepthCurve = { kind: "inf" };

describe("participation in a cascade", () => {
  const pool: DepthCurve = { kind: "cpmm", reserveUsd: 1_000 };
  const large = oneAccount({ collateral: 1_000, debt: 805, lt: 0.8, bonus: 0.05 }, { curves: [INF, pool] });

  it("T4: a round repays what the pool pays for and strands the rest; the next offers more of it at the lower price", () => {
    const once = runAll(stateOf(large), [0, 0], { participation: eager }, { ...PLAIN, maxRounds: 1 }).run;
    expect(once.lending.repaidUsd[0]).to.be.closeTo(47.61904761904762, 1e-9);
    expect(once.strandedUsd[0]).to.be.closeTo(402.5 - 47.61904761904762, 1e-9);
    const { run } = runAll(stateOf(large), [0, 0], { participation: eager });
    expect(run.lending.repaidUsd[0]).to.be.greaterThan(400);
    expect(run.converged).to.equal(true);
  });

  it("an oracle that does not follow the pool ends it: what pays once does not pay again", () => {
    const slow = { ...PROMPT_ORACLE, deviationFrac: 0.5 };
    const oracles = { reserves: [], rules: [PROMPT_ORACLE, slow] };
    const { run } = runAll(stateOf({ ...large, debt: [[850, 0]] }), [0, 0], { participation: eager, oracles });
    expect(run.lending.repaidUsd[0]).to.be.closeTo(47.61904761904762, 1e-9);
    expect(run.strandedUsd[0]).to.be.greaterThan(300);
    expect(run.converged).to.equal(true);
  });

  it("edge: zero depth: everything is stranded, latent bad debt is the whole debt", () => {
    const none = stateOf({ ...large, curves: [INF, { kind: "none" }] });
    const { system, run } = runAll(none, [0, 0], { participation: eager });
    expect([run.lending.repaidUsd[0], run.lending.badDebtUsd[0]]).to.deep.equal([0, 0]);
    expect(latentBadDebtUsd(system.book, run.lending, 0)).to.equal(805);
  });

  it("edge: a squeezed debt asset: liquidators stop where buying it back eats the bonus, far from the pole", () => {
    const short: SmallSystem = { ...large, collateral: [[1_000, 0]], debt: [[0, 905]], curves: [INF, pool] };
    const all = { ...PLAIN, buyBack: true, maxRounds: 1 };
    const { run } = runAll(stateOf(short), [0, 0], { participation: eager }, all);
    expect(run.lending.repaidUsd[0]).to.be.closeTo(1_000 * (1 - 1 / 1.05), 1e-9);
    expect(run.lending.prices.price[1]).to.be.closeTo(1.05 * 1.05, 1e-9);
    const blind = runAll(stateOf(short), [0, 0], {}, all).run;
    expect(blind.lending.prices.price[1]).to.be.closeTo((1_000 / (1_000 - 452.5)) ** 2, 1e-9);
  });

  it("a venue's capacity spreads liquidations over rounds", () => {
    // 1000 - 210 n of collateral at 0.8 against 900 - 200 n of debt: healthy after 4 rounds.
    const deep = stateOf({ ...large, curves: [INF, INF], debt: [[900, 0]], closeFactor: [1] });
    const { run } = runAll(deep, [0, 0], { participation: { ...eager, capacityUsd: Float64Array.of(200) } });
    expect(run.lending.repaidUsd[0]).to.be.closeTo(800, 1e-9);
    expect(run.rounds).to.equal(5);
  });
});

describe("oracles in a cascade", () => {
  const nav: OracleRule = { ...PROMPT_ORACLE, follows: "nav" };

  /** A loop on a staking token (asset 2) of a base asset (asset 1), whose discount has a thin market. */
  function staked(): SystemState {
    const state = stateOf({
      ...oneAccount({ collateral: 0, debt: 0, lt: 0.8, bonus: 0.05 }),
      prices: [1, 1, 1],
      curves: [INF, INF, { kind: "exp", deltaUsd: 150 }],
      collateral: [
        [0, 0, 100],
        [0, 0, 100],
      ],
      debt: [
        [79, 0, 0],
        [70, 0, 0],
      ],
      venue: [0, 0],
      lt: [[0.9, 0.8, 0.8]],
      bonus: [[0.05, 0.05, 0.05]],
    });
    return { ...state, backing: weightRows(3, (j) => (j === 2 ? [[1, 1]] : [])), saleOrder: Int32Array.of(2, 1, 0) };
  }

  it("a reflexive spiral exists only where the oracle follows the secondary market", () => {
    const depeg = [0, 0, 0.02];
    const market = runAll(staked(), depeg, {}).run.lending;
    expect(market.repaidUsd[0]).to.be.greaterThan(0);
    expect(market.repaidUsd[1]).to.be.greaterThan(0);
    const oracles = { reserves: [2], rules: [PROMPT_ORACLE, PROMPT_ORACLE, PROMPT_ORACLE, nav] };
    const capped = runAll(staked(), depeg, { oracles }).run.lending;
    expect([...capped.repaidUsd]).to.deep.equal([0, 0]);
    expect(capped.prices.price[2]).to.equal(0.98);
    const base = runAll(staked(), [0, 0.02, 0], { oracles }).run.lending;
    expect(base.repaidUsd[0]).to.be.greaterThan(0);
  });

  it("one reserve may look at NAV where another looks at the market", () => {
    const state = staked();
    const both: SystemState = {
      ...state,
      venues: [state.venues[0]!, state.venues[0]!],
      reserves: [...state.reserves, { ...state.reserves[2]!, venue: 1 }],
      accountVenue: Int32Array.of(0, 1),
      collateral: { ...state.collateral, reserve: Int32Array.of(2, 3), usd: Float64Array.of(100, 100) },
      debt: { ...state.debt, usd: Float64Array.of(79, 79), saleUsd: Float64Array.of(79, 79) },
    };
    const oracles = { reserves: [3], rules: [PROMPT_ORACLE, PROMPT_ORACLE, PROMPT_ORACLE, nav] };
    const { run } = runAll(both, [0, 0, 0.02], { oracles });
    expect(run.lending.repaidUsd[0]).to.be.greaterThan(0);
    expect(run.lending.repaidUsd[1]).to.equal(0);
  });

  it("edge: an oracle that has not moved: HF above 1 while the market is insolvent", () => {
    const state = stateOf(oneAccount({ collateral: 100, debt: 79, lt: 0.8, bonus: 0.05 }));
    const rule = { ...PROMPT_ORACLE, deviationFrac: 0.25 };
    const { system, run } = runAll(state, [0, 0.24], { oracles: { reserves: [], rules: [PROMPT_ORACLE, rule] } });
    expect(run.lending.repaidUsd[0]).to.equal(0);
    expect(latentBadDebtUsd(system.book, run.lending, 0)).to.be.closeTo(3, 1e-12);
    const moved = runAll(state, [0, 0.26], { oracles: { reserves: [], rules: [PROMPT_ORACLE, rule] } });
    expect(moved.run.lending.repaidUsd[0]).to.be.greaterThan(0);
  });

  it("edge: a stable depegs: down it fails as collateral, up it fails borrowers, as far as its oracle is capped", () => {
    const pair: SmallSystem = {
      ...oneAccount({ collateral: 0, debt: 0, lt: 0.9, bonus: 0.05 }),
      collateral: [
        [0, 100],
        [100, 0],
      ],
      debt: [
        [85, 0],
        [0, 85],
      ],
      venue: [0, 0],
    };
    const state = stateOf(pair);
    const liquidated = (depeg: number, oracles: Extensions["oracles"] = null) =>
      [...runAll(state, [0, depeg], { oracles }).run.lending.repaidUsd].map((usd) => usd > 0);
    expect(liquidated(0.07)).to.deep.equal([true, false]);
    expect(liquidated(-0.07)).to.deep.equal([false, true]);
    const capped = { reserves: [], rules: [PROMPT_ORACLE, { ...PROMPT_ORACLE, capMultiple: 1.04 }] };
    expect(liquidated(-0.07, capped)).to.deep.equal([false, false]);
    expect(liquidated(0.07, capped)).to.deep.equal([true, false]);
  });
});

describe("claims in a cascade", () => {
  /**
   * Venue 0 lends the numeraire against asset 1; its receipt is asset 2, which venue 1 takes as collateral. Account 0 loses
   * everything with asset 1; account 1 borrows against receipts.
   */
  const small: SmallSystem = {
    ...oneAccount({ collateral: 0, debt: 0, lt: 0.8, bonus: 0 }),
    prices: [1, 1, 1],
    curves: [INF, INF, INF],
    collateral: [
      [0, 100, 0],
      [0, 0, 100],
    ],
    debt: [
      [75, 0, 0],
      [70, 0, 0],
    ],
    venue: [0, 1],
    lt: [
      [0.9, 0.8, 0.8],
      [0.9, 0.8, 0.8],
    ],
    bonus: [
      [0, 0, 0],
      [0, 0, 0],
    ],
    ...TWO_VENUES,
  };
  const state = stateOf(small);
  const claims = {
    recovery: FULL_RECOVERY,
    issuers: [{ asset: 2, reserve: 0, owes: 0, faceUsd: 200, outside: [{ of: 0, usd: 200 }], claims: [] }],
  };

  it("bad debt is a haircut of suppliers, who are liquidated elsewhere in turn", () => {
    const { run } = runAll(state, [0, 0.6, 0], { claims });
    // Account 0 repays 40 of 75: 35 of 200 are lost.
    expect(run.lending.badDebtUsd[0]).to.be.closeTo(35, 1e-9);
    expect(run.haircutFrac[0]).to.be.closeTo(0.175, 1e-12);
    expect(run.lending.prices.price[2]).to.be.closeTo(0.825, 1e-12);
    expect(run.lending.repaidUsd[1]).to.be.greaterThan(0);
    expect([run.claims!.unique, run.converged]).to.deep.equal([true, true]);
  });

  it("insurance that covers the loss stops it", () => {
    const { run } = runAll(state, [0, 0.6, 0], { claims, insuranceUsd: Float64Array.of(35.5, 0) });
    expect(run.haircutFrac[0]).to.equal(0);
    expect(run.lending.repaidUsd[1]).to.equal(0);
    expect(run.losses!.insurancePaidUsd[0]).to.be.closeTo(35, 1e-9);
    const part = runAll(state, [0, 0.6, 0], { claims, insuranceUsd: Float64Array.of(15, 0) }).run;
    expect(part.haircutFrac[0]).to.be.closeTo(0.1, 1e-12);
  });

  it("bad debt goes round: a second venue's loss reaches a third, and it ends", () => {
    const circle = {
      recovery: FULL_RECOVERY,
      issuers: [
        { ...claims.issuers[0]!, outside: [{ of: 0, usd: 150 }], claims: [{ of: 1, usd: 50 }] },
        { asset: -1, reserve: 3, owes: 0, faceUsd: 100, outside: [{ of: 0, usd: 100 }], claims: [] },
      ],
    };
    const { run } = runAll(state, [0, 0.9, 0], { claims: circle });
    expect(run.converged).to.equal(true);
    const { lossUsd } = run.losses!;
    const second = lossUsd[3]! / 100;
    expect(second).to.be.greaterThan(0);
    expect(run.haircutFrac[1]).to.be.closeTo(second, 1e-9);
    expect(run.haircutFrac[0]).to.be.closeTo((lossUsd[0]! + 50 * second) / 200, 1e-9);
  });

  it("a loss that comes back through the receipt is a loss of the same face", () => {
    const looped = stateOf({
      ...small,
      collateral: [
        [0, 100, 0],
        [0, 0, 100],
      ],
      debt: [
        [75, 0, 0],
        [79, 0, 0],
      ],
      venue: [0, 0],
    });
    const ofItself = { ...claims, issuers: [{ ...claims.issuers[0]!, owes: 2 }] };
    const { run } = runAll(looped, [0, 0.9, 0], { claims: ofItself });
    // Account 0 leaves 65: receipts fall to 0.675, of which account 1 repays 67.5 and leaves 11.5.
    expect(run.lending.badDebtUsd.reduce((a, b) => a + b, 0)).to.be.closeTo(76.5, 1e-9);
    expect(run.haircutFrac[0]).to.be.closeTo(76.5 / 200, 1e-12);
  });

  it("edge: receipts that back each other: an interval, and collateral is marked at its least", () => {
    const hollow = {
      recovery: FULL_RECOVERY,
      issuers: [
        { asset: 2, reserve: -1, owes: 0, faceUsd: 100, outside: [], claims: [{ of: 1, usd: 100 }] },
        { asset: -1, reserve: -1, owes: 0, faceUsd: 100, outside: [], claims: [{ of: 0, usd: 100 }] },
      ],
    };
    const { run } = runAll(state, [0, 0, 0], { claims: hollow });
    expect(run.claims!.unique).to.equal(false);
    expect([...run.claims!.bestHaircutFrac]).to.deep.equal([0, 0]);
    expect(run.lending.prices.price[2]).to.equal(0);
    expect(run.lending.badDebtUsd[1]).to.equal(70);
  });
});

describe("perps in a cascade", () => {
  const book: DepthCurve = { kind: "linear", deltaUsd: 1_000 };
  const lender = oneAccount({ collateral: 100, debt: 76, lt: 0.8, bonus: 0.05 }, { curves: [INF, book] });

  it("forced sales of perps move the price that lending sees", () => {
    const perps = perpsOf([{ size: 100, margin: 4 }]);
    const alone = runAll(stateOf(lender), [0, 0.04], {}).run.lending;
    expect(alone.repaidUsd[0]).to.equal(0);
    const { run } = runAll(stateOf(lender), [0, 0.04], { perps });
    // 100 sold at 0.96: v = 96, the price falls by 9.6 % of 0.96 before anything else.
    expect(run.lending.repaidUsd[0]).to.be.greaterThan(0);
    expect(run.perps!.liquidatedUsd[0]).to.be.closeTo(96, 1e-9);
    expect(run.lending.prices.price[1]).to.be.lessThan(0.96 * (1 - 0.096));
  });

  it("a venue with a book of its own keeps its premium to itself", () => {
    const perps: PerpBook = {
      ...perpsOf([
        { size: 100, margin: 4 },
        { size: 100, margin: 12 },
      ]),
      markets: [{ venue: 0, asset: 1, curve: book }],
    };
    const { run } = runAll(stateOf(lender), [0, 0.04], { perps });
    expect(run.lending.prices.price[1]).to.equal(0.96);
    // The first sale of 96 USD pushes the perp 9.6 % below, where the second is lost too.
    expect(run.perps!.liquidatedUsd[1]).to.be.closeTo(100 * 0.96 * (1 - 0.096), 1e-9);
  });

  it("ADL removes hedges: what a deleveraged short hedged is sold in the next round", () => {
    const rows = [
      { size: 100, margin: 4 },
      { size: -60, margin: 60, owner: 0 },
      { size: -40, margin: 60 },
    ];
    const flat = { ...lender, debt: [[10, 0]], curves: [INF, INF] };
    const { run } = runAll(stateOf(flat), [0, 0.1], { perps: perpsOf(rows) });
    // A deficit of 6: the longs leave at 0.96, 60 of the size closes the owner's short, 40 the other one.
    expect(run.perps!.adlUsd[1]).to.be.closeTo(-60, 1e-9);
    expect(run.besideUsd[1]).to.be.closeTo(60, 1e-9);
    const half = runAll(stateOf(flat), [0, 0.1], { perps: perpsOf(rows), unwindFrac: 0.5 }).run;
    expect(half.besideUsd[1]).to.be.closeTo(30, 1e-9);
    const bet = runAll(stateOf({ ...flat, collateral: [[0, 15]] }), [0, 0.1], { perps: perpsOf(rows) }).run;
    expect(bet.besideUsd[1]).to.be.closeTo(15, 1e-9);
  });

  it("what two shorts of one owner hedge together is sold once", () => {
    const rows = [
      { size: 100, margin: 4 },
      { size: -60, margin: 60, owner: 0 },
      { size: -40, margin: 60, owner: 0 },
    ];
    const flat = { ...lender, collateral: [[0, 50]], debt: [[10, 0]], curves: [INF, INF] };
    const { run } = runAll(stateOf(flat), [0, 0.1], { perps: perpsOf(rows) });
    expect([...run.perps!.adlUsd]).to.deep.equal([0, -60, -40]);
    expect(run.besideUsd[1]).to.be.closeTo(50, 1e-9);
  });

  it("an owner without spot has no hedge to lose", () => {
    const rows = [
      { size: 100, margin: 4 },
      { size: -100, margin: 60, owner: 0 },
    ];
    const empty = { ...lender, collateral: [[50, 0]], debt: [[10, 0]], curves: [INF, INF] };
    const { run } = runAll(stateOf(empty), [0, 0.1], { perps: perpsOf(rows) });
    expect(run.perps!.adlUsd[1]).to.be.closeTo(-100, 1e-9);
    expect(total(run.besideUsd)).to.equal(0);
  });

  it("a run can be used again", () => {
    const system = openFullSystem(stateOf(lender), { ...NO_EXTENSIONS, perps: perpsOf([{ size: 100, margin: 4 }]) });
    const run = createFullRun(system, 0);
    runFullCascade(system, shockOf([0, 0.04]), PLAIN, run);
    const first = JSON.stringify([run.lending.repaidUsd, run.perps, run.rounds, run.lending.prices.price]);
    runFullCascade(system, shockOf([0, 0.4]), PLAIN, run);
    runFullCascade(system, shockOf([0, 0.04]), PLAIN, run);
    expect(JSON.stringify([run.lending.repaidUsd, run.perps, run.rounds, run.lending.prices.price])).to.equal(first);
  });
});
