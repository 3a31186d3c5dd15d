import { WordsMalformed, count, decodeRow, uint } from "../chain/words.js";
import type { Words } from "../chain/words.js";
import { SwapReverted } from "../graph/uniswap-v3/errors.js";

/** A trade that a lens asked the pool itself about. `given` is undefined where the pool reverted. */
export interface OwnQuote {
  readonly i: number;
  readonly j: number;
  readonly amountIn: bigint;
  readonly given: bigint | undefined;
}

const QUOTE = { amountIn: uint(0, 0, 128), i: count(0, 128, 8), j: count(0, 136, 8), given: uint(1) } as const;
const QUOTE_WORDS = 2;
const REVERTED = (1n << 256n) - 1n;

/** Decode the quotes of a lens's answer, the first at word `from`. */
export function decodeQuotes(words: Words, from: number, quotes: number): OwnQuote[] {
  return Array.from({ length: quotes }, (_, q) => {
    const { given, ...trade } = decodeRow(words, from + q * QUOTE_WORDS, QUOTE);
    return { ...trade, given: given === REVERTED ? undefined : given };
  });
}

/**
 * Of several ways in which pools of a kind compute, the first that gives this pool's own quotes, to the unit: what is read
 * of a block is only shown where the pool's own answers at that block follow from it.
 *
 * **Throws** {@link WordsMalformed} where none does: a pool of another kind, or of code that rounds in a way not known.
 */
export function asItQuotes<P>(
  candidates: readonly P[],
  quotes: readonly OwnQuote[],
  quote: (pool: P, i: number, j: number, amountIn: bigint) => bigint,
): P {
  const found = candidates.find((pool) => quotes.every((own) => quoteOf(pool, own, quote) === own.given));
  if (found !== undefined && quotes.some(({ given }) => given !== undefined)) return found;
  throw new WordsMalformed("quotes of the pool that do not follow from its state", "a pool of this kind");
}

function quoteOf<P>(
  pool: P,
  { i, j, amountIn }: OwnQuote,
  quote: (pool: P, i: number, j: number, amountIn: bigint) => bigint,
): bigint | undefined {
  try {
    return quote(pool, i, j, amountIn);
  } catch (cause) {
    if (cause instanceof SwapReverted) return undefined;
    throw cause;
  }
}
