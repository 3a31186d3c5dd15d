import { expect } from "chai";
import fc from "fast-check";
import { openBook } from "../../../keeper/src/model/book.js";
import { clearClaims, supplierLosses, type Issuer } from "../../../keeper/src/model/claims.js";
import { FULL_RECOVERY } from "../../../keeper/src/model/clearing/clearing.js";
import { oneAccount } from "./run-small.js";
import { stateOf } from "./small-system.js";

const SEED = { seed: 20260214 } as const;

/** Assets 0 (the numeraire) and 1; by default an issuer owes numeraire. */
function issuer(faceUsd: number, outsideUsd: number, claims: readonly (readonly [number, number])[] = []): Issuer {
  return {
    asset: -1,
    reserve: -1,
    owes: 0,
    faceUsd,
    outside: [{ of: 0, usd: outsideUsd }],
    claims: claims.map(([of, usd]) => ({ of, usd })),
  };
}

function clear(
  issuers: readonly Issuer[],
  losses: readonly number[],
  price: readonly number[] = [1, 1],
  recovery = FULL_RECOVERY,
) {
  return clearClaims({ issuers, recovery }, Float64Array.from(price), Float64Array.from(losses));
}

function expectClose(actual: Float64Array, expected: readonly number[], tolerance = 1e-12): void {
  expect(actual.length).to.equal(expected.length);
  expected.forEach((value, m) => expect(actual[m]).to.be.closeTo(value, tolerance));
}

describe(clearClaims.name, () => {
  it("a reserve's loss is its suppliers' haircut", () => {
    const { haircutFrac, bestHaircutFrac, unique } = clear([issuer(100, 100)], [8]);
    expectClose(haircutFrac, [0.08]);
    expectClose(bestHaircutFrac, [0.08]);
    expect(unique).to.equal(true);
  });

  it("goes on to who holds the receipt, by what share of it is that receipt", () => {
    const vault = issuer(200, 150, [[0, 50]]);
    expectClose(clear([issuer(100, 100), vault], [40, 0]).haircutFrac, [0.4, 0.1]);
  });

  it("nothing lost, nothing cut; more lost than owned, all of it", () => {
    expectClose(clear([issuer(100, 100)], [0]).haircutFrac, [0]);
    expectClose(clear([issuer(100, 100)], [500]).haircutFrac, [1]);
    expectClose(clear([issuer(0, 0)], [0]).haircutFrac, [0]);
  });

  it("an issuer with more than it owes bears the first loss itself", () => {
    expectClose(clear([issuer(100, 110)], [10]).haircutFrac, [0]);
    expectClose(clear([issuer(100, 110)], [15]).haircutFrac, [0.05]);
  });

  it("a stable owes dollars against a backing that falls; a receipt owes what it holds", () => {
    const backed = { ...issuer(100, 0), outside: [{ of: 1, usd: 120 }] };
    expectClose(clear([backed], [0], [1, 0.9]).haircutFrac, [0]);
    expectClose(clear([backed], [0], [1, 0.5]).haircutFrac, [0.4]);
    expectClose(clear([{ ...backed, owes: 1, faceUsd: 120 }], [0], [1, 0.5]).haircutFrac, [0]);
  });

  it("edge: A backed by B backed by A: greatest = face, least = outside backing only", () => {
    // Eisenberg and Noe 2001, appendix 2: any t(1,1) clears without outside assets.
    const hollow = clear([issuer(1, 0, [[1, 1]]), issuer(1, 0, [[0, 1]])], [0, 0]);
    expectClose(hollow.bestHaircutFrac, [0, 0]);
    expectClose(hollow.haircutFrac, [1, 1]);
    expect(hollow.unique).to.equal(false);
    const backed = clear([issuer(1, 0.01, [[1, 1]]), issuer(1, 0, [[0, 1]])], [0, 0]);
    expectClose(backed.haircutFrac, [0, 0]);
    expect(backed.unique).to.equal(true);
  });

  it("costs of failing make more than one end: Rogers and Veraart 2013, example 3.3", () => {
    const pair = [issuer(2.2, 1, [[1, 2.2]]), issuer(2.2, 1, [[0, 2.2]])];
    const cleared = clear(pair, [0, 0], [1, 1], { externalFrac: 0.5, claimFrac: 0.5 });
    expectClose(cleared.bestHaircutFrac, [0, 0]);
    expectClose(cleared.haircutFrac, [1 - 1 / 2.2, 1 - 1 / 2.2]);
    expect(cleared.unique).to.equal(false);
  });

  it("a loss in a circle with holders outside is shared with them", () => {
    // Half of each claim is within the circle: p_A = 60 - 30 + p_B/2 and p_B = 48.75 + p_A/2.
    const circle = [issuer(112.5, 60, [[1, 52.5]]), issuer(105, 48.75, [[0, 56.25]])];
    const { haircutFrac } = clear(circle, [30, 0]);
    const a = (30 + 48.75 / 2) / (1 - 1 / 4);
    expectClose(haircutFrac, [1 - a / 112.5, 1 - (48.75 + a / 2) / 105]);
  });

  it("error: RangeError for more claims than there are, or losses of others", () => {
    expect(() => clear([issuer(1, 0), issuer(5, 0, [[0, 3]])], [0, 0])).to.throw(
      RangeError,
      "expected at most its face",
    );
    expect(() => clear([issuer(1, 0)], [])).to.throw(RangeError, "one per issuer");
  });

  const usd = fc.double({ min: 0, max: 100, noNaN: true });
  const layers = fc
    .record({
      outside: fc.array(usd, { minLength: 1, maxLength: 6 }),
      shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 36, maxLength: 36 }),
      faces: fc.array(fc.double({ min: 1, max: 200, noNaN: true }), { minLength: 6, maxLength: 6 }),
      losses: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
    })
    .map(({ outside, shares, faces, losses }) => {
      const n = outside.length;
      // Holder m holds a random share of each issuer's face; an issuer's shares never exceed 1 together.
      const claim = (of: number, holder: number) => (of === holder ? 0 : (faces[of]! * shares[of * 6 + holder]!) / n);
      const issuers = outside.map((own, holder) =>
        issuer(
          faces[holder]!,
          own,
          outside.map((_, of) => [of, claim(of, holder)] as const),
        ),
      );
      return { issuers, losses: outside.map((own, m) => own * losses[m]!) };
    });

  it("agrees with plain iteration from above and below, greatest at least the least, no more than is there", () => {
    const property = fc.property(layers, ({ issuers, losses }) => {
      const cleared = clear(issuers, losses);
      const above = iterate(
        issuers,
        losses,
        issuers.map(({ faceUsd }) => faceUsd),
      );
      const below = iterate(
        issuers,
        losses,
        issuers.map(() => 0),
      );
      issuers.forEach(({ faceUsd }, m) => {
        expect(faceUsd * (1 - cleared.bestHaircutFrac[m]!)).to.be.closeTo(above[m]!, 1e-7 * faceUsd);
        expect(faceUsd * (1 - cleared.haircutFrac[m]!)).to.be.closeTo(below[m]!, 1e-7 * faceUsd);
        expect(cleared.haircutFrac[m]!).to.be.at.least(cleared.bestHaircutFrac[m]! - 1e-12);
      });
      expect(cleared.converged).to.equal(true);
    });
    fc.assert(property, SEED);
  });

  it("haircuts rise with losses", () => {
    const property = fc.property(layers, fc.double({ min: 0, max: 1, noNaN: true }), ({ issuers, losses }, less) => {
      const light = clear(
        issuers,
        losses.map((x) => x * less),
      );
      clear(issuers, losses).haircutFrac.forEach((cut, m) => expect(cut).to.be.at.least(light.haircutFrac[m]! - 1e-9));
    });
    fc.assert(property, SEED);
  });
});

