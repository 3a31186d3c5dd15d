import { WordsMalformed } from "../chain/words.js";

/** Source: TickMath.sol. */
export const MAX_TICK = 887_272;
const TICKS_PER_WORD = 256;

export type Tick = readonly [tick: number, liquidityNet: bigint];

/** Initialised ticks, by the word of the tick bitmap that they are in. */
export type TickWords = ReadonlyMap<number, readonly Tick[]>;

/** Words of a tick bitmap, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Word of the tick bitmap that a tick is in. Source: TickBitmap.position. */
export function tickWordOf(tick: number, tickSpacing: number): number {
  return Math.floor(Math.floor(tick / tickSpacing) / TICKS_PER_WORD);
}

/**
 * Read all words of a span, as many at once as one answer holds.
 *
 * **Throws** {@link WordsMalformed} where an answer holds none; what `read` throws.
 */
export async function walkTicks(
  span: Span,
  tickSpacing: number,
  read: (rest: Span) => Promise<{ readonly wordsRead: number; readonly ticks: readonly Tick[] }>,
): Promise<TickWords> {
  const words = new Map<number, Tick[]>();
  for (let from = span.from; from <= span.to;) {
    const { wordsRead, ticks } = await read({ from, to: span.to });
    if (wordsRead === 0) throw new WordsMalformed("no progress", `room for word ${from} of the tick bitmap`);
    for (const entry of ticks) {
      const word = tickWordOf(entry[0], tickSpacing);
      const inWord = words.get(word);
      if (inWord === undefined) words.set(word, [entry]);
      else inWord.push(entry);
    }
    from += wordsRead;
  }
  return words;
}

/** The words of ticks that were touched, each once. */
export function wordsOfTicks(ticks: readonly number[], tickSpacing: number): number[] {
  return [...new Set(ticks.map((tick) => tickWordOf(tick, tickSpacing)))].sort((a, b) => a - b);
}

/** Words as before, but for those that were read again. */
export function withWords(before: TickWords, touched: readonly number[], read: readonly TickWords[]): TickWords {
  if (touched.length === 0) return before;
  const words = new Map(before);
  touched.forEach((word, i) => {
    const now = read[i]!.get(word);
    if (now === undefined) words.delete(word);
    else words.set(word, now);
  });
  return words;
}

/** All ticks, ascending. */
export function ascendingTicks(words: TickWords): Tick[] {
  return [...words.keys()].sort((a, b) => a - b).flatMap((word) => words.get(word)!);
}
