import { z } from "zod";
import { BalancerV2Lens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import { WordsMalformed, address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import { balancerStableQuote } from "../graph/balancer/stable-swap.js";
import { weightedQuote } from "../graph/balancer/weighted-swap.js";
import type { BalancerStablePool, BalancerWeightedPool } from "../snapshot/pool-state.js";
import type { Address } from "../units.js";
import { address as addressValue } from "../values.js";
import { eachBlock } from "./each-block.js";
import { asItQuotes, decodeQuotes } from "./own-quotes.js";
import type { OwnQuote } from "./own-quotes.js";

const STATE = {
  tokens: count(0, 0, 8),
  quotes: count(0, 8, 8),
  isWeighted: flag(0, 16),
  isStable: flag(0, 17),
  isPaused: flag(0, 18),
  ownShare: count(0, 24, 8),
  fee: uint(1),
  amp: uint(2),
  ampUnit: uint(3),
} as const;
const STATE_WORDS = 4;
const TOKEN = { token: address(0), balance: uint(1), weight: uint(2), scaling: uint(3) } as const;
const TOKEN_WORDS = 4;
const UNKNOWN = (1n << 256n) - 1n;

type Token = Row<typeof TOKEN>;

interface Read {
  readonly state: Row<typeof STATE>;
  /** Without the pool's own share, in its order. */
  readonly tokens: readonly Token[];
  readonly quotes: readonly OwnQuote[];
}

/** Balancer v2's weighted pools, of any version. */
export const balancerWeighted = sourceKind({
  schema: z.strictObject({ kind: z.literal("balancer-weighted"), pool: addressValue }),
  addressOf: ({ pool }) => pool,
  follow: (chain, { pool }) => eachBlock(async (block) => weighted(pool, await readPool(chain.at(block), pool))),
  view: (_, pool: BalancerWeightedPool) => pool,
});

/** Balancer v2's pools of like tokens: stable, meta-stable and composable ones. */
export const balancerStable = sourceKind({
  schema: z.strictObject({ kind: z.literal("balancer-stable"), pool: addressValue }),
  addressOf: ({ pool }) => pool,
  follow: (chain, { pool }) => eachBlock(async (block) => stable(pool, await readPool(chain.at(block), pool))),
  view: (_, pool: BalancerStablePool) => pool,
});

async function readPool(reader: BlockReader, pool: Address): Promise<Read> {
  const words = await runLens(reader, BalancerV2Lens__factory, [pool]);
  const state = decodeRow(words, 0, STATE);
  if (state.isPaused) throw new WordsMalformed("a paused pool", "one that trades");
  const all = Array.from({ length: state.tokens }, (_, k) => decodeRow(words, STATE_WORDS + k * TOKEN_WORDS, TOKEN));
  const tokens = all.filter((_, k) => k !== state.ownShare);
  if (tokens.some(({ scaling }) => scaling === UNKNOWN))
    throw new WordsMalformed("no decimals", "tokens with decimals");
  const placed = (k: number): number => (k > state.ownShare ? k - 1 : k);
  const quotes = decodeQuotes(words, STATE_WORDS + state.tokens * TOKEN_WORDS, state.quotes);
  return { state, tokens, quotes: quotes.map((q) => ({ ...q, i: placed(q.i), j: placed(q.j) })) };
}

function listed(pool: Address, { state, tokens }: Read) {
  return {
    pool,
    tokens: tokens.map(({ token }) => token),
    balances: tokens.map(({ balance }) => balance),
    scaling: tokens.map(({ scaling }) => scaling),
    fee: state.fee,
  };
}

function weighted(pool: Address, read: Read): BalancerWeightedPool {
  if (!read.state.isWeighted) throw new WordsMalformed("a pool without weights", "a weighted pool");
  const weights = read.tokens.map(({ weight }) => weight);
  const kind = "balancer-weighted";
  const candidates = [true, false].map(
    (shortPowers) => ({ ...listed(pool, read), kind, weights, shortPowers }) as const,
  );
  return asItQuotes(candidates, read.quotes, weightedQuote);
}

function stable(pool: Address, read: Read): BalancerStablePool {
  if (!read.state.isStable) throw new WordsMalformed("a pool without amplification", "a stable pool");
  const { amp, ampUnit } = read.state;
  const kind = "balancer-stable";
  const candidates = (["down", "up"] as const).map(
    (invariantRounding) => ({ ...listed(pool, read), kind, amp, ampUnit, invariantRounding }) as const,
  );
  return asItQuotes(candidates, read.quotes, balancerStableQuote);
}
