import { z } from "zod";
import { IUniswapV3Pool__factory, UniswapV3Lens__factory } from "../../../typechain-types/index.js";
import type { BlockRef } from "../chain/block-ref.js";
import type { Derivation } from "../chain/follow.js";
import { runLens } from "../chain/lens.js";
import type { Log } from "../chain/log.js";
import type { BlockReader, RpcPool } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import { WordsMalformed, address, count, decodeRow, int, signedCount, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { PoolState } from "../snapshot/snapshot.js";
import type { Address, Hex } from "../units.js";
import { address as addressValue } from "../values.js";

const events = IUniswapV3Pool__factory.createInterface();
const MINT = events.getEvent("Mint").topicHash as Hex;
const BURN = events.getEvent("Burn").topicHash as Hex;
/** Places of tickLower and tickUpper among the topics. */
const TICK_TOPICS: ReadonlyMap<Hex, readonly [number, number]> = new Map([
  [MINT, [2, 3]],
  [BURN, [2, 3]],
]);

/** Source: TickMath.sol. */
const MAX_TICK = 887_272;
const TICKS_PER_WORD = 256;

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

type Tick = readonly [tick: number, liquidityNet: bigint];

/** A pool at one block: its initialised ticks, by the word of the tick bitmap that they are in. */
export interface UniswapV3State {
  readonly block: BlockRef;
  readonly state: Row<typeof STATE>;
  readonly ticks: ReadonlyMap<number, readonly Tick[]>;
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
      const last = wordOf(MAX_TICK, state.tickSpacing);
      const first = wordOf(-MAX_TICK, state.tickSpacing);
      return { block, state, ticks: await walk(reader, pool, { from: first, to: last }) };
    },
    async advance(before, path) {
      const block = path.at(-1)!;
      const reader = chain.at(block);
      const filter = [{ addresses: [pool], topics: [MINT, BURN] }];
      const [{ state }, logs] = await Promise.all([
        readWords(reader, pool, { from: 0, to: -1 }),
        Promise.all(path.map((at) => chain.at(at).logs(filter))),
      ]);
      const touched = touchedWords(logs.flat(), state.tickSpacing);
      if (touched.length === 0) return { block, state, ticks: before.ticks };
      const read = await Promise.all(touched.map((word) => walk(reader, pool, { from: word, to: word })));
      const ticks = new Map(before.ticks);
      touched.forEach((word, i) => {
        const now = read[i]!.get(word);
        if (now === undefined) ticks.delete(word);
        else ticks.set(word, now);
      });
      return { block, state, ticks };
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
export function viewUniswapV3(pool: Address, { state, ticks }: UniswapV3State): PoolState {
  const { token0, token1, fee, tickSpacing, sqrtPriceX96, tick, liquidity } = state;
  const ascending = [...ticks.keys()].sort((a, b) => a - b).flatMap((word) => ticks.get(word)!);
  return {
    pool,
    kind: "uniswap-v3",
    ...{ token0, token1, fee, tickSpacing, sqrtPriceX96, tick, liquidity },
    ticks: ascending,
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

async function walk(reader: BlockReader, pool: Address, span: Span): Promise<ReadonlyMap<number, readonly Tick[]>> {
  const ticks = new Map<number, Tick[]>();
  for (let from = span.from; from <= span.to;) {
    const read = await readWords(reader, pool, { from, to: span.to });
    if (read.state.wordsRead === 0) throw new WordsMalformed("no progress", `room for word ${from} of the tick bitmap`);
    for (const entry of read.ticks) {
      const word = wordOf(entry[0], read.state.tickSpacing);
      const inWord = ticks.get(word);
      if (inWord === undefined) ticks.set(word, [entry]);
      else inWord.push(entry);
    }
    from += read.state.wordsRead;
  }
  return ticks;
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

/** Word of the tick bitmap that a tick is in. Source: TickBitmap.position. */
function wordOf(tick: number, tickSpacing: number): number {
  return Math.floor(Math.floor(tick / tickSpacing) / TICKS_PER_WORD);
}

function touchedWords(logs: readonly Log[], tickSpacing: number): number[] {
  const ticks = logs.flatMap(({ topics }) => (TICK_TOPICS.get(topics[0]!) ?? []).map((at) => tickOf(topics[at]!)));
  return [...new Set(ticks.map((tick) => wordOf(tick, tickSpacing)))].sort((a, b) => a - b);
}

function tickOf(topic: Hex): number {
  return Number.parseInt(topic.slice(-8), 16) | 0;
}
