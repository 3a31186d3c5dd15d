import { z } from "zod";
import { CurveCryptoLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import { WordsMalformed, count, decodeRow, uint } from "../chain/words.js";
import { cryptoInvariant } from "../graph/curve/crypto-math.js";
import { cryptoQuote, scaledBalances } from "../graph/curve/crypto-swap.js";
import { SwapReverted } from "../graph/uniswap-v3/errors.js";
import type { CurveCryptoPool } from "../snapshot/pool-state.js";
import type { Address } from "../units.js";
import { address as addressValue } from "../values.js";
import { decodeCoins } from "./curve-coins.js";
import { eachBlock } from "./each-block.js";
import { asItQuotes, decodeQuotes } from "./own-quotes.js";

const STATE = {
  tokens: count(0, 0, 8),
  quotes: count(0, 8, 8),
  amp: uint(1),
  gamma: uint(2),
  invariant: uint(3),
  midFee: uint(4),
  outFee: uint(5),
  feeGamma: uint(6),
  rampEnd: uint(7),
} as const;
const STATE_WORDS = 8;

/** Curve's crypto pools of two and three tokens whose balances Newton's method finds. */
export const curveCrypto = sourceKind({
  schema: z.strictObject({
    kind: z.literal("curve-crypto"),
    pool: addressValue,
    nativeAsset: addressValue.optional(),
  }),
  addressOf: ({ pool }) => pool,
  follow: (chain, { pool, nativeAsset }) => eachBlock((block) => readPool(chain.at(block), pool, nativeAsset)),
  view: (_, pool: CurveCryptoPool) => pool,
});

async function readPool(
  reader: BlockReader,
  pool: Address,
  nativeAsset: Address | undefined,
): Promise<CurveCryptoPool> {
  const words = await runLens(reader, CurveCryptoLens__factory, [pool]);
  const { tokens, quotes, rampEnd, ...parameters } = decodeRow(words, 0, STATE);
  const { coins, end } = decodeCoins(words, { from: STATE_WORDS, length: tokens }, nativeAsset);
  const read = {
    pool,
    kind: "curve-crypto" as const,
    tokens: coins.map(({ token }) => token),
    balances: coins.map(({ balance }) => balance),
    precisions: coins.map(({ precision }) => precision),
    priceScale: coins.map(({ rate }) => rate),
    ...parameters,
  };
  // Once A or gamma have been ramped, a pool quotes on the invariant of its balances, not on the one that it kept.
  const state = rampEnd === 0n ? read : { ...read, invariant: invariantOf(read) };
  return asItQuotes([state], decodeQuotes(words, end, quotes), cryptoQuote);
}

function invariantOf(pool: CurveCryptoPool): bigint {
  try {
    return cryptoInvariant(scaledBalances(pool, pool.balances), pool);
  } catch (cause) {
    if (!(cause instanceof SwapReverted)) throw cause;
    throw new WordsMalformed("balances that the pool's own code refuses", "a pool that trades");
  }
}
