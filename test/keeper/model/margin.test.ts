import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { SystemState } from "../../../keeper/src/graph/system-state.js";
import { openBook, type Book } from "../../../keeper/src/model/book.js";
import {
  changeAtOnce,
  fallenAlone,
  withHealthKept,
  withThresholds,
} from "../../../keeper/src/model/margin/changed-thresholds.js";
import {
  openingLtvs,
  type MarginEvidence,
  type MarginPolicy,
  type OpeningLtvs,
} from "../../../keeper/src/model/margin/opening-ltv.js";
import { slippageLt, smartLt, solvencyLt } from "../../../keeper/src/model/margin/rules.js";
import { systemicLts } from "../../../keeper/src/model/margin/systemic.js";
import { salePenalty } from "../../../keeper/src/model/proceeds.js";
import { shippedCalibration } from "./calibration-file.js";
import { systems, smoothCurve } from "./random-system.js";
import { stateOf, type SmallSystem } from "./small-system.js";
import { TWO_VENUES } from "./run-small.js";

const CALIBRATION = shippedCalibration("lab-1");
const POLICY: MarginPolicy = { smartConfidence: 1, maxChangeFrac: 0.03, stepFrac: 0.0025 };

/** Two venues that lend a numeraire against one asset, loans of HF 1.25 and 1.5. */
function twoVenues(curve: DepthCurve, rest: Partial<SmallSystem> = {}): SmallSystem {
  return {
    prices: [1, 2],
    curves: [{ kind: "inf" }, curve],
    collateral: [
      [0, 500],
      [0, 800],
      [0, 400],
    ],
    debt: [
      [640, 0],
      [853, 0],
      [448, 0],
    ],
    venue: [0, 0, 1],
    lt: [
      [0, 0.8],
      [0, 0.7],
    ],
    bonus: [
      [0, 0.05],
      [0, 0.1],
    ],
    ...TWO_VENUES,
    ...rest,
  };
}

const CPMM: DepthCurve = { kind: "cpmm", reserveUsd: 10_000 };
const [MARKET_A, MARKET_B] = [1, 3];
const evidenceOf = (state: SystemState, rest: Partial<MarginEvidence> = {}): MarginEvidence => ({
  tailSoldUsd: new Float64Array(state.reserves.length).fill(500),
  depthFactor: new Float64Array(state.assets.length).fill(1),
  within: () => true,
  ...rest,
});

function recommend(
  system: SmallSystem,
  rest: Partial<MarginEvidence> = {},
  change: Partial<SystemState> = {},
): OpeningLtvs {
  const state = { ...supplied(stateOf(system), 1_000), ...change };
  return openingLtvs(openBook(state), evidenceOf(state, rest), POLICY, CALIBRATION);
}

function supplied(state: SystemState, suppliedUsd: number): SystemState {
  return { ...state, reserves: state.reserves.map((reserve) => ({ ...reserve, suppliedUsd })) };
}

describe(solvencyLt.name, () => {
  it("leaves no bad debt at the gap: collateral at HF 1 just repays debt and bonus", () => {
    for (const [bonus, gap, lag] of [
      [0.05, 0.08, 0],
      [0.1, 0.2, 0.0159],
      [0, 0, 0],
    ] as const) {
      const lt = solvencyLt(bonus, gap, lag);
      // Debt lt of collateral 1; the oracle shows a fall only once it exceeds the lag, and the gap comes on top.
      expect((1 * (1 - gap) * (1 - lag)) / (1 + bonus) - lt).to.be.closeTo(0, 1e-15);
    }
    expect(solvencyLt(0.05, 0, 0)).to.be.closeTo(0.952381, 1e-6);
    expect(solvencyLt(0.05, 1.2, 0)).to.equal(0);
  });
});

