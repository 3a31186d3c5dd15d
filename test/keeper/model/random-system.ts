import fc from "fast-check";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { SmallSystem } from "./small-system.js";

const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Families whose price never rises with sales and that never run out of range. */
export const smoothCurve: fc.Arbitrary<DepthCurve> = fc.oneof(
  share(5_000, 500_000).map((deltaUsd): DepthCurve => ({ kind: "exp", deltaUsd })),
  share(5_000, 500_000).map((deltaUsd): DepthCurve => ({ kind: "linear", deltaUsd })),
  fc
    .tuple(share(0.1, 0.7), share(5_000, 500_000))
    .map(([floorFrac, depthUsd]): DepthCurve => ({ kind: "cs", floorFrac, depthUsd })),
);

/** Every family but `none` and tables. */
export const anyCurve: fc.Arbitrary<DepthCurve> = fc.oneof(
  smoothCurve,
  share(5_000, 500_000).map((reserveUsd): DepthCurve => ({ kind: "cpmm", reserveUsd })),
  share(10_000, 1_000_000).map((volumeUsd): DepthCurve => ({ kind: "sqrt", y: 1, sigma: 0.05, volumeUsd })),
);

/**
 * Two venues, asset 0 the numeraire and two risky ones, up to 12 accounts that are healthy at t0: debts are drawn as a
 * share of what the thresholds allow.
 */
export function systems(curve: fc.Arbitrary<DepthCurve>): fc.Arbitrary<SmallSystem> {
  const held = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: share(1, 20_000) });
  const account = fc.record({
    venue: fc.nat(1),
    usd: fc.tuple(fc.constant(0), held, held),
    borrowed: share(0.5, 0.999),
    inSecond: fc.boolean(),
  });
  const prices = [1, 50, 0.25];
  return fc
    .record({
      curves: fc.tuple(fc.constant<DepthCurve>({ kind: "inf" }), curve, curve),
      lt: fc.tuple(share(0.6, 0.95), share(0.6, 0.95)),
      bonus: fc.tuple(share(0, 0.1), share(0, 0.1)),
      closeFactor: share(0.2, 1),
      dustUsd: fc.constantFrom(0, 2_000),
      accounts: fc.array(account, { minLength: 1, maxLength: 12 }),
    })
    .map(({ curves, lt, bonus, closeFactor, dustUsd, accounts }) => ({
      prices,
      curves,
      collateral: accounts.map(({ usd }) => usd.map((x, k) => x / prices[k]!)),
      debt: accounts.map(({ usd, borrowed, inSecond, venue }) => {
        const owed = borrowed * (usd[1] * lt[0] + usd[2] * lt[1]) * (venue === 0 ? 1 : 0.9);
        return inSecond ? [owed / 2, 0, owed / 2 / prices[2]!] : [owed, 0, 0];
      }),
      venue: accounts.map(({ venue }) => venue),
      lt: [
        [0.9, ...lt],
        [0.9, ...lt.map((x) => x * 0.9)],
      ],
      bonus: [
        [0.02, ...bonus],
        [0.02, ...bonus],
      ],
      closeFactor: [closeFactor, 0.5],
      fullCloseHf: [0.95, 0.95],
      dustUsd: [dustUsd, 0],
    }));
}
