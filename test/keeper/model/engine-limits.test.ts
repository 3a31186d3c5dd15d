import { expect } from "chai";
import { badDebtOf } from "../../../keeper/src/model/attribution.js";
import { openBook, type Book } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade } from "../../../keeper/src/model/cascade.js";
import { leverageOf, runLadder, systemDirection } from "../../../keeper/src/model/leverage.js";
import { withHealthKept } from "../../../keeper/src/model/margin/changed-thresholds.js";
import { backstopsOf, engineLimits, type SystemLimits } from "../../../keeper/src/model/margin/engine-limits.js";
import { marginEvidence } from "../../../keeper/src/model/margin/margin-evidence.js";
import { openingLtvs } from "../../../keeper/src/model/margin/opening-ltv.js";
import { systemicLts } from "../../../keeper/src/model/margin/systemic.js";
import { shippedCalibration } from "./calibration-file.js";
import { PLAIN, TWO_VENUES } from "./run-small.js";
import { stateOf, type SmallSystem } from "./small-system.js";

const CALIBRATION = shippedCalibration("lab-1");
const STEP = 0.0025;
const [MARKET_A, MARKET_B] = [1, 3];

/** Two venues that lend the numeraire against one asset with a shallow pool, twenty loans each of HF 1.02 to 1.97. */
const SYSTEM: SmallSystem = (() => {
  const loans = Array.from({ length: 40 }, (_, i) => ({ venue: i % 2, hf: 1.02 + 0.05 * Math.floor(i / 2) }));
  const lt = [0.8, 0.7];
  return {
    prices: [1, 10],
    curves: [{ kind: "inf" }, { kind: "cpmm", reserveUsd: 60_000 }],
    collateral: loans.map(() => [0, 100]),
    debt: loans.map(({ venue, hf }) => [(1_000 * lt[venue]!) / hf, 0]),
    venue: loans.map(({ venue }) => venue),
    lt: lt.map((x) => [0, x]),
    bonus: [
      [0, 0.05],
      [0, 0.1],
    ],
    ...TWO_VENUES,
  };
})();
const STATE = stateOf(SYSTEM);
/** Falls of up to 60 %, one scenario each. */
const DROPS = Array.from({ length: 200 }, (_, s) => (0.6 * s) / 199);

function sweep(book: Book): { badDebtByVenue: Float64Array; converged: Uint8Array } {
  const run = createCascade(book, 0);
  const rows = DROPS.map((drop) => {
    runCascade(book, { dropFrac: Float64Array.of(0, drop), depthFactor: Float64Array.of(1, 1) }, PLAIN, run);
    return { venue: badDebtOf(book, run, 1).venue, converged: run.converged ? 1 : 0 };
  });
  return {
    badDebtByVenue: Float64Array.from(rows.flatMap(({ venue }) => [...venue])),
    converged: Uint8Array.from(rows, ({ converged }) => converged),
  };
}

function leverage(book: Book): number {
  const ladder = runLadder(book, systemDirection(book, CALIBRATION), CALIBRATION, createCascade(book, 0));
  return leverageOf(ladder, { reserves: [0, 1, 2, 3] }).leverageX;
}

/** EVaR99 of one venue by a grid of t: from above, and within a thousandth. */
function evar(book: Book, v: number): number {
  const losses = [...sweep(book).badDebtByVenue].filter((_, e) => e % 2 === v);
  const most = Math.max(...losses);
  if (most === 0) return 0;
  let least = most;
  for (let u = -8; u < 12; u += 0.01) {
    const t = Math.exp(u) / most;
    const mean = losses.reduce((sum, x) => sum + Math.exp(t * (x - most)), 0) / losses.length;
    least = Math.min(least, most + Math.log(mean / 0.01) / t);
  }
  return least;
}

const within = (limits: SystemLimits) => engineLimits(sweep, limits, CALIBRATION);
const ample = Float64Array.of(1e9, 1e9);
const withLts = (ltFrac: Float64Array) => openBook(withHealthKept(STATE, ltFrac));
const ceiling = Float64Array.of(0, 0.83, 0, 0.73);

describe(engineLimits.name, () => {
  const book = openBook(STATE);

  it("holds where leverage and EVaR99 of both venues are within their limits, and not where one is beyond", () => {
    const [most, first, second] = [leverage(book), evar(book, 0), evar(book, 1)];
    expect([most > 1.05, first > 10, second > 10]).to.deep.equal([true, true, true]);
    const at = (maxLeverageX: number, a: number, b: number) =>
      within({ maxLeverageX, backstopUsd: Float64Array.of(a * first, b * second) })(book);
    expect(at(most, 1.001, 1.001)).to.equal(true);
    expect([at(most - 1e-9, 2, 2), at(most, 0.99, 2), at(most, 2, 0.99)]).to.deep.equal([false, false, false]);
  });

  it("unknown backstops and cascades that do not end are within nothing", () => {
    expect(within({ maxLeverageX: 100, backstopUsd: Float64Array.of(NaN, 1e9) })(book)).to.equal(false);
    const endless = (any: Book) => ({ ...sweep(any), converged: new Uint8Array(DROPS.length) });
    expect(engineLimits(endless, { maxLeverageX: 100, backstopUsd: ample }, CALIBRATION)(book)).to.equal(false);
  });

  it("where no venue has a limit the scenarios are not run", () => {
    const never = (): never => expect.fail("saw a sweep, expected the ladder alone");
    const limits = { maxLeverageX: leverage(book), backstopUsd: Float64Array.of(Infinity, Infinity) };
    expect(engineLimits(never, limits, CALIBRATION)(book)).to.equal(true);
    expect(() => engineLimits(never, { ...limits, backstopUsd: ample }, CALIBRATION)(book)).to.throw("saw a sweep");
  });

  it("backstops are the calibration's, by venue", () => {
    const known = { ...CALIBRATION.recoverySec, value: 5 };
    const backstopUsd = { default: { ...known, value: 7 }, [STATE.venues[1]!.address]: known };
    expect([...backstopsOf(STATE, { ...CALIBRATION, backstopUsd })]).to.deep.equal([7, 5]);
  });
});

