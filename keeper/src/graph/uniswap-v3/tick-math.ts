import { fromUnits } from "../../units.js";

/** The lowest and highest tick of any pool: where `1.0001^tick` stays within 2^-128 and 2^128. */
export const MIN_TICK = -887_272;
export const MAX_TICK = 887_272;

/** The square-root prices at those ticks; a pool's price is at least the first and below the second. */
export const MIN_SQRT_RATIO = 4_295_128_739n;
export const MAX_SQRT_RATIO = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342n;

const Q32 = 1n << 32n;
const Q96 = 1n << 96n;
const U256_MAX = (1n << 256n) - 1n;
const TWO_POW_96 = fromUnits(Q96, 0);

/** `sqrt(1.0001)^-(2^i)` in Q128, i = 0..19. */
const FACTORS = [
  0xfffcb933bd6fad37aa2d162d1a594001n,
  0xfff97272373d413259a46990580e213an,
  0xfff2e50f5f656932ef12357cf3c7fdccn,
  0xffe5caca7e10e4e61c3624eaa0941cd0n,
  0xffcb9843d60f6159c9db58835c926644n,
  0xff973b41fa98c081472e6896dfb254c0n,
  0xff2ea16466c96a3843ec78b326b52861n,
  0xfe5dee046a99a2a811c461f1969c3053n,
  0xfcbe86c7900a88aedcffc83b479aa3a4n,
  0xf987a7253ac413176f2b074cf7815e54n,
  0xf3392b0822b70005940c7a398e4b70f3n,
  0xe7159475a2c29b7443b29c7fa6e889d9n,
  0xd097f3bdfd2022b8845ad8f792aa5825n,
  0xa9f746462d870fdf8a65dc1f90e061e5n,
  0x70d869a156d2a1b890bb3df62baf32f7n,
  0x31be135f97d08fd981231505542fcfa6n,
  0x9aa508b5b7a84e1c677de54f3e99bc9n,
  0x5d6af8dedb81196699c329225ee604n,
  0x2216e584f5fa1ea926041bedfe98n,
  0x48a170391f7dc42444e8fa2n,
] as const;

/**
 * The square root of the price at `tick`, in Q64.96, rounded up: the integer that the pool itself uses.
 *
 * **Throws** `RangeError` outside of ±887,272. **Source.** Uniswap/v3-core `TickMath.getSqrtRatioAtTick`.
 */
export function getSqrtRatioAtTick(tick: number): bigint {
  const absTick = Math.abs(tick);
  if (!Number.isInteger(tick) || absTick > MAX_TICK) {
    throw new RangeError(`saw tick ${tick}, expected an integer within ±${MAX_TICK}`);
  }
  let ratio = 1n << 128n;
  for (let i = 0; i < FACTORS.length; i++) {
    if ((absTick & (1 << i)) !== 0) ratio = (ratio * FACTORS[i]!) >> 128n;
  }
  if (tick > 0) ratio = U256_MAX / ratio;
  return (ratio + Q32 - 1n) / Q32;
}

/**
 * The greatest tick whose square-root price is at most `sqrtPriceX96`.
 *
 * The bits of the distance from tick 0 are found from the highest down, on products rounded in another order than those
 * of {@link getSqrtRatioAtTick}; the neighbours are then compared with that function itself, which is the definition.
 *
 * **Throws** `RangeError` where no pool can be. **Source.** Uniswap/v3-core `TickMath.getTickAtSqrtRatio`.
 */
export function getTickAtSqrtRatio(sqrtPriceX96: bigint): number {
  if (sqrtPriceX96 < MIN_SQRT_RATIO || sqrtPriceX96 >= MAX_SQRT_RATIO) {
    throw new RangeError(`saw sqrtPriceX96 ${sqrtPriceX96}, expected ${MIN_SQRT_RATIO} <= it < ${MAX_SQRT_RATIO}`);
  }
  const below = sqrtPriceX96 < Q96;
  const target = below ? sqrtPriceX96 << 32n : (1n << 224n) / sqrtPriceX96;
  let distance = 0;
  let ratio = 1n << 128n;
  for (let i = FACTORS.length - 1; i >= 0; i--) {
    const further = (ratio * FACTORS[i]!) >> 128n;
    if (further < target || distance + (1 << i) > MAX_TICK) continue;
    ratio = further;
    distance += 1 << i;
  }
  let tick = below ? -distance : distance;
  while (getSqrtRatioAtTick(tick) > sqrtPriceX96) tick -= 1;
  while (tick < MAX_TICK && getSqrtRatioAtTick(tick + 1) <= sqrtPriceX96) tick += 1;
  return tick;
}

/** A Q64.96 square-root price as a float64, rounded to nearest once. */
export function sqrtFromX96(sqrtPriceX96: bigint): number {
  return fromUnits(sqrtPriceX96, 0) / TWO_POW_96;
}