/** `p <- min(face, outside - loss + what others pay)`, again and again. */
function iterate(issuers: readonly Issuer[], losses: readonly number[], start: readonly number[]): number[] {
  let paid = [...start];
  for (let t = 0; t < 3_000; t++) {
    paid = issuers.map(({ faceUsd, outside, claims }, m) => {
      const others = claims.reduce((sum, { of, usd }) => sum + (usd * paid[of]!) / issuers[of]!.faceUsd, 0);
      return Math.min(faceUsd, Math.max(0, outside[0]!.usd - losses[m]!) + others);
    });
  }
  return paid;
}

describe(supplierLosses.name, () => {
  const book = openBook(
    stateOf({
      ...oneAccount({ collateral: 1, debt: 0, lt: 0.8, bonus: 0.05 }),
      collateral: [
        [0, 1],
        [0, 1],
      ],
      debt: [
        [60, 0],
        [20, 40],
      ],
      venue: [0, 0],
    }),
  );

  it("sorts what was written off by reserve, at today's price of the debt", () => {
    const { badDebtUsd, lossUsd } = supplierLosses(
      book,
      Float64Array.of(0.5, 0.25),
      Float64Array.of(1, 0.9),
      Float64Array.of(0),
    );
    expect([...badDebtUsd]).to.deep.equal([35, 9]);
    expect([...lossUsd]).to.deep.equal([35, 9]);
  });

  it("insurance pays every reserve of its venue the same share, and no more than was lost", () => {
    const half = supplierLosses(book, Float64Array.of(0.5, 0.25), Float64Array.of(1, 1), Float64Array.of(22.5));
    expect([...half.lossUsd]).to.deep.equal([17.5, 5]);
    const rich = supplierLosses(book, Float64Array.of(0.5, 0.25), Float64Array.of(1, 1), Float64Array.of(1e6));
    expect([[...rich.lossUsd], [...rich.insurancePaidUsd]]).to.deep.equal([[0, 0], [45]]);
  });
});