describe(marginEvidence.name, () => {
  /** A hundred scenarios: reserve 1 has s repaid, reserve 3 nothing; depth falls from 1 by s/200. */
  const [count, width] = [100, STATE.reserves.length];
  const outcome = {
    repaidByReserve: Float64Array.from({ length: count * width }, (_, e) =>
      e % width === MARKET_A ? Math.floor(e / width) : 0,
    ),
    converged: new Uint8Array(count).fill(1),
  };
  const depthFactor = Float64Array.from({ length: count * 2 }, (_, e) =>
    e % 2 === 0 ? 1 : 1 - Math.floor(e / 2) / 200,
  );

  it("takes the 99th of a hundred of each market, with the bonus, and the depth that is exceeded as often", () => {
    const { tailSoldUsd, depthFactor: depth } = marginEvidence(STATE, { depthFactor }, outcome);
    expect([...tailSoldUsd]).to.deep.equal([0, 1.05 * 98, 0, 0]);
    expect([...depth]).to.deep.equal([1, 1 - 98 / 200]);
  });

  it("one scenario that did not end leaves every volume unknown", () => {
    const converged = outcome.converged.with(3, 0);
    expect(marginEvidence(STATE, { depthFactor }, { ...outcome, converged }).tailSoldUsd[MARKET_A]).to.be.NaN;
  });
});

describe("the systemic rule on the engine", () => {
  for (const [name, limits] of [
    ["leverage", { maxLeverageX: 1.03, backstopUsd: ample }],
    ["a backstop", { maxLeverageX: 100, backstopUsd: Float64Array.of(300, 1e9) }],
    ["both", { maxLeverageX: 1.05, backstopUsd: Float64Array.of(1e9, 200) }],
  ] as const) {
    it(`${name}: the thresholds keep within the limits, and one step more of any breaks one or is the ceiling`, () => {
      const { ltFrac } = systemicLts(STATE, ceiling, STEP, within(limits));
      const keeps = (lts: Float64Array) => {
        const changed = withLts(lts);
        const evars = limits.backstopUsd.every((usd, v) => evar(changed, v) <= usd * 1.001);
        return leverage(changed) <= limits.maxLeverageX && evars;
      };
      expect(keeps(ceiling)).to.equal(false);
      expect(keeps(ltFrac)).to.equal(true);
      for (const r of [MARKET_A, MARKET_B]) {
        expect(ltFrac[r]).to.be.within(0.01, ceiling[r]!);
        if (ltFrac[r] === ceiling[r]) continue;
        expect(within(limits)(withLts(ltFrac.with(r, ltFrac[r]! + STEP)))).to.equal(false);
      }
    });
  }

  it("a scarcer backstop, and a lower target, never allow a higher sum of thresholds", () => {
    const total = (limits: SystemLimits) => {
      const { ltFrac } = systemicLts(STATE, ceiling, STEP, within(limits));
      return ltFrac[MARKET_A]! + ltFrac[MARKET_B]!;
    };
    const byBackstop = [3_000, 300, 30].map((usd) =>
      total({ maxLeverageX: 100, backstopUsd: Float64Array.of(usd, usd) }),
    );
    const byTarget = [1.2, 1.05, 1.02].map((maxLeverageX) => total({ maxLeverageX, backstopUsd: ample }));
    for (const sums of [byBackstop, byTarget]) expect(sums).to.deep.equal([...sums].sort((a, b) => b - a));
    expect(byTarget[2]).to.be.lessThan(byTarget[0]!);
  });

  it("openingLtvs passes it on: binding, below the ceiling, and the open books' next step is run", () => {
    const evidence = {
      tailSoldUsd: new Float64Array(4),
      depthFactor: Float64Array.of(1, 1),
      within: within({ maxLeverageX: 1.03, backstopUsd: ample }),
    };
    const policy = { smartConfidence: 0, maxChangeFrac: 0.03, stepFrac: STEP };
    const { markets, atOnce } = openingLtvs(openBook(STATE), evidence, policy, CALIBRATION);
    const market = markets[MARKET_A]!;
    expect(market.binding).to.equal("systemic");
    expect(market.nextLtFrac).to.be.closeTo(0.77, 1e-12);
    // HF 1.02 times 0.77 / 0.8 is below 1, 1.07 is not.
    expect(market.fallen.accounts).to.equal(1);
    expect(atOnce.repaidUsd).to.be.greaterThan(0);
  });
});
