import fc from "fast-check";
import type { CascadeRules } from "../../../keeper/src/model/cascade.js";
import type { Shock } from "../../../keeper/src/model/price-state.js";
import { seeded } from "./seeded.js";

/** Evenly spread: doubles of fast-check are mostly tiny. */
export const share = (min: number, max: number) =>
  fc.integer({ min: 0, max: 1_000 }).map((step) => min + (max - min) * (step / 1_000));
/** Rules of every kind but a gate. */
export const anyRules: fc.Arbitrary<CascadeRules> = fc.record({
  maxRounds: fc.constantFrom(0, 1, 3, 5_000),
  latencyRounds: fc.nat(2),
  keepFrac: fc.constantFrom(1, 0.7),
  permanentFrac: fc.constantFrom(0, 0.4),
  buyBack: fc.boolean(),
  belowHf: fc.constantFrom(1, 0.97, 1.02),
  includeInsolvent: fc.boolean(),
});
/** Falls and rises of each of `assets` by its own draw, some not at all; thin markets. */
export function shocksOf(assets: number): fc.Arbitrary<Shock> {
  return fc
    .record({ seed: fc.nat(), scale: share(0, 0.5), rises: fc.boolean(), moved: share(0, 1), depth: share(0.2, 1) })
    .map(({ seed, scale, rises, moved, depth }) => {
      const draw = seeded(seed);
      const move = () => (draw.uniform() > moved ? 0 : scale * (rises ? draw.normal() : Math.abs(draw.normal())));
      return {
        dropFrac: Float64Array.from({ length: assets }, () => Math.min(1, move())),
        depthFactor: new Float64Array(assets).fill(depth),
      };
    });
}