describe(slippageLt.name, () => {
  it("x y = k: 1/((1+b)(1 + x/R))", () => {
    const state = stateOf(twoVenues(CPMM));
    const depth = Float64Array.of(1, 1);
    for (const x of [0, 10, 2_500, 1e6]) {
      const expected = 1 / (1.05 * (1 + x / 10_000));
      expect(slippageLt(state, state.reserves[MARKET_A]!, x, depth)).to.be.closeTo(expected, 1e-12);
    }
    // Half of the depth, twice the penalty.
    const halved = slippageLt(state, state.reserves[MARKET_A]!, 1_000, Float64Array.of(1, 0.5));
    expect(halved).to.be.closeTo(1 / (1.05 * 1.2), 1e-12);
  });

  it("edge: nobody buys, so nothing can be lent; unknown volume is unknown", () => {
    const none = stateOf(twoVenues({ kind: "none" }));
    expect(slippageLt(none, none.reserves[MARKET_A]!, 0, Float64Array.of(1, 1))).to.equal(0);
    expect(salePenalty(none, 1, 5, Float64Array.of(1, 1))).to.equal(Infinity);
    const state = stateOf(twoVenues(CPMM));
    expect(slippageLt(state, state.reserves[MARKET_A]!, NaN, Float64Array.of(1, 1))).to.be.NaN;
  });

  it("a sale through two pools pays both: what the first fetches is sold into the second", () => {
    const state = stateOf({
      ...twoVenues(CPMM),
      prices: [1, 2, 4],
      curves: [{ kind: "inf" }, CPMM, CPMM],
      collateral: [],
      debt: [],
      venue: [],
      lt: [],
      bonus: [],
      closeFactor: [],
    });
    const chained: SystemState = {
      ...state,
      saleOrder: Int32Array.of(2, 1, 0),
      passOn: { start: Int32Array.of(0, 0, 1, 2), asset: Int32Array.of(0, 1), weight: Float64Array.of(1, 1) },
    };
    const first = 1_000 / 1.1;
    const second = first / (1 + first / 10_000);
    expect(salePenalty(chained, 2, 1_000, Float64Array.of(1, 1, 1))).to.be.closeTo(1_000 / second, 1e-12);
  });
});

describe(smartLt.name, () => {
  const vectors = JSON.parse(readFileSync("test/vectors/smartltv.json", "utf8")) as {
    grid: { clf: number; sigma: number; liquidity: number; cap: number; bonus: number; ltv: number }[];
  };

  it("is Risk DAO's on its grid, with l read from a curve", () => {
    for (const { clf, sigma, liquidity, cap, bonus, ltv } of vectors.grid) {
      // A linear market of this delta takes `liquidity` within a drop of the bonus.
      const curve: DepthCurve = { kind: "linear", deltaUsd: liquidity / bonus };
      const state = supplied(
        stateOf(
          twoVenues(curve, {
            bonus: [
              [0, bonus],
              [0, bonus],
            ],
          }),
        ),
        cap,
      );
      const calibration = { ...CALIBRATION, sigmaDaily: { default: { ...CALIBRATION.recoverySec, value: sigma } } };
      expect(smartLt(state, state.reserves[MARKET_A]!, clf, calibration)).to.be.closeTo(ltv, 1e-8);
    }
  });

  it("edge: no market, none supplied", () => {
    const none = supplied(stateOf(twoVenues({ kind: "none" })), 100);
    expect(smartLt(none, none.reserves[MARKET_A]!, 1, CALIBRATION)).to.equal(0);
    expect(smartLt(supplied(none, 0), none.reserves[MARKET_A]!, 1, CALIBRATION)).to.equal(0);
    const empty = supplied(stateOf(twoVenues(CPMM)), 0);
    expect(smartLt(empty, empty.reserves[MARKET_A]!, 1, CALIBRATION)).to.be.closeTo(0.95, 1e-15);
  });
});

