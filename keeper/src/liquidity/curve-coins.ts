import { WordsMalformed, address, decodeRow, uint } from "../chain/words.js";
import type { Row, Words } from "../chain/words.js";
import type { Address } from "../units.js";

const COIN = { token: address(0), balance: uint(1), rate: uint(2), decimals: uint(3) } as const;
const COIN_WORDS = 4;
/** What stands for ether among a pool's tokens. */
const ETHER = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
const MAX_DECIMALS = 18n;

/** One token of a Curve pool. `rate`: what the lens says of it, by kind of pool. */
export interface CurveCoin extends Row<typeof COIN> {
  /** What brings a raw unit to 18 decimals. */
  readonly precision: bigint;
}

/**
 * Decode the tokens of a lens's answer; ether is shown as `nativeAsset`. Gives the word after them, too.
 *
 * **Throws** {@link WordsMalformed} where decimals are unknown or above 18, or ether has no wrapped token to stand for it.
 */
export function decodeCoins(
  words: Words,
  { from, length }: { readonly from: number; readonly length: number },
  nativeAsset: Address | undefined,
): { readonly coins: readonly CurveCoin[]; readonly end: number } {
  const coins = Array.from({ length }, (_, k) => {
    const coin = decodeRow(words, from + k * COIN_WORDS, COIN);
    if (coin.decimals > MAX_DECIMALS) throw new WordsMalformed(`decimals of ${coin.token}`, "at most 18");
    const precision = 10n ** (MAX_DECIMALS - coin.decimals);
    if (coin.token !== ETHER) return { ...coin, precision };
    if (nativeAsset === undefined) throw new WordsMalformed("ether in the pool", "`nativeAsset` in its configuration");
    return { ...coin, token: nativeAsset, precision };
  });
  return { coins, end: from + length * COIN_WORDS };
}
