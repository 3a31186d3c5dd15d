import { AaveV2ReservesLens__factory, AaveV3ReservesLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { Lens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { WordsMalformed, address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { Address } from "../units.js";
import { eModesIn, readLiquidEModes } from "./aave-emodes.js";
import type { RawEMode } from "./aave-emodes.js";
import type { AaveVersion } from "./aave-rules.js";

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
  /** The one category that it is in; 0 for none, and where categories are liquid. */
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
  /** Raw units that were written off and not covered yet. */
  deficit: uint(10, 128, 128),
  /** Owed by accounts whose collateral is this reserve in isolation, hundredths of the base currency. */
  isolatedDebt: uint(10, 0, 128),
  /** Whether accounts in isolation may borrow it. */
  borrowableInIsolation: flag(0, 61),
  /** Whether who borrows it can borrow nothing else. */
  siloed: flag(0, 62),
  /** Whole tokens, 0 for no cap. */
  borrowCap: count(0, 80, 36),
  supplyCap: count(0, 116, 36),
  /** Of {@link isolatedDebt}, in the same unit; 0 where the reserve is no isolated collateral. */
  debtCeiling: count(0, 212, 40),
} as const;
const RESERVE_WORDS = 11;

const HEADER = {
  listed: count(0, 0, 16),
  answered: count(0, 16, 16),
  eModes: count(0, 32, 16),
  liquidEModes: flag(0, 48),
  deficits: flag(0, 49),
  lateDivision: flag(0, 50),
  revision: count(0, 56, 8),
  baseUnit: uint(1),
} as const;
const HEADER_WORDS = 2;

/** A reserve as Aave stores it: amounts are scaled, interest is as of the last update. */
export type RawReserve = Row<typeof RESERVE>;

export interface RawReserves {
  /** One unit of the base currency. */
  readonly baseUnit: bigint;
  /** Ascending by asset. */
  readonly reserves: readonly RawReserve[];
  /** Ascending by id. */
  readonly eModes: readonly RawEMode[];
  readonly version: AaveVersion;
}

/** What the lens answers for a price that cannot be read. */
export const PRICE_UNREADABLE = (1n << 256n) - 1n;

/** Read all reserves of an Aave v3 pool. Throws {@link CallReverted} where `pool` is none; {@link WordsMalformed}. */
export async function readReserves(reader: BlockReader, pool: Address): Promise<RawReserves> {
  const { header, reserves, eModes } = await readPages(reader, AaveV3ReservesLens__factory, pool);
  const { baseUnit } = header;
  const { liquidEModes, deficits, lateDivision, revision } = header;
  const version = { liquidEModes, deficits, lateDivision, revision };
  if (!liquidEModes) return { baseUnit, reserves, eModes, version };
  const without = reserves.map((reserve) => ({ ...reserve, eMode: 0 }));
  return { baseUnit, reserves: without, eModes: await readLiquidEModes(reader, pool), version };
}

/** Read all reserves of an Aave v2 lending pool. Throws {@link CallReverted} where `pool` is none; {@link WordsMalformed}. */
export async function readReservesV2(reader: BlockReader, pool: Address): Promise<RawReserves> {
  const { header, reserves } = await readPages(reader, AaveV2ReservesLens__factory, pool);
  const ofV2 = reserves.map((reserve) => ({ ...reserve, ...OF_V3_ONLY }));
  return { baseUnit: header.baseUnit, reserves: ofV2, eModes: [], version: "v2" };
}

/** Bits that v2 does not define. */
const OF_V3_ONLY = {
  eMode: 0,
  borrowableInIsolation: false,
  siloed: false,
  borrowCap: 0,
  supplyCap: 0,
  debtCeiling: 0,
} as const;

interface Pages {
  readonly header: Row<typeof HEADER>;
  /** Ascending by asset. */
  readonly reserves: readonly RawReserve[];
  /** Ascending by id. */
  readonly eModes: readonly RawEMode[];
}

async function readPages(reader: BlockReader, lens: Lens, pool: Address): Promise<Pages> {
  const reserves: RawReserve[] = [];
  const eModes = new Map<number, RawEMode>();
  for (;;) {
    const words = await runLens(reader, lens, [pool, reserves.length]);
    const header = decodeRow(words, 0, HEADER);
    for (let i = 0; i < header.answered; i++) {
      reserves.push(decodeRow(words, HEADER_WORDS + i * RESERVE_WORDS, RESERVE));
    }
    const eModesFrom = HEADER_WORDS + header.answered * RESERVE_WORDS;
    for (const eMode of eModesIn(words, eModesFrom, header.eModes)) eModes.set(eMode.id, eMode);
    if (reserves.length >= header.listed) {
      reserves.sort((a, b) => (a.asset < b.asset ? -1 : 1));
      return { header, reserves, eModes: [...eModes.values()].sort((a, b) => a.id - b.id) };
    }
    if (header.answered === 0)
      throw new WordsMalformed("no progress", `room for one of ${header.listed - reserves.length} reserves`);
  }
}