describe("withThresholds and withHealthKept", () => {
  const changed = (lt: number, rest: Partial<SystemState> = {}) => {
    const state = { ...stateOf(twoVenues(CPMM)), ...rest };
    const own = Float64Array.from(state.reserves, (r) => r.liquidationThresholdFrac);
    return { state, ltFrac: own.with(MARKET_A, lt) };
  };

  it("debts stay in the open books, and follow their limits once borrowers have answered", () => {
    const { state, ltFrac } = changed(0.4);
    const [open, kept] = [openBook(withThresholds(state, ltFrac)), openBook(withHealthKept(state, ltFrac))];
    expect([...open.debtUsd]).to.deep.equal([640, 853, 448]);
    expect(open.healthFactor[0]).to.be.closeTo(0.625, 1e-12);
    expect(kept.debtUsd[0]).to.be.closeTo(320, 1e-9);
    expect([...kept.healthFactor].map((hf, i) => hf - openBook(state).healthFactor[i]!)).to.satisfy((off: number[]) =>
      off.every((x) => Math.abs(x) < 1e-12),
    );
    expect(kept.debtUsd[2]).to.equal(448);
  });

  it("an e-mode's threshold moves in proportion, to 1 at most", () => {
    const { state, ltFrac } = changed(0.88, { collateralLt: Float64Array.of(0.95, 0.8, 0.7) });
    const lts = withThresholds(state, ltFrac).collateralLt;
    expect(lts[0]).to.equal(1);
    expect(lts[1]).to.be.closeTo(0.88, 1e-15);
    expect(lts[2]).to.equal(0.7);
  });

  it("an e-mode's threshold on a reserve that has none of its own stays", () => {
    const { state, ltFrac } = changed(0.03);
    const reserves = state.reserves.map((r, at) => (at === MARKET_A ? { ...r, liquidationThresholdFrac: 0 } : r));
    expect([...withThresholds({ ...state, reserves }, ltFrac).collateralLt]).to.deep.equal([0.8, 0.8, 0.7]);
  });
});

describe("changeAtOnce: what a lower threshold does to open books by itself", () => {
  const book = openBook(stateOf(twoVenues(CPMM)));
  const own = Float64Array.from(book.state.reserves, (r) => r.liquidationThresholdFrac);
  const change = (ltFrac: Float64Array) => changeAtOnce(book, ltFrac);

  it("liquidates who it leaves below 1: by hand, one account, one round each", () => {
    // HF of account 0: 1000 * 0.63 / 640 < 1; account 1: 1600 * 0.63 / 853 > 1. Half of 640 is repaid, 336 seized:
    // 664 * p * 0.63 / 320 with p = (R/(R+336))^2 is above 1 again.
    const result = change(own.with(MARKET_A, 0.63));
    expect(result.accounts).to.equal(1);
    expect(result.debtUsd).to.equal(640);
    expect(result.repaidUsd).to.be.closeTo(320, 1e-9);
    expect(result.badDebtUsd).to.equal(0);
  });

  it("nobody, where it leaves everybody above 1, and nothing to the other market's accounts", () => {
    expect(change(own.with(MARKET_A, 0.65))).to.deep.equal({ accounts: 0, debtUsd: 0, repaidUsd: 0, badDebtUsd: 0 });
    expect(change(own.with(MARKET_B, 0)).accounts).to.equal(1);
  });
});

describe(fallenAlone.name, () => {
  it("is, market by market, what changing that one does", () => {
    fc.assert(
      fc.property(systems(smoothCurve), fc.double({ min: 0.5, max: 1.05, noNaN: true }), (system, factor) => {
        const book = openBook(stateOf(system));
        const own = Float64Array.from(book.state.reserves, (r) => r.liquidationThresholdFrac);
        const fallen = fallenAlone(
          book,
          own.map((lt) => lt * factor),
        );
        fallen.forEach((market, r) => {
          const { accounts, debtUsd } = changeAtOnce(book, own.with(r, own[r]! * factor));
          expect(market.accounts).to.equal(accounts);
          expect(market.debtUsd).to.be.closeTo(debtUsd, 1e-9 * (1 + debtUsd));
        });
      }),
      { numRuns: 100, seed: 20260301 },
    );
  });
});

