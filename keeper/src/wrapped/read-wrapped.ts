import { WrappedLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { address, count, decodeRow, flag, uint, type Words } from "../chain/words.js";
import type { Address } from "../units.js";
import { rateAsk, SHAPES, type Ask, type Leg } from "./wrapped-kind.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const HEAD = {
  fault: count(0, 0, 8),
  decimals: count(0, 8, 8),
  legs: count(0, 16, 16),
  forms: count(0, 32, 16),
} as const;
const LEG = {
  underlying: address(0),
  decimals: count(0, 160, 8),
  hasDecimals: flag(0, 168),
  numerator: uint(1),
  denominator: uint(2),
} as const;
const LEG_WORDS = 3;
/** What the lens takes at once: with calls of usual cost all of it. */
const PORTION = 100;

/** Why the lens found no claim, as WrappedLens.sol numbers it. */
const FAULTS: Readonly<Record<number, string>> = {
  1: "its decimals do not answer",
  2: "what it is a claim on does not answer",
  3: "its rate does not answer",
  4: "its supply is 0 or does not answer",
  5: "what its pool holds does not answer, or is more than 8 tokens",
};

/** One token as the lens answers it. */
export type RawClaim =
  | { readonly kind: "read"; readonly decimals: number; readonly legs: readonly Leg[]; readonly forms: number }
  | { readonly kind: "fault"; readonly reason: string };

/**
 * Ask what tokens are claims on, at a block, in the order given.
 *
 * **Throws** {@link WordsMalformed} where the answer is not the lens'; what the reader throws.
 */
export function readClaims(reader: BlockReader, asks: readonly Ask[]): Promise<RawClaim[]> {
  return runInPortions(asks, PORTION, async (portion) => {
    const words = await runLens(reader, WrappedLens__factory, [portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    const rows: RawClaim[] = [];
    for (let at = 1; rows.length < done;) {
      const { claim, next } = decodeClaim(words, at);
      rows.push(claim);
      at = next;
    }
    return { rows, done };
  });
}

/** The question of which forms of a claim a token answers, for a token that nobody configured. */
export function probeAsk(token: Address): Ask {
  return rateAsk(token, { shape: SHAPES.probe });
}

function decodeClaim(words: Words, at: number): { readonly claim: RawClaim; readonly next: number } {
  const { fault, decimals, legs: n, forms } = decodeRow(words, at, HEAD);
  const next = at + 1 + n * LEG_WORDS;
  if (fault !== 0) return { claim: { kind: "fault", reason: FAULTS[fault] ?? `fault ${fault} of the lens` }, next };
  const legs = Array.from({ length: n }, (_, i): Leg => {
    const { hasDecimals, ...leg } = decodeRow(words, at + 1 + i * LEG_WORDS, LEG);
    return { ...leg, decimals: hasDecimals ? leg.decimals : undefined };
  });
  return { claim: { kind: "read", decimals, legs, forms }, next };
}
