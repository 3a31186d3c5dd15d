import { uniforms, type Words2 } from "./philox.js";

/** The generator's key: "bootstra" in ASCII. */
const KEY: Words2 = [0x626f6f74, 0x73747261];
/** Draws with replacement: the share that is asked for is known to about one in a hundred. */
const RESAMPLES = 500;

/**
 * Share of bootstrap draws in which the mean of `outcomes` is below `bar`: how sure it is, for as many outcomes as there
 * are, that the mean of all that could have been drawn is.
 *
 * Outcomes come in antithetic pairs, which are drawn together: what is exchangeable is a pair.
 *
 * **Shapes.** `outcomes[2N]`, pair m at 2m and 2m + 1. **Source.** Efron 1979.
 */
export function bootstrapShareBelow(outcomes: Float64Array, bar: number): number {
  const pairs = outcomes.length / 2;
  const pick = (u: number) => {
    const m = Math.floor(u * pairs);
    return outcomes[2 * m]! + outcomes[2 * m + 1]!;
  };
  let below = 0;
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let sum = 0;
    for (let m = 0; m < pairs; m += 2) {
      const [first, second] = uniforms([resample, m, 0, 0], KEY);
      sum += pick(first);
      if (m + 1 < pairs) sum += pick(second);
    }
    if (sum < bar * outcomes.length) below++;
  }
  return below / RESAMPLES;
}
