import { expect } from "chai";
import { weightRows } from "../../../keeper/src/graph/backing.js";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { SystemState } from "../../../keeper/src/graph/system-state.js";
import { openBook } from "../../../keeper/src/model/book.js";
import { createCascade, runCascade } from "../../../keeper/src/model/cascade.js";
import { shockOfFeeds, splitFeeds } from "../../../keeper/src/model/oracle-feeds.js";
import {
  createOracles,
  moveOracles,
  PROMPT_ORACLE,
  resetOracles,
  type OracleRule,
} from "../../../keeper/src/model/oracle-rule.js";
import { oneAccount, PLAIN, TWO_VENUES } from "./run-small.js";
import { stateOf } from "./small-system.js";

const INF: DepthCurve = { kind: "inf" };
const NAV: OracleRule = { ...PROMPT_ORACLE, follows: "nav" };

/** Asset 0 the numeraire, 1 a base asset, 2 a staking token of it with a market of its own; two venues lend against 2. */
function staked(curves: readonly DepthCurve[] = [INF, INF, INF]): SystemState {
  const state = stateOf({
    ...oneAccount({ collateral: 0, debt: 0, lt: 0.8, bonus: 0.05 }),
    prices: [1, 1, 1],
    curves,
    collateral: [
      [0, 0, 100],
      [0, 0, 100],
    ],
    debt: [
      [78, 0, 0],
      [78, 0, 0],
    ],
    venue: [0, 1],
    lt: [
      [0.9, 0.8, 0.8],
      [0.9, 0.8, 0.8],
    ],
    bonus: [
      [0.05, 0.05, 0.05],
      [0.05, 0.05, 0.05],
    ],
    ...TWO_VENUES,
  });
  return { ...state, backing: weightRows(3, (j) => (j === 2 ? [[1, 1]] : [])), saleOrder: Int32Array.of(2, 1, 0) };
}

function oracle(rule: Partial<OracleRule>) {
  const feeds = {
    state: stateOf(oneAccount({ collateral: 1, debt: 0, lt: 1, bonus: 0 })),
    origin: Int32Array.of(0, 1),
  };
  const oracles = createOracles(feeds, [PROMPT_ORACLE, { ...PROMPT_ORACLE, ...rule }]);
  const answers = (prices: readonly number[], sec: (m: number) => number = () => 0) =>
    prices.map((price, m) => {
      moveOracles(oracles, Float64Array.of(1, price), sec(m));
      return oracles.answer[1]!;
    });
  return { oracles, answers };
}

