import { AaveV3ReservesLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { WordsMalformed, address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row, Words } from "../chain/words.js";
import { intToBig } from "../units.js";
import type { Address } from "../units.js";
import { compoundedInterest, linearInterest, rayMul } from "./aave-math.js";

const RESERVE = {
  ltvBps: count(0, 0, 16),
  liquidationThresholdBps: count(0, 16, 16),
  /** Includes the debt itself: 10_500 is a bonus of 5 %; 0 where the reserve cannot be collateral. */
  bonusFactorBps: count(0, 32, 16),
  decimals: count(0, 48, 8),
  active: flag(0, 56),
  frozen: flag(0, 57),
  borrowingEnabled: flag(0, 58),
  paused: flag(0, 60),
  eMode: count(0, 168, 8),
  liquidityIndex: uint(1, 128, 128),
  variableIndex: uint(1, 0, 128),
  liquidityRate: uint(2, 128, 128),
  variableRate: uint(2, 0, 128),
  id: count(3, 240, 16),
  stableUpdatedAt: uint(3, 200, 40),
  updatedAt: uint(3, 160, 40),
  asset: address(3),
  aToken: address(4),
  stableDebt: address(5),
  variableDebt: address(6),
  price: uint(7),
  scaledSupply: uint(8, 128, 128),
  scaledDebt: uint(8, 0, 128),
  stablePrincipal: uint(9, 128, 128),
  stableRate: uint(9, 0, 128),
} as const;
const RESERVE_WORDS = 10;

const EMODE = {
  ltvBps: count(0, 0, 16),
  liquidationThresholdBps: count(0, 16, 16),
  bonusFactorBps: count(0, 32, 16),
  id: count(0, 48, 8),
  /** 0: the reserves' own prices. */
  price: uint(1),
} as const;
const EMODE_WORDS = 2;

const HEADER = {
  listed: count(0, 0, 16),
  answered: count(0, 16, 16),
  eModes: count(0, 32, 16),
  baseUnit: uint(1),
} as const;
const HEADER_WORDS = 2;

/** A reserve as Aave stores it: amounts are scaled, interest is as of the last update. */
export type RawReserve = Row<typeof RESERVE>;
export type RawEMode = Row<typeof EMODE>;

export interface RawReserves {
  /** One unit of the base currency. */
  readonly baseUnit: bigint;
  /** Ascending by asset. */
  readonly reserves: readonly RawReserve[];
  /** Ascending by id. */
  readonly eModes: readonly RawEMode[];
}

/** What the lens answers for a price that cannot be read. */
export const PRICE_UNREADABLE = (1n << 256n) - 1n;

/** Read all reserves of a pool. Throws {@link CallReverted} where `pool` is none; {@link WordsMalformed}. */
export async function readReserves(reader: BlockReader, pool: Address): Promise<RawReserves> {
  const reserves: RawReserve[] = [];
  const eModes = new Map<number, RawEMode>();
  for (;;) {
    const words = await runLens(reader, AaveV3ReservesLens__factory, [pool, reserves.length]);
    const header = decodeRow(words, 0, HEADER);
    reserves.push(...rows(words, { from: HEADER_WORDS, size: RESERVE_WORDS, count: header.answered }, RESERVE));
    const eModesFrom = HEADER_WORDS + header.answered * RESERVE_WORDS;
    for (const eMode of rows(words, { from: eModesFrom, size: EMODE_WORDS, count: header.eModes }, EMODE)) {
      eModes.set(eMode.id, eMode);
    }
    if (reserves.length >= header.listed) {
      reserves.sort((a, b) => (a.asset < b.asset ? -1 : 1));
      return { baseUnit: header.baseUnit, reserves, eModes: [...eModes.values()].sort((a, b) => a.id - b.id) };
    }
    if (header.answered === 0)
      throw new WordsMalformed("no progress", `room for one of ${header.listed - reserves.length} reserves`);
  }
}

function rows<T extends Parameters<typeof decodeRow>[2]>(
  words: Words,
  at: { readonly from: number; readonly size: number; readonly count: number },
  table: T,
): Row<T>[] {
  return Array.from({ length: at.count }, (_, i) => decodeRow(words, at.from + i * at.size, table));
}

/** What scaled amounts of a reserve are multiplied with at a time, rays. */
export interface Indices {
  readonly income: bigint;
  readonly debt: bigint;
}

/**
 * Project a reserve's indices to `timestamp`, unix seconds.
 *
 * **Source.** ReserveLogic.getNormalizedIncome and getNormalizedDebt of core-v3 1.19.
 */
export function indicesAt(reserve: RawReserve, timestamp: number): Indices {
  const elapsed = intToBig(timestamp) - reserve.updatedAt;
  return {
    income: rayMul(linearInterest(reserve.liquidityRate, elapsed), reserve.liquidityIndex),
    debt: rayMul(compoundedInterest(reserve.variableRate, elapsed), reserve.variableIndex),
  };
}

/** What a reserve's borrowers owe together, raw units. Source: totalSupply of the two debt tokens. */
export function totalDebt(reserve: RawReserve, debtIndex: bigint, timestamp: number): bigint {
  const { stablePrincipal, stableRate, stableUpdatedAt } = reserve;
  const stable =
    stablePrincipal === 0n ? 0n : accrueStable(stablePrincipal, stableRate, intToBig(timestamp) - stableUpdatedAt);
  return rayMul(reserve.scaledDebt, debtIndex) + stable;
}

/** Stable-rate debt with interest. Source: StableDebtToken.balanceOf. */
export function accrueStable(principal: bigint, rateRay: bigint, elapsedSec: bigint): bigint {
  return rayMul(principal, compoundedInterest(rateRay, elapsedSec));
}
