import { z } from "zod";
import { IUniswapV3Pool__factory, UniswapV3Lens__factory } from "../../../typechain-types/index.js";
import type { BlockRef } from "../chain/block-ref.js";
import type { Derivation } from "../chain/follow.js";
import { runLens } from "../chain/lens.js";
import type { Log } from "../chain/log.js";
import type { BlockReader, RpcPool } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import { address, count, decodeRow, int, signedCount, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { UniswapV3Pool } from "../snapshot/pool-state.js";
import type { Address, Hex } from "../units.js";
import { address as addressValue } from "../values.js";
import { MAX_TICK, ascendingTicks, tickWordOf, walkTicks, withWords, wordsOfTicks } from "./tick-words.js";
import type { Span, Tick, TickWords } from "./tick-words.js";

const events = IUniswapV3Pool__factory.createInterface();
const MINT = events.getEvent("Mint").topicHash as Hex;
const BURN = events.getEvent("Burn").topicHash as Hex;
/** Places of tickLower and tickUpper among the topics. */
const TICK_TOPICS: ReadonlyMap<Hex, readonly [number, number]> = new Map([
  [MINT, [2, 3]],
  [BURN, [2, 3]],
]);

const STATE = {
  ticks: count(0, 0, 16),
  wordsRead: count(0, 16, 32),
  sqrtPriceX96: uint(1, 0, 160),
  tick: signedCount(1, 160, 24),
  liquidity: uint(2, 0, 128),
  fee: count(2, 128, 24),
  tickSpacing: signedCount(2, 152, 24),
  token0: address(3),
  token1: address(4),
} as const;
const STATE_WORDS = 5;
const TICK = { net: int(0, 0, 128), tick: signedCount(0, 128, 24) } as const;

/** A pool at one block: its initialised ticks, by the word of the tick bitmap that they are in. */
export interface UniswapV3State {
  readonly block: BlockRef;
  readonly state: Row<typeof STATE>;
  readonly ticks: TickWords;
}

/**
 * Follow a Uniswap v3 pool: once read, a block costs its price and the words of the tick bitmap that Mint and Burn name.
 *
 * **Throws** {@link CallReverted} where the address is no pool, and what the reads throw.
 */
export function followUniswapV3(chain: RpcPool, pool: Address): Derivation<UniswapV3State> {
  return {
    async load(block) {
      const reader = chain.at(block);
      const { state } = await readWords(reader, pool, { from: 0, to: -1 });
      const last = tickWordOf(MAX_TICK, state.tickSpacing);
      const first = tickWordOf(-MAX_TICK, state.tickSpacing);
      return {
        block,
        state,
        ticks: await walk(reader, pool, { from: first, to: last, tickSpacing: state.tickSpacing }),
      };
    },
    async advance(before, path) {
      const block = path.at(-1)!;
      const reader = chain.at(block);
      const filter = [{ addresses: [pool], topics: [MINT, BURN] }];
      const [{ state }, logs] = await Promise.all([
        readWords(reader, pool, { from: 0, to: -1 }),
        Promise.all(path.map((at) => chain.at(at).logs(filter))),
      ]);
      const touched = wordsOfTicks(logs.flat().flatMap(touchedTicks), state.tickSpacing);
      const { tickSpacing } = state;
      const read = await Promise.all(touched.map((word) => walk(reader, pool, { from: word, to: word, tickSpacing })));
      return { block, state, ticks: withWords(before.ticks, touched, read) };
    },
  };
}

/** Uniswap v3 and its forks with the same storage and getters. */
export const uniswapV3 = sourceKind({
  schema: z.strictObject({ kind: z.literal("uniswap-v3"), pool: addressValue }),
  addressOf: ({ pool }) => pool,
  follow: (chain, { pool }) => followUniswapV3(chain, pool),
  view: ({ pool }, state: UniswapV3State) => viewUniswapV3(pool, state),
});

/** A state as the snapshot shows it. */
export function viewUniswapV3(pool: Address, { state, ticks }: UniswapV3State): UniswapV3Pool {
  const { token0, token1, fee, tickSpacing, sqrtPriceX96, tick, liquidity } = state;
  return {
    pool,
    kind: "uniswap-v3",
    ...{ token0, token1, fee, tickSpacing, sqrtPriceX96, tick, liquidity },
    ticks: ascendingTicks(ticks),
  };
}

function walk(reader: BlockReader, pool: Address, span: Span & { readonly tickSpacing: number }): Promise<TickWords> {
  return walkTicks(span, span.tickSpacing, async (rest) => {
    const { state, ticks } = await readWords(reader, pool, rest);
    return { wordsRead: state.wordsRead, ticks };
  });
}

async function readWords(
  reader: BlockReader,
  pool: Address,
  { from, to }: Span,
): Promise<{ readonly state: Row<typeof STATE>; readonly ticks: readonly Tick[] }> {
  const words = await runLens(reader, UniswapV3Lens__factory, [pool, from, to]);
  const state = decodeRow(words, 0, STATE);
  const ticks = Array.from({ length: state.ticks }, (_, i): Tick => {
    const { tick, net } = decodeRow(words, STATE_WORDS + i, TICK);
    return [tick, net];
  });
  return { state, ticks };
}

function touchedTicks({ topics }: Log): number[] {
  return (TICK_TOPICS.get(topics[0]!) ?? []).map((at) => tickOf(topics[at]!));
}

function tickOf(topic: Hex): number {
  return Number.parseInt(topic.slice(-8), 16) | 0;
}
