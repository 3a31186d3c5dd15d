import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { bookAssetAddress } from "../../books/snapshot-of-book.js";
import { getTickAtSqrtRatio } from "../../graph/uniswap-v3/tick-math.js";
import { namedAddress } from "../../books/named-address.js";
import type { UniswapV3Pool } from "../../snapshot/pool-state.js";
import { intToBig } from "../../units.js";

/** An asset of a book as one side of a pool. */
export interface PoolSide {
  readonly symbol: string;
  readonly decimals: number;
  /** In any unit common to both sides. */
  readonly price: number;
}

/** Which of two sides is sold in the pool, and what for. */
export interface Pair {
  readonly base: PoolSide;
  readonly quote: PoolSide;
}

const FULL_RANGE = 887_220;
const SPACING = 60;
/** Hundredths of a basis point: 0.05 %. */
const FEE = 500;
const Q192 = 1n << 192n;
/** Bits of a float64's mantissa. */
const MANTISSA = 52;

/** A pool seen from its base: prices are raw quote per raw base. */
type Oriented = Pick<UniswapV3Pool, "fee" | "tickSpacing" | "sqrtPriceX96"> & Pick<UniswapV3Pool, "ticks">;

/** A constant product with `baseUnits` whole units on the base's side, at the pair's price. */
export function constantProduct(pair: Pair, name: string, baseUnits: number): UniswapV3Pool {
  const ratio = rawRatio(pair);
  const liquidity = scaledBig(Math.sqrt(ratio) * baseUnits * 10 ** pair.base.decimals, 0);
  const ticks = [[-FULL_RANGE, liquidity] as const, [FULL_RANGE, -liquidity] as const];
  return placed(pair, name, { fee: FEE, tickSpacing: SPACING, sqrtPriceX96: scaledBig(Math.sqrt(ratio), 96), ticks });
}

const integer = z.union([z.number().int().transform(intToBig), z.string().transform(BigInt)]);
const recording = z.object({
  name: z.string(),
  block: z.number().int(),
  scalars: z.object({ fee: z.number().int(), tick_spacing: z.number().int(), tick: z.number().int() }),
  tick_data: z.record(z.string(), z.tuple([integer, integer, z.number()])),
});

/**
 * A recorded pool at the pair's price: its liquidity, tick by tick, moved by whole tick spacings to where the price is.
 * The file's token0 must be the base.
 */
export function recordedPool(pair: Pair, path: string): UniswapV3Pool {
  const text = gunzipSync(readFileSync(path)).toString("utf8");
  // Liquidity exceeds 2^53: integers of that size are read as text.
  const { name, block, scalars, tick_data } = recording.parse(
    JSON.parse(text.replaceAll(/(?<![\w"-])-?\d{16,}(?=[,\s\]}])/g, '"$&"')),
  );
  const sqrtPriceX96 = scaledBig(Math.sqrt(rawRatio(pair)), 96);
  const spacing = scalars.tick_spacing;
  const shift = spacing * Math.round((getTickAtSqrtRatio(sqrtPriceX96) - scalars.tick) / spacing);
  const ticks = Object.entries(tick_data)
    .map(([tick, [, net]]) => [Math.max(-FULL_RANGE, Math.min(FULL_RANGE, Number(tick) + shift)), net] as const)
    .sort(([a], [b]) => a - b);
  return placed(pair, `${name} @${block}`, { fee: scalars.fee, tickSpacing: spacing, sqrtPriceX96, ticks });
}

/** Token0 is the lower address: where that is the quote, the pool is turned round. */
function placed({ base, quote }: Pair, name: string, pool: Oriented): UniswapV3Pool {
  const [b, q] = [bookAssetAddress(base.symbol), bookAssetAddress(quote.symbol)];
  const sqrtPriceX96 = b < q ? pool.sqrtPriceX96 : Q192 / pool.sqrtPriceX96;
  const turned = pool.ticks.map(([tick, net]) => [-tick, -net] as const).reverse();
  const ticks = b < q ? pool.ticks : turned;
  const tick = getTickAtSqrtRatio(sqrtPriceX96);
  return {
    ...pool,
    pool: namedAddress(`bulkhead/case-study/${name}/${base.symbol}/${quote.symbol}`),
    kind: "uniswap-v3",
    token0: b < q ? b : q,
    token1: b < q ? q : b,
    sqrtPriceX96,
    tick,
    liquidity: ticks.reduce((sum, [at, net]) => (at <= tick ? sum + net : sum), 0n),
    ticks,
  };
}

function rawRatio({ base, quote }: Pair): number {
  return (base.price / quote.price) * 10 ** (quote.decimals - base.decimals);
}

/** `value * 2^bits` as an integer, to the digits that a float64 has. */
function scaledBig(value: number, bits: number): bigint {
  const exponent = MANTISSA - Math.floor(Math.log2(value));
  const mantissa = intToBig(Math.floor(value * 2 ** exponent));
  return exponent <= bits ? mantissa << intToBig(bits - exponent) : mantissa >> intToBig(exponent - bits);
}
