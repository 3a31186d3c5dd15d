import { parseUnits } from "ethers";
import { bigToInt, intToBig } from "../../units.js";

const MAX_TICK = 887_272;
const Q192 = 2n ** 192n;
/** Digits kept of a decimal string; more than any price here has. */
const PRICE_DECIMALS = 36;

/** One side of a pair: its price in any currency that both sides share, and the decimals of its raw unit. */
export interface PricedAsset {
  readonly price: string;
  readonly decimals: number;
}

/** `floor(sqrt(value))`, by Newton's iteration from above. */
export function isqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << intToBig((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The square root of raw token1 per raw token0, in Q64.96, rounded down: exact integer arithmetic on the decimals. */
export function sqrtPriceX96(token0: PricedAsset, token1: PricedAsset): bigint {
  const numerator = parseUnits(token0.price, PRICE_DECIMALS) * 10n ** intToBig(token1.decimals);
  const denominator = parseUnits(token1.price, PRICE_DECIMALS) * 10n ** intToBig(token0.decimals);
  return isqrt((numerator * Q192) / denominator);
}

/** The widest range whose ends are multiples of `spacing`. */
export function fullRange(spacing: number): readonly [lower: number, upper: number] {
  const upper = Math.floor(MAX_TICK / spacing) * spacing;
  return [-upper, upper];
}

/** The range from `below` ticks under `tick` to `above` ticks over it, widened to multiples of `spacing`. */
export function bandAround(tick: bigint, spacing: number, below: number, above: number): readonly [number, number] {
  const at = bigToInt(tick);
  const [lowest, highest] = fullRange(spacing);
  const lower = Math.floor((at - below) / spacing) * spacing;
  const upper = Math.ceil((at + above) / spacing) * spacing;
  return [Math.max(lowest, lower), Math.min(highest, upper)];
}
