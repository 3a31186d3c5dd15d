import { expect } from "chai";
import fc from "fast-check";
import { backingOf } from "../../../keeper/src/graph/backing.js";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { lookThrough } from "../../../keeper/src/graph/look-through.js";
import { marketRules } from "../../../keeper/src/model/calibration.js";
import type { AssetState, Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { toUnitsDown } from "../../../keeper/src/units.js";
import { shippedCalibration } from "../model/calibration-file.js";
import { GEM, marketSnapshot, STETH, USDC, WETH } from "../model/snapshot-fixture.js";

const solve = (rows: readonly (readonly number[])[]) => lookThrough(Float64Array.from(rows.flat()), rows.length);

describe("lookThrough", () => {
  it("default: shares of a pool, of a vault on it and a receipt for that are units of what the pool holds", () => {
    const { units, circular, depth } = solve([
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0.5, 800, 0, 0, 0],
      [0, 0, 1.1, 0, 0],
      [0.25, 0, 0, 1, 0],
    ]);
    expect(circular).to.deep.equal([]);
    expect([...depth]).to.deep.equal([0, 0, 1, 2, 3]);
    expectClose([...units.subarray(20, 22)], [0.25 + 1.1 * 0.5, 1.1 * 800]);
  });

  it("behavior: agrees with adding up ever longer chains of claims, self-loops and circles included", () => {
    const row = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 0.24, noNaN: true })), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.tuple(row, row, row, row), row, (inside, outside) => {
        const rows = [[0, 0, 0, 0, 0], ...inside.map((claims, j) => [outside[j]!, ...claims])];
        const { units, circular } = solve(rows);
        expect(circular).to.deep.equal([]);
        const slow = chainsAddedUp(rows);
        for (let j = 1; j < 5; j++) {
          const claims = rows[j]!.some((x) => x > 0);
          expectClose([units[j * 5]!], [claims ? slow[j]! : 0]);
        }
      }),
      { seed: 20261201 },
    );
  });

  it("behavior: a pool share that is in its own pool divides by what is not its own", () => {
    const { units, depth } = solve([
      [0, 0],
      [0.5, 0.3],
    ]);
    expectClose([units[2]!], [0.5 / 0.7]);
    expect(depth[1]).to.equal(1);
  });

  it("edge: a token that claims all of itself, or more, is worth what is outside of it", () => {
    for (const own of [1, 1.5]) {
      const { units, circular, claims } = solve([
        [0, 0],
        [0.2, own],
      ]);
      expect(circular).to.deep.equal([1]);
      expect([...units]).to.deep.equal([1, 0, 0.2, 0]);
      expect([...claims]).to.deep.equal([0, 0, 0.2, 0]);
    }
  });

  it("edge: tokens that back each other with nothing outside are worth nothing, and so is that part of others", () => {
    const { units, circular } = solve([
      [0, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 1, 0, 0],
      [0.5, 0.5, 0, 0],
    ]);
    expect(circular).to.deep.equal([1, 2]);
    expect([...units.subarray(4, 12)]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...units.subarray(12)]).to.deep.equal([0.5, 0, 0, 0]);
  });

  it("edge: with enough outside a circle resolves to its face", () => {
    const { units, circular } = solve([
      [0, 0, 0],
      [0.5, 0, 0.5],
      [0.5, 0.5, 0],
    ]);
    expect(circular).to.deep.equal([]);
    expectClose([units[3]!, units[6]!], [1, 1]);
  });

  it("edge: claims that multiply do not resolve, though their inverse exists", () => {
    const { units, circular } = solve([
      [0, 0, 0],
      [0, 0, 2],
      [0.1, 2, 0],
    ]);
    expect(circular).to.deep.equal([1, 2]);
    expect([units[3], units[6]]).to.deep.equal([0, 0.1]);
  });

  it("edge: a circle that does not resolve does not spoil one that does", () => {
    const { circular, units } = solve([
      [0, 0, 0],
      [0, 1, 0],
      [0.5, 0, 0.3],
    ]);
    expect(circular).to.deep.equal([1]);
    expectClose([units[6]!], [0.5 / 0.7]);
  });
});

