import { AaveV3EModesLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { WordsMalformed, count, decodeRow, uint } from "../chain/words.js";
import type { Row, Words } from "../chain/words.js";
import type { Address } from "../units.js";

const TERMS = {
  ltvBps: count(0, 0, 16),
  liquidationThresholdBps: count(0, 16, 16),
  bonusFactorBps: count(0, 32, 16),
  id: count(0, 48, 8),
} as const;
const OF_RESERVES = { ...TERMS, price: uint(1) } as const;
const LIQUID = { ...TERMS, collateral: uint(1, 128, 128), lent: uint(1, 0, 128) } as const;
const EMODE_WORDS = 2;

const LIQUID_HEADER = { next: count(0, 0, 16), answered: count(0, 16, 16) } as const;
const LIQUID_HEADER_WORDS = 1;
const IDS = 256;

/** An e-mode category. */
export interface RawEMode extends Row<typeof TERMS> {
  /** 0: the reserves' own prices. */
  readonly price: bigint;
  /** Since v3.2: ids of the reserves that are collateral on its terms, and of those that it lends, as bits. */
  readonly sets?: { readonly collateral: bigint; readonly lent: bigint };
}

/** Categories that reserves name (before v3.2), from word `from` on. */
export function eModesIn(words: Words, from: number, answered: number): RawEMode[] {
  return Array.from({ length: answered }, (_, i) => decodeRow(words, from + i * EMODE_WORDS, OF_RESERVES));
}

/** Read the categories of a pool where they are sets of reserves, ascending by id. Throws {@link CallReverted}, {@link WordsMalformed}. */
export async function readLiquidEModes(reader: BlockReader, pool: Address): Promise<RawEMode[]> {
  const eModes: RawEMode[] = [];
  for (let from = 1; from < IDS;) {
    const words = await runLens(reader, AaveV3EModesLens__factory, [pool, from]);
    const { next, answered } = decodeRow(words, 0, LIQUID_HEADER);
    if (next <= from) throw new WordsMalformed("no progress", `a look at one of ${IDS - from} e-modes`);
    for (let i = 0; i < answered; i++) {
      const { collateral, lent, ...terms } = decodeRow(words, LIQUID_HEADER_WORDS + i * EMODE_WORDS, LIQUID);
      eModes.push({ ...terms, price: 0n, sets: { collateral, lent } });
    }
    from = next;
  }
  return eModes;
}
