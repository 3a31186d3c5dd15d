import { expect } from "chai";
import { readFileSync } from "node:fs";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { predictedChain, type ChainLink, type ChainTerms } from "../../../keeper/src/model/predicted-chain.js";
import { stateOf, type SmallSystem } from "./small-system.js";

interface T4 {
  readonly T4_cpmm_profit_cap: { reserve: number; bonus: number; x_max: number; profit_at_half: number };
  readonly T4_cpmm_profit_argmax: { x_star_closed: number };
}
const { cases } = JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as { cases: T4 };
const { reserve, bonus, x_max: most, profit_at_half: atHalf } = cases.T4_cpmm_profit_cap;
const POOL: DepthCurve = { kind: "cpmm", reserveUsd: reserve };
const TERMS: ChainTerms = { limit: 10, gasUsd: 0, capacityUsd: Float64Array.of(Infinity), sizing: "break-even" };

/** Accounts that owe `debts` of the numeraire against 1.5 times as much of one asset, closed whole. */
function chainOf(
  debts: readonly number[],
  sweep: { readonly hits: readonly number[]; readonly rounds: readonly number[]; readonly count: number },
  rest: {
    readonly curve?: DepthCurve;
    readonly terms?: Partial<ChainTerms>;
    readonly system?: Partial<SmallSystem>;
  } = {},
): ChainLink[] {
  const system: SmallSystem = {
    prices: [1, 1],
    curves: [{ kind: "inf" }, rest.curve ?? POOL],
    collateral: debts.map((debt) => [0, 1.5 * debt]),
    debt: debts.map((debt) => [debt, 0]),
    venue: debts.map(() => 0),
    lt: [[0, 0.8]],
    bonus: [[0, bonus]],
    closeFactor: [1],
    fullCloseHf: [0.95],
    dustUsd: [0],
    ...rest.system,
  };
  const outcome = {
    hits: Uint32Array.from(sweep.hits),
    triggerRounds: Uint32Array.from(sweep.hits, (hits, i) => hits * sweep.rounds[i]!),
    repaidUsd: new Float64Array(sweep.count),
  };
  const depthFactor = new Float64Array(system.prices.length).fill(1);
  return predictedChain(openBook(stateOf(system)), outcome, depthFactor, { ...TERMS, ...rest.terms });
}

describe(predictedChain.name, () => {
  it("orders by round, then by profit; the probability is the share of scenarios", () => {
    const chain = chainOf([10, 20, 5, 8], { hits: [30, 30, 60, 0], rounds: [1, 2, 2, 1], count: 120 });
    expect(chain.map(({ account, round, probability }) => [account, round, probability])).to.deep.equal([
      [0, 1, 0.25],
      [1, 2, 0.25],
      [2, 2, 0.5],
    ]);
    expect(chain[0]!.healthFactor).to.be.closeTo(1.2, 1e-12);
  });

  it("looks at those with the largest expected debt", () => {
    const sweep = { hits: [30, 10, 20], rounds: [1, 1, 2], count: 100 };
    const chain = chainOf([10, 20, 16], sweep, { terms: { limit: 2 } });
    expect(chain.map(({ account }) => account)).to.deep.equal([0, 2]);
  });

  it("T4: alone, an account earns what the pool leaves, and beyond x_max it is stranded", () => {
    const [half] = chainOf([most / 2], { hits: [1], rounds: [1], count: 1 });
    expect(half!.profitUsd).to.be.closeTo(atHalf, 1e-9);
    expect(half!.strandedUsd).to.equal(0);
    const [large] = chainOf([100], { hits: [1], rounds: [1], count: 1 });
    expect(large!.repaidUsd).to.be.closeTo(most, 1e-6);
    expect(large!.strandedUsd).to.be.closeTo(100 - most, 1e-6);
    const [best] = chainOf([100], { hits: [1], rounds: [1], count: 1 }, { terms: { sizing: "best" } });
    expect(best!.repaidUsd).to.be.closeTo(cases.T4_cpmm_profit_argmax.x_star_closed, 1e-4);
  });

  it("a later round sells into what earlier ones have left: together they cannot take more than the pool pays", () => {
    const both = { hits: [1, 1], rounds: [1, 2], count: 1 };
    const [first, second] = chainOf([20, 20], both);
    expect(first!.repaidUsd).to.equal(20);
    // v = 21 is sold: the rest of 20 pays while (v'/(v'+R)) R - 1000 * 21/1021 - x >= 0, v' = 21 + 1.05 x.
    const earned = (x: number) => (1_000 * (21 + 1.05 * x)) / (1_021 + 1.05 * x) - 21_000 / 1_021 - x;
    expect(second!.profitUsd).to.be.closeTo(Math.max(0, earned(second!.repaidUsd)), 1e-9);
    expect(second!.repaidUsd).to.be.lessThan(20);
    expect(earned(second!.repaidUsd * 1.01)).to.be.lessThan(0);
    expect(second!.strandedUsd).to.be.closeTo(20 - second!.repaidUsd, 1e-12);
  });

  it("the round is the mean of those that hit it, to nearest", () => {
    const state = stateOf({
      prices: [1, 1],
      curves: [{ kind: "inf" }, POOL],
      collateral: [[0, 15]],
      debt: [[10, 0]],
      venue: [0],
      lt: [[0, 0.8]],
      bonus: [[0, 0.05]],
      closeFactor: [0.5],
      fullCloseHf: [0.95],
      dustUsd: [0],
    });
    const sweep = { hits: Uint32Array.of(4), triggerRounds: Uint32Array.of(7), repaidUsd: new Float64Array(10) };
    const [link] = predictedChain(openBook(state), sweep, Float64Array.of(1, 1), TERMS);
    expect([link!.round, link!.probability, link!.dueUsd]).to.deep.equal([2, 0.4, 5]);
  });

  it("edge: gas, no market, dust that is closed whole, nobody hit", () => {
    const hit = { hits: [1], rounds: [1], count: 1 };
    const [dear] = chainOf([10], hit, { terms: { gasUsd: 1 } });
    expect(dear).to.include({ repaidUsd: 0, profitUsd: 0, strandedUsd: 10 });
    const [unsold] = chainOf([10], hit, { curve: { kind: "none" } });
    expect(unsold).to.include({ repaidUsd: 0, profitUsd: 0, dueUsd: 10, strandedUsd: 10 });
    const [half] = chainOf([10], hit, { system: { closeFactor: [0.5] } });
    const [dust] = chainOf([10], hit, { system: { closeFactor: [0.5], dustUsd: [10] } });
    expect([half!.dueUsd, dust!.dueUsd]).to.deep.equal([5, 10]);
    expect(chainOf([10], { ...hit, hits: [0] })).to.deep.equal([]);
  });

  it("a debt asset that is not the numeraire has to be bought, and its own market takes part of the bonus", () => {
    const bought = {
      curves: [{ kind: "inf" }, POOL, POOL] as const,
      prices: [1, 1, 1],
      collateral: [[0, 15, 0]],
      debt: [[0, 0, 10]],
      lt: [[0, 0.8, 0.8]],
      bonus: [[0, bonus, bonus]],
    };
    const [link] = chainOf([10], { hits: [1], rounds: [1], count: 1 }, { system: bought, terms: {} });
    expect(link!.profitUsd).to.be.closeTo((1_000 * 10.5) / 1_010.5 - (1_000 * 10) / 990, 1e-9);
  });
});