describe(systemicLts.name, () => {
  const state = stateOf(twoVenues(CPMM));
  const ceiling = Float64Array.of(0, 0.83, 0, 0.73);
  const debtOf = (book: Book) => book.debtUsd.reduce((sum, usd) => sum + usd, 0);

  it("the ceilings, after one probe, where they hold", () => {
    expect(systemicLts(state, ceiling, 0.0025, () => true)).to.deep.equal({ ltFrac: ceiling, probes: 1 });
  });

  it("0 where not even a system without loans holds", () => {
    expect([...systemicLts(state, ceiling, 0.0025, () => false).ltFrac]).to.deep.equal([0, 0, 0, 0]);
  });

  it("a limit on all debt: it holds, and one step more of any market breaks it", () => {
    for (const cap of [300, 1_000, 1_900]) {
      let asked = 0;
      const within = (book: Book) => (asked++, debtOf(book) <= cap);
      const { ltFrac, probes } = systemicLts(state, ceiling, 0.0025, within);
      expect(probes)
        .to.equal(asked)
        .and.be.at.most(2 + 9 + 4 * 10);
      expect(debtOf(openBook(withHealthKept(state, ltFrac)))).to.be.at.most(cap);
      for (const r of [MARKET_A, MARKET_B]) {
        expect(ltFrac[r]).to.be.within(0, ceiling[r]!);
        if (ltFrac[r] === ceiling[r]) continue;
        expect(debtOf(openBook(withHealthKept(state, ltFrac.with(r, ltFrac[r]! + 0.0025))))).to.be.greaterThan(cap);
      }
    }
  });

  it("a limit of one venue leaves the other venue's market at its ceiling", () => {
    const { ltFrac } = systemicLts(state, ceiling, 0.0025, (book) => book.debtUsd[2]! <= 224);
    expect(ltFrac[MARKET_A]).to.equal(0.83);
    expect(ltFrac[MARKET_B]).to.be.within(0.35 - 0.0025, 0.35);
  });
});

