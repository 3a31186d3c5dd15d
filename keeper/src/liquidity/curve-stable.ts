import { z } from "zod";
import { CurveStableLens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import { count, decodeRow, flag, uint } from "../chain/words.js";
import { stableQuote } from "../graph/curve/stable-swap.js";
import type { CurveStablePool, CurveStableRounding } from "../snapshot/pool-state.js";
import type { Address } from "../units.js";
import { address as addressValue } from "../values.js";
import { decodeCoins } from "./curve-coins.js";
import { eachBlock } from "./each-block.js";
import { asItQuotes, decodeQuotes } from "./own-quotes.js";

const STATE = {
  tokens: count(0, 0, 8),
  quotes: count(0, 8, 8),
  isPrecise: flag(0, 16),
  amp: uint(1),
  fee: uint(2),
} as const;
const STATE_WORDS = 3;
const WAD = 10n ** 18n;
const PRECISE_UNIT = 100n;

const ROUNDINGS: readonly CurveStableRounding[] = (["each", "each-plus-one", "once"] as const).flatMap((invariant) =>
  (["before-rate", "after-rate"] as const).flatMap((fee) =>
    [true, false].map((keepsUnit) => ({ invariant, fee, keepsUnit })),
  ),
);

/** Curve's StableSwap pools and metapools whose quotes follow from balances, rates, amplification and one fee. */
export const curveStable = sourceKind({
  schema: z.strictObject({
    kind: z.literal("curve-stable"),
    pool: addressValue,
    nativeAsset: addressValue.optional(),
  }),
  addressOf: ({ pool }) => pool,
  follow: (chain, { pool, nativeAsset }) => eachBlock((block) => readPool(chain.at(block), pool, nativeAsset)),
  view: (_, pool: CurveStablePool) => pool,
});

async function readPool(
  reader: BlockReader,
  pool: Address,
  nativeAsset: Address | undefined,
): Promise<CurveStablePool> {
  const words = await runLens(reader, CurveStableLens__factory, [pool]);
  const state = decodeRow(words, 0, STATE);
  const { coins, end } = decodeCoins(words, { from: STATE_WORDS, length: state.tokens }, nativeAsset);
  const candidates = ROUNDINGS.map((rounding) => ({
    pool,
    kind: "curve-stable" as const,
    tokens: coins.map(({ token }) => token),
    balances: coins.map(({ balance }) => balance),
    // A rate of 0 is one that the pool does not tell: the token counts by its decimals.
    rates: coins.map(({ rate, precision }) => (rate > 0n ? rate : WAD * precision)),
    amp: state.amp,
    ampUnit: state.isPrecise ? PRECISE_UNIT : 1n,
    fee: state.fee,
    rounding,
  }));
  return asItQuotes(candidates, decodeQuotes(words, end, state.quotes), stableQuote);
}
