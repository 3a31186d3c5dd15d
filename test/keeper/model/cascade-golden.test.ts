import { expect } from "chai";
import { readFileSync } from "node:fs";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { openBook, type Book } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade, type Cascade } from "../../../keeper/src/model/cascade.js";
import { latentBadDebtUsd } from "../../../keeper/src/model/latent.js";
import { jacobian } from "../../../keeper/src/model/sensitivity/jacobian.js";
import { spectralRadius } from "../../../keeper/src/model/sensitivity/spectral.js";
import { PLAIN } from "./run-small.js";
import { stateOf, type SmallSystem } from "./small-system.js";

interface GoldenSystem {
  p0: number[];
  C: number[][];
  D: number[][];
  venue: number[];
  LT: number[][];
  bonus: number[][];
  cf: number[];
  cf_full_hf: number[];
  dust: number[];
  depth: [string, Record<string, number>][];
}

interface GoldenRun {
  system: string;
  shock: number[];
  latency: number;
  resilience: number;
  out: {
    price: number[];
    rounds: number;
    liquidated: number[];
    bonus_paid: number;
    bad_debt: number[];
    latent_bad_debt: number[];
    L1: number;
    Linf: number;
    M: number;
    Q: number[];
  };
}

interface Golden {
  systems: Record<string, GoldenSystem>;
  runs: GoldenRun[];
  jacobians: { system: string; J_h1pct: number[][]; J_h5pct: number[][]; rho_h5: number }[];
}

const golden = JSON.parse(readFileSync("test/vectors/cascade_golden.json", "utf8")) as Golden;

/** An independent slow engine made these numbers: see PROVENANCE in the file. */
describe("runCascade against the golden systems", () => {
  golden.runs.forEach((run, r) => {
    it(`run ${r}: ${run.system}, shock ${run.shock.join("/")}, lag ${run.latency}, keep ${run.resilience}`, () => {
      const system = smallSystem(golden.systems[run.system]!);
      const book = openBook(stateOf(system));
      const cascade = cascadeOf(book, run);
      const { out } = run;
      expectClose(
        Array.from(cascade.prices.price, (x, k) => x * system.prices[k]!),
        out.price,
      );
      expectClose(soldUnits(cascade, system.prices), out.Q);
      expectClose(
        perVenue(book, (rank) => cascade.repaidUsd[rank]!),
        out.liquidated,
      );
      expectClose(
        perVenue(book, (rank) => cascade.badDebtUsd[rank]!),
        out.bad_debt,
      );
      expectClose(
        perVenue(book, (rank) => latentBadDebtUsd(book, cascade, rank)),
        out.latent_bad_debt,
      );
      expectClose([cascade.bonusUsd], [out.bonus_paid]);
      expect(cascade.rounds).to.equal(out.rounds);
      expect(cascade.converged).to.equal(true);
      const losses = lossesOf(book, run.shock, cascade);
      expectClose(losses, [out.L1, out.Linf]);
      expectClose([losses[1]! / losses[0]!], [out.M]);
    });
  });
});

describe("jacobian against the golden systems", () => {
  for (const { system, J_h1pct, J_h5pct, rho_h5 } of golden.jacobians) {
    it(system, () => {
      const book = openBook(stateOf(smallSystem(golden.systems[system]!)));
      const run = createCascade(book, 0);
      expectClose([...jacobian(book, run, { windowFrac: 0.01, rules: PLAIN })], J_h1pct.flat());
      const wide = jacobian(book, run, { windowFrac: 0.05, rules: PLAIN });
      expectClose([...wide], J_h5pct.flat());
      expectClose([spectralRadius(wide, J_h5pct.length).radius], [rho_h5]);
    });
  }
});

function smallSystem(g: GoldenSystem): SmallSystem {
  return {
    prices: g.p0,
    curves: g.depth.map(curveOf),
    collateral: g.C,
    debt: g.D,
    venue: g.venue,
    lt: g.LT,
    bonus: g.bonus,
    closeFactor: g.cf,
    fullCloseHf: g.cf_full_hf,
    dustUsd: g.dust,
  };
}

function curveOf([family, p]: [string, Record<string, number>]): DepthCurve {
  if (family === "inf") return { kind: "inf" };
  if (family === "exp") return { kind: "exp", deltaUsd: p["delta"]! };
  if (family === "cpmm") return { kind: "cpmm", reserveUsd: p["R"]! };
  if (family === "sqrt") return { kind: "sqrt", y: p["Y"]!, sigma: p["sigma"]!, volumeUsd: p["V"]! };
  throw new Error(`unknown family ${family}`);
}

function cascadeOf(book: Book, run: GoldenRun): Cascade {
  const cascade = createCascade(book, run.latency);
  const shock = {
    dropFrac: Float64Array.from(run.shock),
    depthFactor: new Float64Array(run.shock.length).fill(1),
  };
  runCascade(book, shock, { ...PLAIN, latencyRounds: run.latency, keepFrac: run.resilience }, cascade);
  return cascade;
}

function soldUnits(cascade: Cascade, prices: readonly number[]): number[] {
  return prices.map((p, k) => (cascade.prices.temporaryUsd[k]! + cascade.prices.permanentUsd[k]!) / p);
}

function perVenue(book: Book, value: (rank: number) => number): number[] {
  const sums = book.state.venues.map(() => 0);
  book.venue.forEach((v, rank) => (sums[v] = sums[v]! + value(rank)));
  return sums;
}

function lossesOf(book: Book, shock: readonly number[], cascade: Cascade): number[] {
  let first = 0;
  let full = 0;
  book.state.collateral.asset.forEach((k, e) => {
    first += book.state.collateral.usd[e]! * shock[k]!;
    full += book.state.collateral.usd[e]! * (1 - cascade.prices.price[k]!);
  });
  return [first, full];
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, k) => expect(actual[k]!).to.be.closeTo(value, 1e-9 * Math.max(1, Math.abs(value))));
}