describe(moveOracles.name, () => {
  it("default: the market, at once", () => {
    expect(oracle({}).answers([0.9, 0.95, 0.2])).to.deep.equal([0.9, 0.95, 0.2]);
  });

  it("behavior: a lag in rounds, of its own", () => {
    expect(oracle({ lagRounds: 2 }).answers([0.9, 0.8, 0.7, 0.6])).to.deep.equal([1, 1, 0.9, 0.8]);
  });

  it("behavior: moves only when the market is off by more than the threshold, of its last answer", () => {
    const { answers } = oracle({ deviationFrac: 0.0625 });
    expect(answers([0.9375, 0.9374, 0.88, 0.8788, 0.93])).to.deep.equal([1, 0.9374, 0.9374, 0.8788, 0.8788]);
  });

  it("behavior: or when the heartbeat has passed", () => {
    const { answers } = oracle({ deviationFrac: 0.05, heartbeatSec: 60 });
    expect(answers([0.99, 0.98, 0.97, 0.96], (m) => 30 * m)).to.deep.equal([1, 1, 0.97, 0.97]);
  });

  it("behavior: a capped price follows a stable down, and up only to the cap", () => {
    expect(oracle({ capMultiple: 1.04 }).answers([0.9, 1.03, 1.2])).to.deep.equal([0.9, 1.03, 1.04]);
  });

  it("behavior: the cap of a rate grows with time", () => {
    const feeds = { state: staked(), origin: Int32Array.of(0, 1, 2) };
    const rule = { ...NAV, capMultiple: 1.01, capGrowthPerSec: 0.001 };
    const oracles = createOracles(feeds, [PROMPT_ORACLE, PROMPT_ORACLE, rule]);
    const answer = (rate: number, nowSec: number) => {
      oracles.rate[2] = rate;
      moveOracles(oracles, Float64Array.of(1, 0.5, 0.3), nowSec);
      return oracles.answer[2]!;
    };
    expect(answer(1, 0)).to.equal(0.5);
    expect(answer(1.02, 0)).to.equal(0.505);
    expect(answer(1.02, 5)).to.be.closeTo(0.5075, 1e-15);
    expect(answer(0.9, 5)).to.equal(0.45);
  });

  it("behavior: a NAV oracle is as late as the base's oracle, and blind to the secondary market", () => {
    const feeds = { state: staked(), origin: Int32Array.of(0, 1, 2) };
    const oracles = createOracles(feeds, [PROMPT_ORACLE, { ...PROMPT_ORACLE, lagRounds: 1 }, NAV]);
    moveOracles(oracles, Float64Array.of(1, 0.8, 0.6), 0);
    expect(oracles.answer[2]).to.equal(1);
    moveOracles(oracles, Float64Array.of(1, 0.7, 0.3), 0);
    expect(oracles.answer[2]).to.equal(0.8);
  });

  it("error: RangeError for rules that cannot be followed", () => {
    const feeds = { state: staked(), origin: Int32Array.of(0, 1, 2) };
    const make = (rule: Partial<OracleRule>) => () =>
      createOracles(feeds, [PROMPT_ORACLE, { ...PROMPT_ORACLE, ...rule }, PROMPT_ORACLE]);
    expect(make({ lagRounds: 0.5 })).to.throw(RangeError, "lags 0.5 rounds");
    expect(make({ deviationFrac: 1 })).to.throw(RangeError, "threshold of 1");
    expect(make({ follows: "nav" })).to.throw(RangeError, "nothing is behind its asset");
    expect(() => createOracles(feeds, [])).to.throw(RangeError, "expected 3");
  });
});

describe(resetOracles.name, () => {
  it("shows every oracle a past of one price, and forgets the answers", () => {
    const { oracles, answers } = oracle({ lagRounds: 2 });
    answers([0.9, 0.8, 0.7]);
    resetOracles(oracles, Float64Array.of(1, 0.5));
    expect(oracles.answer[1]).to.equal(1);
    expect(answers([0.4, 0.3, 0.2])).to.deep.equal([0.5, 0.5, 0.4]);
  });
});

describe(splitFeeds.name, () => {
  const curves: DepthCurve[] = [INF, { kind: "exp", deltaUsd: 900 }, { kind: "exp", deltaUsd: 300 }];

  it("behavior: feeds change nothing while their oracles follow the market", () => {
    const plain = staked(curves);
    const feeds = splitFeeds(plain, [2, 5]);
    expect([...feeds.origin]).to.deep.equal([0, 1, 2, 2, 2]);
    const shock = { dropFrac: Float64Array.of(0, 0.04, 0.02), depthFactor: Float64Array.of(1, 1, 1) };
    const [one, other] = [plain, feeds.state].map((state, m) => {
      const book = openBook(state);
      const run = createCascade(book, 0);
      runCascade(book, m === 0 ? shock : shockOfFeeds(feeds, shock), PLAIN, run);
      return run;
    });
    expect([...other!.prices.price.subarray(0, 3)]).to.deep.equal([...one!.prices.price]);
    expect([...other!.prices.price.subarray(3)]).to.deep.equal([one!.prices.price[2], one!.prices.price[2]]);
    expect([...other!.repaidUsd]).to.deep.equal([...one!.repaidUsd]);
    expect(one!.repaidUsd[0]).to.be.greaterThan(0);
    expect(other!.rounds).to.equal(one!.rounds);
  });

  it("edge: what cannot be sold cannot be sold by another name", () => {
    const feeds = splitFeeds(staked([INF, INF, { kind: "none" }]), [5]);
    expect(feeds.state.assets[3]!.curve.kind).to.equal("none");
    expect(feeds.state.reserves.map(({ asset }) => asset)).to.deep.equal([0, 1, 2, 0, 1, 3]);
  });
});
