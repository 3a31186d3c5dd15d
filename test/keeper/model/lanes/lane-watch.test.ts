import { expect } from "chai";
import fc from "fast-check";
import { openBook } from "../../../../keeper/src/model/book.js";
import { LANES, LIST } from "../../../../keeper/src/model/lanes/lane-memory.js";
import {
  createLaneWatch,
  findDue,
  followLanes,
  settleLane,
  startLanes,
  type LaneWatch,
} from "../../../../keeper/src/model/lanes/lane-watch.js";
import { seeded } from "../seeded.js";
import { stateOf, type SmallSystem } from "../small-system.js";
import { syntheticState, type SyntheticSize } from "../synthetic-book.js";

const SIZE: SyntheticSize = { accounts: 1_000, assets: 12, held: 3, owed: 2, seed: 5, mixed: true };
/** What a bound may be off, to the safe side. */
const FLOAT32 = 6e-6;
const SEED = { seed: 20260417, numRuns: 25 } as const;
const lane = fc.record({ seed: fc.nat(), fall: fc.double({ min: 0, max: 1, noNaN: true }), rises: fc.boolean() });
const lanes = fc.array(lane, { minLength: 1, maxLength: LANES });

describe("a watch of lanes", () => {
  const book = openBook(syntheticState(SIZE));
  const watch = createLaneWatch(book);
  const { held, owed } = book;
  const sumAt = ({ start, asset }: typeof owed, rank: number, price: Float64Array, usd: (e: number) => number) => {
    let sum = 0;
    for (let e = start[rank]!; e < start[rank + 1]!; e++) sum += usd(e) * price[asset[e]!]!;
    return sum;
  };
  const limitAt = (rank: number, price: Float64Array) => sumAt(held, rank, price, (e) => held.usd[e]! * held.lt[e]!);
  const debtAt = (rank: number, price: Float64Array) => sumAt(owed, rank, price, (e) => owed.usd[e]!);
  const hfAt0 = (rank: number, price: Float64Array) => limitAt(rank, price) / owed.totalUsd[rank]!;

  it("starts from whoever some lane's lowest prices bring below its limit, and what they are worth now", () => {
    let [found, spared] = [0, 0];
    fc.assert(
      fc.property(lanes, fc.constantFrom(1, 1.02), (drawn, hf) => {
        const prices = drawn.map(pricesOf);
        expect(startLanes(watch, book, prices, hf)).to.equal(0);
        const { rank, floor } = watch.memory;
        const candidates = [...rank.subarray(0, watch.count)];
        expect(candidates).to.deep.equal([...candidates].sort((a, b) => a - b));
        const among = new Set(candidates);
        const slackOf = (m: number, l: number) => hfAt0(m, watch.reach[l]!.low) / (hf * watch.reach[l]!.dearest) - 1;
        for (let m = 0; m < book.order.length; m++) {
          const slack = Math.min(...prices.map((_, l) => slackOf(m, l)));
          if (among.has(m)) expect(slack).to.be.at.most(FLOAT32);
          else expect(slack).to.be.at.least(0);
        }
        prices.forEach((price, l) => {
          expect(watch.reach[l]!.low.every((lowest, k) => lowest <= price[k]!)).to.equal(true);
          const dearest = Math.max(1, ...price.filter((_, k) => owed.asset.includes(k)));
          candidates.forEach((m, c) => expectFloor(floor[LANES * c + l]!, hfAt0(m, price) / dearest));
        });
        found += watch.count;
        spared += book.order.length - watch.count;
      }),
      SEED,
    );
    expect(found).to.be.greaterThan(1_000);
    expect(spared).to.be.greaterThan(1_000);
  });

  it("finds everybody who is below the health factor asked for, and hardly anybody else", () => {
    let [due, safe] = [0, 0];
    fc.assert(
      fc.property(lanes, fc.nat(), (drawn, seed) => {
        const draw = seeded(seed);
        const started = drawn.map((each) => pricesOf({ ...each, fall: each.fall / 2 }));
        startLanes(watch, book, started, 1);
        const left = new Map<string, { collateral: number; debt: number }>();
        for (let c = 0; c < watch.count; c++) {
          for (let l = 0; l < drawn.length; l++) {
            if (draw.uniform() < 0.8) continue;
            const remainder = { collateral: draw.uniform(), debt: draw.uniform() };
            left.set(`${c} ${l}`, remainder);
            settleLane(watch, { c, l }, 0, remainder);
          }
        }
        const moved = started.map((price) => price.map((multiple) => multiple * (0.97 + 0.05 * draw.uniform())));
        const outside = followLanes(watch, book, moved, 1);
        const found = dueOf(watch, drawn.length);
        moved.forEach((price, l) => {
          if (((outside >>> l) & 1) === 1) return void expect(found[l]!.size).to.equal(0);
          for (let c = 0; c < watch.count; c++) {
            const m = watch.memory.rank[c]!;
            const { collateral, debt } = left.get(`${c} ${l}`) ?? { collateral: 1, debt: 1 };
            const hf = (limitAt(m, price) * collateral) / (debtAt(m, price) * debt);
            if (hf < 1) expect(found[l]!.has(c)).to.equal(true);
            if (found[l]!.has(c)) expect(hf).to.be.at.most(1 + FLOAT32);
            if (found[l]!.has(c)) due++;
            else safe++;
          }
        });
      }),
      SEED,
    );
    expect(due).to.be.greaterThan(500);
    expect(safe).to.be.greaterThan(1_000);
  });

  it("says which lanes have moved so far that they have to look anew, and keeps floors over their drift", () => {
    const lent = openBook(stateOf(oneLoan(50)));
    const small = createLaneWatch(lent);
    startLanes(small, lent, [Float64Array.of(1, 1), Float64Array.of(1, 1)], 1);
    const dearer = [Float64Array.of(1, 4), Float64Array.of(1, 1e4)];
    expect(followLanes(small, lent, dearer, 1)).to.equal(0b10);
    settleLane(small, { c: 0, l: 0 }, 3, { collateral: 1, debt: 1 });
    expect(small.memory.floor[0]).to.equal(3 / (1 / 4));
  });

  it("finds nobody in a lane that takes no part, not even where a bound is no number", () => {
    const lent = openBook(stateOf(oneLoan(1e-45)));
    const small = createLaneWatch(lent);
    const [nothing, same] = [Float64Array.of(1, 0), Float64Array.of(1, 1)];
    startLanes(small, lent, [nothing, same], 1);
    followLanes(small, lent, [nothing, same], 1);
    expect(dueOf(small, 2).map(({ size }) => size)).to.deep.equal([1, 0]);
    followLanes(small, lent, [null, same], 1);
    expect(dueOf(small, 2).map(({ size }) => size)).to.deep.equal([0, 0]);
  });

  it("says which lanes' prices float32 cannot hold, and leaves them out", () => {
    const at = (price: number) => new Float64Array(SIZE.assets).fill(price);
    const prices = [at(1), at(1e-13), at(1e13), at(0), at(1)];
    expect(startLanes(watch, book, prices, 1)).to.equal(0b00110);
    expect(followLanes(watch, book, [at(1), null, null, at(1e-13), null], 1)).to.equal(0b01000);
    expect(dueOf(watch, LANES).map(({ size }) => size > 0)).to.deep.equal([true, ...new Array<boolean>(7).fill(false)]);
  });
});