describe("backingOf", () => {
  const token = (
    asset: AssetState["asset"],
    lookThrough: readonly (readonly [AssetState["asset"], number])[] = [],
  ) => ({
    asset,
    symbol: asset.slice(-1),
    decimals: 18,
    lookThrough: lookThrough.map(([of, units]) => ({ asset: of, unitsWad: toUnitsDown(units, 18) })),
  });

  it("a circular token is worth what is outside, never more than its price, and is flagged", () => {
    const assets = [
      token(WETH),
      token(STETH, [
        [WETH, 0.2],
        [STETH, 1],
      ] as const),
      token(USDC),
    ];
    const { navUsd, unitUsd, shares, flags } = backingOf(assets, Float64Array.of(2_000, 1_900, 1));
    expect([navUsd[1], unitUsd[1]]).to.deep.equal([400, 400]);
    expect([...shares.asset]).to.deep.equal([0]);
    expect([...shares.weight]).to.deep.equal([1]);
    expect(flags.map(({ kind, id }) => [kind, id])).to.deep.equal([["circular-claim", STETH]]);
    expect(backingOf(assets, Float64Array.of(2_000, 300, 1)).unitUsd[1]).to.equal(300);
  });

  it("nothing outside: worth nothing; what holds it is valued without it", () => {
    const assets = [
      token(WETH),
      token(STETH, [[GEM, 1]]),
      token(USDC, [
        [WETH, 0.5],
        [STETH, 0.5],
      ]),
      token(GEM, [[STETH, 1]]),
    ];
    const { navUsd, unitUsd, claims, flags } = backingOf(assets, Float64Array.of(2_000, 1_900, 1_500, 1_900));
    expect([...navUsd]).to.deep.equal([2_000, 0, 1_000, 0]);
    expect([...unitUsd]).to.deep.equal([2_000, 0, 1_500, 0]);
    expect(claims.subarray(4, 8).every((units) => units === 0)).to.equal(true);
    expect(flags.map(({ id }) => id)).to.deep.equal([STETH, GEM]);
  });

  it("no price behind it: valued by itself and flagged", () => {
    const assets = [token(WETH), token(STETH, [[WETH, 1]])];
    const { navUsd, unitUsd, flags } = backingOf(assets, Float64Array.of(NaN, 1_900));
    expect([navUsd[1], unitUsd[1], flags[0]!.kind]).to.deep.equal([1_900, 1_900, "price-missing"]);
  });
});

describe("buildSystem: a hollow token", () => {
  const holding = { collateral: { GEM: 10 }, debt: { USDC: 50 } };
  const spec = {
    prices: { WETH: 2_000, stETH: 1_900, USDC: 1, GEM: 10 },
    depth: { WETH: 5_000, stETH: 4_000 },
    accounts: [holding],
  };
  const claiming = (units: readonly (readonly [AssetState["asset"], number])[]): Snapshot => {
    const plain = marketSnapshot(spec);
    const claims = units.map(([asset, n]) => ({ asset, unitsWad: toUnitsDown(n, 18) }));
    return {
      ...plain,
      assets: plain.assets.map((a) => (a.asset === GEM ? { ...a, lookThrough: claims } : a)),
    };
  };
  const gem = (snapshot: Snapshot) => buildSystem(snapshot, marketRules(shippedCalibration("lab-1"))).state.assets[3]!;

  it("cannot be sold where only itself is behind it", () => {
    expect(gem(claiming([[GEM, 1]])))
      .to.include({ marketUsd: 0 })
      .and.to.have.deep.property("curve", { kind: "none" });
  });

  it("is redeemed for what is outside of it", () => {
    const half = gem(
      claiming([
        [WETH, 0.001],
        [GEM, 1],
      ]),
    );
    expect(half).to.have.deep.property("curve", { kind: "inf" });
    expect(half.marketUsd).to.be.closeTo(2, 1e-9);
  });
});

/** Units of asset 0 behind one of each: `A + A^2 + ...`, by hand. */
function chainsAddedUp(rows: readonly (readonly number[])[]): number[] {
  let passed = rows.map((_, j): number => (j === 0 ? 1 : 0));
  const sum = [...passed];
  for (let hop = 0; hop < 2_000; hop++) {
    passed = rows.map((row) => row.reduce((total, units, k) => total + units * passed[k]!, 0));
    passed.forEach((units, j) => (sum[j]! += units));
  }
  return sum;
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((value, m) => expect(actual[m]!).to.be.closeTo(value, 1e-9 * Math.max(1, Math.abs(value))));
}
