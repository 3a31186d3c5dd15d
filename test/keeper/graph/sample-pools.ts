import { cryptoInvariant } from "../../../keeper/src/graph/curve/crypto-math.js";
import { scaledBalances } from "../../../keeper/src/graph/curve/crypto-swap.js";
import type {
  BalancerStablePool,
  BalancerWeightedPool,
  CurveCryptoPool,
  CurveStablePool,
  PoolState,
  UniswapV2Pool,
  UniswapV3Pool,
  UniswapV4Pool,
} from "../../../keeper/src/snapshot/pool-state.js";
import type { Address } from "../../../keeper/src/units.js";
import { sqrtPriceAt } from "./uniswap-v3/slow-swap.js";

/** A token of 18 decimals and one of 6, the first worth 2,000 of the second wherever pools are at their price. */
export const BASE = "0x0000000000000000000000000000000000000001" as Address;
export const QUOTE = "0x0000000000000000000000000000000000000002" as Address;
export const PAIR = { base: BASE, quote: QUOTE } as const;

const WAD = 10n ** 18n;
const at = (n: number) => `0x${n.toString(16).padStart(40, "0")}` as Address;
const tokens = [BASE, QUOTE] as const;

/** 1,000 of the base with 2,000,000 of the quote, times `size`. */
export function v2(size: bigint, fee = 3_000): UniswapV2Pool {
  const reserves = { reserve0: 1_000n * WAD * size, reserve1: 2_000_000_000_000n * size };
  return { pool: at(102), kind: "uniswap-v2", token0: BASE, token1: QUOTE, fee, ...reserves };
}

/** Near 2,000e-12 raw: tick -200,311. */
const TICK = -200_311;

function ticks(liquidity: bigint): { liquidity: bigint; ticks: [number, bigint][] } {
  return {
    liquidity: 3n * liquidity,
    ticks: [
      [-887_220, liquidity],
      [-203_400, 2n * liquidity],
      [-198_000, -2n * liquidity],
      [887_220, -liquidity],
    ],
  };
}

export function v3(liquidity: bigint, fee = 3_000): UniswapV3Pool {
  const price = { sqrtPriceX96: sqrtPriceAt(TICK) + 12_345n, tick: TICK };
  return {
    ...{ pool: at(103), kind: "uniswap-v3", token0: BASE, token1: QUOTE, fee, tickSpacing: 60 },
    ...price,
    ...ticks(liquidity),
  };
}

export function v4(liquidity: bigint, fee = 2_000): UniswapV4Pool {
  return {
    ...v3(liquidity, fee),
    kind: "uniswap-v4",
    id: `0x${"44".repeat(32)}`,
    protocolFee: { zeroForOne: 500, oneForZero: 100 },
  };
}

/** 80 % base, 20 % quote by value. */
export function weighted(size: bigint, fee = 3n * 10n ** 15n): BalancerWeightedPool {
  return {
    ...{ pool: at(104), kind: "balancer-weighted", tokens, fee, shortPowers: true },
    balances: [1_000n * WAD * size, 500_000_000_000n * size],
    weights: [(8n * WAD) / 10n, (2n * WAD) / 10n],
    scaling: [WAD, 10n ** 30n],
  };
}

/** Of three tokens, the first counting 2,000; uneven. */
export function curveStable(size: bigint, fee = 30_000_000n): CurveStablePool {
  return {
    ...{ pool: at(105), kind: "curve-stable", tokens: [...tokens, at(3)], amp: 200n, ampUnit: 1n, fee },
    balances: [800n * WAD * size, 2_500_000_000_000n * size, 1_700_000n * WAD * size],
    rates: [2_000n * WAD, 10n ** 30n, WAD],
    rounding: { invariant: "each", fee: "before-rate", keepsUnit: true },
  };
}

export function balancerStable(size: bigint, fee = 3n * 10n ** 15n): BalancerStablePool {
  return {
    ...{ pool: at(106), kind: "balancer-stable", tokens, amp: 50_000n, ampUnit: 1_000n, fee },
    balances: [900n * WAD * size, 2_300_000_000_000n * size],
    scaling: [2_000n * WAD, 10n ** 30n],
    invariantRounding: "down",
  };
}

/** Of three tokens, in the numbers of the recorded tricrypto2; the fee is the same everywhere. */
export function curveCrypto(fee = 30_000_000n): CurveCryptoPool {
  const pool: CurveCryptoPool = {
    ...{ pool: at(107), kind: "curve-crypto", tokens: [QUOTE, at(3), BASE], midFee: fee, outFee: fee },
    balances: [19_857_303_786_039n, 30_869_785_548n, 9_900n * WAD],
    precisions: [10n ** 12n, 10n ** 10n, 1n],
    priceScale: [WAD, 64_000n * WAD, 2_010n * WAD],
    ...{ amp: 1_707_629n, gamma: 11_809_167_828_997n, feeGamma: 490_000_000_000_000n },
    invariant: 1n,
  };
  return { ...pool, invariant: cryptoInvariant(scaledBalances(pool, pool.balances), pool) };
}

/** One of each kind. */
export function allKinds(): PoolState[] {
  return [
    v2(3n),
    v3(10n ** 18n),
    v4(2n * 10n ** 18n),
    weighted(2n),
    curveStable(1n),
    balancerStable(1n),
    curveCrypto(),
  ];
}
