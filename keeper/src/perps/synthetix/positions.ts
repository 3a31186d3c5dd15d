import { SynthetixPerpsV2PositionsLens__factory } from "../../../../typechain-types/index.js";
import { runInPortions, runLens } from "../../chain/lens.js";
import type { BlockReader } from "../../chain/rpc-pool.js";
import { count, decodeRow, int, uint } from "../../chain/words.js";
import type { Row } from "../../chain/words.js";
import type { Address } from "../../units.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const POSITION = { margin: uint(0, 128, 128), lastPrice: uint(0, 0, 128), size: int(1), lastFunding: int(2) } as const;
const POSITION_WORDS = 3;

/** Positions whose answer fits one call. */
const PORTION = 250;

/** Margin, price and sum of funding as of the position's last change; 1e18-scaled. */
export type RawPosition = Row<typeof POSITION>;

export interface PositionKey {
  readonly market: Address;
  readonly account: Address;
}

/** Read positions; undefined where an account has none. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readPositions(
  reader: BlockReader,
  keys: readonly PositionKey[],
): Promise<(readonly [key: PositionKey, position: RawPosition | undefined])[]> {
  return runInPortions(keys, PORTION, async (portion) => {
    const words = await runLens(reader, SynthetixPerpsV2PositionsLens__factory, [portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    const rows = portion.slice(0, done).map((key, i) => {
      const position = decodeRow(words, 1 + i * POSITION_WORDS, POSITION);
      return [key, position.size === 0n ? undefined : position] as const;
    });
    return { rows, done };
  });
}
