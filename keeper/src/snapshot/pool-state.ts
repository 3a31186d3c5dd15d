import type { Address, Hex } from "../units.js";

/** A pool of liquidity, of whatever kind: what its own quote for any trade can be computed from. */
export type PoolState =
  | UniswapV2Pool
  | UniswapV3Pool
  | UniswapV4Pool
  | CurveStablePool
  | CurveCryptoPool
  | BalancerWeightedPool
  | BalancerStablePool;

/** A constant-product pair. */
export interface UniswapV2Pool {
  readonly pool: Address;
  readonly kind: "uniswap-v2";
  readonly token0: Address;
  readonly token1: Address;
  /** Hundredths of a basis point. */
  readonly fee: number;
  /** As of the pair's last update: what it trades on. */
  readonly reserve0: bigint;
  readonly reserve1: bigint;
}

/** Liquidity between ticks, with every initialised tick. */
export interface ConcentratedLiquidity {
  readonly token0: Address;
  readonly token1: Address;
  /** Hundredths of a basis point. */
  readonly fee: number;
  readonly tickSpacing: number;
  readonly sqrtPriceX96: bigint;
  readonly tick: number;
  readonly liquidity: bigint;
  /** Ascending. */
  readonly ticks: readonly (readonly [tick: number, liquidityNet: bigint])[];
}

/** A Uniswap v3 pool. */
export interface UniswapV3Pool extends ConcentratedLiquidity {
  readonly pool: Address;
  readonly kind: "uniswap-v3";
}

/** A Uniswap v4 pool whose swaps no hook changes. */
export interface UniswapV4Pool extends ConcentratedLiquidity {
  /** The manager: the pool is its `id`. */
  readonly pool: Address;
  readonly kind: "uniswap-v4";
  readonly id: Hex;
  /** On top of `fee`, which is the providers': hundredths of a basis point of what goes in, by direction. */
  readonly protocolFee: { readonly zeroForOne: number; readonly oneForZero: number };
}

/** A StableSwap pool of two or more tokens. */
export interface CurveStablePool {
  readonly pool: Address;
  readonly kind: "curve-stable";
  /** In the pool's order, like all lists here. */
  readonly tokens: readonly Address[];
  readonly balances: readonly bigint[];
  /** What a raw unit counts, 1e18-scaled to 18 decimals: 1e30 for a plain token of 6. */
  readonly rates: readonly bigint[];
  /** `A n^(n-1)` at this block, times `ampUnit`. */
  readonly amp: bigint;
  readonly ampUnit: bigint;
  /** Of 1e10 parts, of what comes out. */
  readonly fee: bigint;
  /** Where this pool's code rounds otherwise than others of its kind. */
  readonly rounding: CurveStableRounding;
}

export interface CurveStableRounding {
  /** How the invariant divides: by each balance times n in turn, the same plus 1, or by the balances, then once by n^n. */
  readonly invariant: "each" | "each-plus-one" | "once";
  /** Whether the fee is taken in the pool's own unit, or after conversion to the token's. */
  readonly fee: "before-rate" | "after-rate";
  /** Whether one unit of what the invariant would give stays in the pool. */
  readonly keepsUnit: boolean;
}

/** A CurveCrypto pool of two or three tokens. */
export interface CurveCryptoPool {
  readonly pool: Address;
  readonly kind: "curve-crypto";
  readonly tokens: readonly Address[];
  readonly balances: readonly bigint[];
  /** What brings a raw unit to 18 decimals. */
  readonly precisions: readonly bigint[];
  /** Price of a whole token in the first one, 1e18-scaled; the first is 1e18. */
  readonly priceScale: readonly bigint[];
  /** `A n^n`, times 10,000. */
  readonly amp: bigint;
  /** 1e18-scaled. */
  readonly gamma: bigint;
  /** The invariant that it quotes on. */
  readonly invariant: bigint;
  /** Of 1e10 parts. */
  readonly midFee: bigint;
  readonly outFee: bigint;
  /** 1e18-scaled. */
  readonly feeGamma: bigint;
}

/** A Balancer v2 pool that holds weights of value. */
export interface BalancerWeightedPool {
  readonly pool: Address;
  readonly kind: "balancer-weighted";
  readonly tokens: readonly Address[];
  readonly balances: readonly bigint[];
  /** 1e18-scaled. */
  readonly weights: readonly bigint[];
  /** What brings a raw unit to 18 decimals, 1e18-scaled. */
  readonly scaling: readonly bigint[];
  /** Of what goes in, 1e18-scaled. */
  readonly fee: bigint;
  /** Whether powers of 1, 2 and 4 are products, as in later pools, or logarithms like all others. */
  readonly shortPowers: boolean;
}

/** A Balancer v2 pool of like tokens; its own share is not among them. */
export interface BalancerStablePool {
  readonly pool: Address;
  readonly kind: "balancer-stable";
  readonly tokens: readonly Address[];
  readonly balances: readonly bigint[];
  /** What brings a raw unit to 18 decimals, the token's rate included, 1e18-scaled. */
  readonly scaling: readonly bigint[];
  /** `A n^(n-1)` at this block, times `ampUnit`. */
  readonly amp: bigint;
  readonly ampUnit: bigint;
  /** Of what goes in, 1e18-scaled. */
  readonly fee: bigint;
  /** How this pool's code rounds its invariant. */
  readonly invariantRounding: "up" | "down";
}

/** The tokens of a pool, in its order. */
export function tokensOfPool(pool: PoolState): readonly Address[] {
  return "tokens" in pool ? pool.tokens : [pool.token0, pool.token1];
}

/** What tells a pool from all others: its address and, where one contract holds many, its id. */
export function nameOfPool({ pool, id }: { readonly pool: Address; readonly id?: string | undefined }): string {
  return id === undefined ? pool : `${pool}/${id}`;
}
