import { Erc20Lens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { count, decodeRow, decodeText, flag } from "../chain/words.js";
import type { Token } from "../snapshot/compose.js";
import { decimalsFault } from "../snapshot/decimals.js";
import type { Address } from "../units.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const TOKEN = { hasDecimals: flag(0, 0), decimals: count(0, 8, 8), symbolBytes: count(0, 16, 16) } as const;
const TOKEN_WORDS = 3;
const SYMBOL_WORD = 1;
/** What the lens takes at once. */
const PORTION = 100;

/** Read symbols and decimals at a block, in the order given; decimals that no asset can have count as none, with the reason. */
export function readTokens(reader: BlockReader, tokens: readonly Address[]): Promise<Token[]> {
  return runInPortions(tokens, PORTION, async (portion) => {
    const words = await runLens(reader, Erc20Lens__factory, [portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    const rows = portion.slice(0, done).map((token, i) => {
      const at = 1 + i * TOKEN_WORDS;
      const { hasDecimals, decimals, symbolBytes } = decodeRow(words, at, TOKEN);
      const symbol = decodeText(words, at + SYMBOL_WORD, symbolBytes) ?? "";
      const fault = decimalsFault(hasDecimals ? decimals : undefined);
      return fault === undefined ? { token, symbol, decimals } : { token, symbol, decimals: undefined, fault };
    });
    return { rows, done };
  });
}