/** 100 of asset 1, which nobody owes, against `debt` of asset 0. */
function oneLoan(debt: number): SmallSystem {
  return {
    prices: [1, 1],
    curves: [{ kind: "inf" }, { kind: "exp", deltaUsd: 1_000 }],
    collateral: [[0, 100]],
    debt: [[debt, 0]],
    venue: [0],
    lt: [[0.8, 0.8]],
    bonus: [[0, 0]],
    closeFactor: [1],
    fullCloseHf: [0.95],
    dustUsd: [0],
  };
}

/** Prices of every asset by its own draw; no price is below 0. */
function pricesOf({ seed, fall, rises }: { seed: number; fall: number; rises: boolean }): Float64Array {
  const draw = seeded(seed);
  return Float64Array.from({ length: SIZE.assets }, () =>
    Math.max(0, 1 - fall * (rises ? draw.normal() : draw.uniform())),
  );
}

function expectFloor(floor: number, hf: number): void {
  if (!(floor <= hf && floor >= hf * (1 - FLOAT32))) expect.fail(`floor ${floor} of ${hf}`);
}

/** By lane, candidates who are due. */
function dueOf(watch: LaneWatch, count: number): Set<number>[] {
  const found = Array.from({ length: count }, () => new Set<number>());
  while (findDue(watch)) {
    const { due, dueInLane, counts } = watch.memory;
    found.forEach((candidates, l) => {
      for (const d of dueInLane.subarray(LIST * l, LIST * l + counts[l]!)) candidates.add(due[d]!);
    });
  }
  return found;
}
