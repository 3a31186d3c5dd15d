import { expect } from "chai";
import fc from "fast-check";
import {
  getSqrtRatioAtTick,
  getTickAtSqrtRatio,
  MAX_SQRT_RATIO,
  MAX_TICK,
  MIN_SQRT_RATIO,
  MIN_TICK,
} from "../../../../keeper/src/graph/uniswap-v3/tick-math.js";
import { sqrtPriceAt, tickAt } from "./slow-swap.js";

const SEED = { seed: 20260214 } as const;
const ticks = fc.integer({ min: MIN_TICK, max: MAX_TICK });

describe("getSqrtRatioAtTick", () => {
  it("property: the factors to 128 bits, multiplied as the pool does", () => {
    fc.assert(
      fc.property(ticks, (tick) => {
        expect(getSqrtRatioAtTick(tick)).to.equal(sqrtPriceAt(tick));
      }),
      { ...SEED, numRuns: 2_000 },
    );
  });

  it("default: TickMath's published extremes", () => {
    expect([getSqrtRatioAtTick(MIN_TICK), getSqrtRatioAtTick(MAX_TICK)]).to.deep.equal([
      MIN_SQRT_RATIO,
      MAX_SQRT_RATIO,
    ]);
    expect([sqrtPriceAt(MIN_TICK), sqrtPriceAt(MAX_TICK)]).to.deep.equal([MIN_SQRT_RATIO, MAX_SQRT_RATIO]);
    expect([getSqrtRatioAtTick(0), sqrtPriceAt(0)]).to.deep.equal([1n << 96n, 1n << 96n]);
  });

  it("error: RangeError outside of the ticks, and between them", () => {
    for (const tick of [MIN_TICK - 1, MAX_TICK + 1, 0.5, NaN]) {
      expect(() => getSqrtRatioAtTick(tick)).to.throw(RangeError, "expected an integer within");
    }
  });
});

describe("getTickAtSqrtRatio", () => {
  it("property: a tick's own price gives the tick, one less the tick below", () => {
    fc.assert(
      fc.property(fc.integer({ min: MIN_TICK + 1, max: MAX_TICK - 1 }), (tick) => {
        const price = sqrtPriceAt(tick);
        expect([getTickAtSqrtRatio(price), getTickAtSqrtRatio(price - 1n)]).to.deep.equal([tick, tick - 1]);
      }),
      { ...SEED, numRuns: 2_000 },
    );
  });

  it("property: any price gives what bisection gives", () => {
    const bits = fc.integer({ min: 33, max: 158 });
    fc.assert(
      fc.property(bits, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (length, mantissa) => {
        const price = (1n << BigInt(length)) + ((mantissa << BigInt(length)) >> 64n);
        expect(getTickAtSqrtRatio(price)).to.equal(tickAt(price));
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  it("error: RangeError where no pool can be", () => {
    for (const price of [0n, MIN_SQRT_RATIO - 1n, MAX_SQRT_RATIO]) {
      expect(() => getTickAtSqrtRatio(price)).to.throw(RangeError, "expected");
    }
    expect(getTickAtSqrtRatio(MIN_SQRT_RATIO)).to.equal(MIN_TICK);
    expect(getTickAtSqrtRatio(MAX_SQRT_RATIO - 1n)).to.equal(MAX_TICK - 1);
  });
});
