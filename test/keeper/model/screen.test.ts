import { expect } from "chai";
import fc from "fast-check";
import { openBook } from "../../../keeper/src/model/book.js";
import { LANES } from "../../../keeper/src/model/screen-kernel.js";
import { createScreen, screenLanes, takeLane } from "../../../keeper/src/model/screen.js";
import { createWatch } from "../../../keeper/src/model/watch.js";
import { seeded } from "./seeded.js";
import { syntheticState, type SyntheticSize } from "./synthetic-book.js";

const SIZE: SyntheticSize = { accounts: 1_000, assets: 12, held: 3, owed: 2, seed: 5, mixed: true };
/** What a bound may be off, to the safe side. */
const FLOAT32 = 3e-6;
const lanes = fc.array(
  fc.record({ seed: fc.nat(), fall: fc.double({ min: 0, max: 1, noNaN: true }), rises: fc.boolean() }),
  { minLength: 1, maxLength: LANES },
);

/** Prices of every asset by its own draw; no price is below 0. */
function pricesOf({ seed, fall, rises }: { seed: number; fall: number; rises: boolean }): Float64Array {
  const draw = seeded(seed);
  return Float64Array.from({ length: SIZE.assets }, () =>
    Math.max(0, 1 - fall * (rises ? draw.normal() : draw.uniform())),
  );
}

describe(screenLanes.name, () => {
  const book = openBook(syntheticState(SIZE));
  const screen = createScreen(book);
  const watch = createWatch(book.order.length, SIZE.assets);
  const { start, asset, usd, lt } = book.held;
  const hfAt = (rank: number, price: Float64Array): number => {
    let limit = 0;
    for (let e = start[rank]!; e < start[rank + 1]!; e++) limit += usd[e]! * lt[e]! * price[asset[e]!]!;
    return limit / book.owed.totalUsd[rank]!;
  };

  it("finds, in ascending order, whoever is below the limit at the lowest prices, and what they are worth now", () => {
    let found = 0;
    let spared = 0;
    fc.assert(
      fc.property(lanes, fc.constantFrom(1, 1.02), (drawn, hf) => {
        const prices = drawn.map(pricesOf);
        screenLanes(screen, book, prices, hf);
        prices.forEach((price, l) => {
          takeLane(watch, screen, l);
          const { low, dearest } = watch.reach;
          const dearestNow = Math.max(1, ...price.filter((_, k) => book.owed.asset.includes(k)));
          expect(low.every((lowest, k) => lowest <= price[k]!)).to.equal(true);
          expect(dearest).to.be.at.least(dearestNow);
          const among = new Set(watch.candidate.subarray(0, watch.count));
          expect([...among]).to.deep.equal([...among].sort((a, b) => a - b));
          const slackOf = (rank: number) => hfAt(rank, low) / (hf * dearest) - 1;
          const isWrong = (slack: number, rank: number) =>
            (slack < 0 && !among.has(rank)) || (slack > FLOAT32 && among.has(rank));
          expect(Array.from(book.order, (_, rank) => slackOf(rank)).findIndex(isWrong), `lane ${l}`).to.equal(-1);
          const floors = watch.floorHf.subarray(0, watch.count);
          const hfNow = Float64Array.from(among, (rank) => hfAt(rank, price) / dearestNow);
          const isNoFloor = (floor: number, c: number) => !(floor <= hfNow[c]! && floor >= hfNow[c]! * (1 - FLOAT32));
          expect(floors.findIndex(isNoFloor), `lane ${l}`).to.equal(-1);
          found += watch.count;
          spared += book.order.length - watch.count;
        });
      }),
      { seed: 20260417, numRuns: 25 },
    );
    expect(found).to.be.greaterThan(1_000);
    expect(spared).to.be.greaterThan(1_000);
  });
});