describe(openingLtvs.name, () => {
  const [gap, hour] = [600, 3_600].map((sec) => 2.326 * 0.08 * Math.sqrt(sec / 86_400));

  it("binding: the host, where its own LTV is below all", () => {
    const market = recommend(
      twoVenues(
        { kind: "linear", deltaUsd: 1e9 },
        {
          lt: [
            [0, 0.5],
            [0, 0.5],
          ],
        },
      ),
    ).markets[MARKET_A];
    expect(market).to.include({ borrowLtvFrac: 0.5, binding: "host" });
  });

  it("binding: solvency, slippage, smart, systemic, each by hand", () => {
    const deep: DepthCurve = { kind: "linear", deltaUsd: 1e9 };
    const lt = [
      [0, 0.95],
      [0, 0.95],
    ];
    const solvent = recommend(twoVenues(deep, { lt })).markets[MARKET_A]!;
    expect(solvent.binding).to.equal("solvency");
    expect(solvent.borrowLtvFrac).to.be.closeTo(((1 - gap!) * 0.995) / 1.05 - hour!, 1e-12);
    const slipping = recommend(twoVenues(deep, { lt }), { tailSoldUsd: new Float64Array(4).fill(4e8) }).markets[
      MARKET_A
    ]!;
    expect(slipping.binding).to.equal("slippage");
    // Linear: the average price is down by half of the marginal drop of 40 %.
    expect(slipping.borrowLtvFrac).to.be.closeTo(0.8 / 1.05 - hour!, 1e-12);
    // 50 can be sold within the bonus against 1,000 supplied: exp(-0.08 / sqrt(0.05)) - 0.05 (no sales to slip).
    const thin = recommend(twoVenues({ kind: "linear", deltaUsd: 1_000 }, { lt }), {
      tailSoldUsd: new Float64Array(4),
    }).markets[MARKET_A]!;
    expect(thin.binding).to.equal("smart");
    expect(thin.ltFrac).to.be.closeTo(Math.exp(-0.08 / Math.sqrt(0.05)) - 0.05, 1e-12);
    const capped = recommend(twoVenues(deep), { within: (book) => book.debtUsd[0]! <= 320 }).markets[MARKET_A]!;
    expect(capped.binding).to.equal("systemic");
    expect(capped.ltFrac).to.be.within(0.4 - 0.0025, 0.4 + 1e-12);
  });

  it("a cut is full for new loans, and slow for open books, with the engine's answer to the next step", () => {
    const system = twoVenues(
      { kind: "linear", deltaUsd: 1e9 },
      {
        debt: [
          [785, 0],
          [853, 0],
          [448, 0],
        ],
      },
    );
    const { markets, atOnce } = recommend(system, { within: (book) => book.debtUsd[0]! <= 392.5 });
    const { ltFrac, borrowLtvFrac, nextLtFrac, fallen } = markets[MARKET_A]!;
    expect(ltFrac).to.be.within(0.4 - 0.0025, 0.4 + 1e-12);
    expect(borrowLtvFrac).to.be.closeTo(ltFrac - hour!, 1e-12);
    expect(nextLtFrac).to.be.closeTo(0.77, 1e-12);
    // 1000 * 0.77 < 785: half is repaid.
    expect(fallen).to.deep.equal({ accounts: 1, debtUsd: 785 });
    expect(atOnce).to.include({ accounts: 1, debtUsd: 785, badDebtUsd: 0 });
    expect(atOnce.repaidUsd).to.be.closeTo(392.5, 1e-9);
  });

  it("edge: unknown coverage, unknown limits, unknown volume give none and say so; a closed market is the host's no", () => {
    const deep: DepthCurve = { kind: "linear", deltaUsd: 1e9 };
    for (const market of [
      recommend(twoVenues(deep), {}, { coverageFrac: 0.5 }).markets[MARKET_A]!,
      recommend(twoVenues(deep), { within: null }).markets[MARKET_A]!,
      recommend(twoVenues(deep), { tailSoldUsd: new Float64Array(4).fill(NaN) }).markets[MARKET_A]!,
    ]) {
      expect(market).to.include({ borrowLtvFrac: 0, binding: "unknown", nextLtFrac: 0.8 });
      expect(market.ltFrac).to.be.NaN;
    }
    const closed = stateOf(twoVenues(deep)).reserves.map((reserve) => ({ ...reserve, open: false }));
    expect(recommend(twoVenues(deep), {}, { reserves: closed }).markets[MARKET_A]).to.include({
      borrowLtvFrac: 0,
      binding: "host",
    });
  });

  it("edge: a market that the host lends nothing against stays at 0, whatever the rules say", () => {
    const none = stateOf(twoVenues(CPMM)).reserves.map((r) => ({ ...r, liquidationThresholdFrac: 0, ltvFrac: 0 }));
    const { borrowLtvFrac, nextLtFrac, ltFrac } = recommend(twoVenues(CPMM), {}, { reserves: none }).markets[MARKET_A]!;
    expect([borrowLtvFrac, nextLtFrac]).to.deep.equal([0, 0]);
    expect(ltFrac).to.be.greaterThan(0);
  });

  it("edge: no market and no debt", () => {
    const unsold = recommend(twoVenues({ kind: "none" })).markets[MARKET_A]!;
    expect(unsold.borrowLtvFrac).to.equal(0);
    expect(unsold.limits.slippage).to.equal(0);
    const idle = recommend(
      twoVenues(CPMM, {
        debt: [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      }),
    );
    expect(idle.atOnce).to.deep.equal({ accounts: 0, debtUsd: 0, repaidUsd: 0, badDebtUsd: 0 });
    expect(idle.markets[MARKET_A]!.borrowLtvFrac).to.be.greaterThan(0);
  });

  it("property: never above the host's LTV nor below 0, down in volatility, up in depth, down in the bonus at given depth", () => {
    const spec = {
      sigma: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      factor: fc.double({ min: 1, max: 3, noNaN: true }),
    };
    fc.assert(
      fc.property(systems(smoothCurve), spec.sigma, spec.factor, (system, sigma, factor) => {
        const at = (s: number, depth: number, bonusFactor: number): number[] => {
          const bonus = system.bonus.map((row) => row.map((b) => b * bonusFactor));
          const state = supplied(stateOf({ ...system, bonus }), 1_000);
          const calibration = { ...CALIBRATION, sigmaDaily: { default: { ...CALIBRATION.recoverySec, value: s } } };
          const evidence = evidenceOf(state, { depthFactor: new Float64Array(3).fill(depth) });
          // Without SmartLTV: its depth is what lies inside the bonus, so that a larger bonus may raise it.
          const policy = { ...POLICY, smartConfidence: bonusFactor === 1 ? 1 : 0 };
          return openingLtvs(openBook(state), evidence, policy, calibration).markets.map((m, r) => {
            expect(m.borrowLtvFrac).to.be.within(0, state.reserves[r]!.ltvFrac);
            return m.borrowLtvFrac;
          });
        };
        const all = at(sigma, 1, 1);
        const riskier = [at(sigma * factor, 1, 1), at(sigma, 1 / factor, 1)];
        for (const other of riskier) other.forEach((ltv, r) => expect(ltv).to.be.at.most(all[r]! + 1e-12));
        const [small, large] = [at(sigma, 1, 1.0001), at(sigma, 1, 1.0001 * factor)];
        large.forEach((ltv, r) => expect(ltv).to.be.at.most(small[r]! + 1e-12));
      }),
      { numRuns: 100 },
    );
  });
});
