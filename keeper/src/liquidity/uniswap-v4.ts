import { AbiCoder, keccak256 } from "ethers";
import { z } from "zod";
import { IUniswapV4PoolManager__factory, UniswapV4Lens__factory } from "../../../typechain-types/index.js";
import type { Derivation } from "../chain/follow.js";
import { runLens } from "../chain/lens.js";
import type { Log } from "../chain/log.js";
import type { BlockReader, RpcPool } from "../chain/rpc-pool.js";
import { sourceKind } from "../chain/source-kind.js";
import { WordsMalformed, count, decodeRow, int, signedCount, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { UniswapV4Pool } from "../snapshot/pool-state.js";
import type { Address, Hex } from "../units.js";
import { bigToInt } from "../units.js";
import { address as addressValue } from "../values.js";
import { MAX_TICK, ascendingTicks, tickWordOf, walkTicks, withWords, wordsOfTicks } from "./tick-words.js";
import type { Span, Tick, TickWords } from "./tick-words.js";

const events = IUniswapV4PoolManager__factory.createInterface();
const MODIFY = events.getEvent("ModifyLiquidity").topicHash as Hex;

const ETHER = `0x${"0".repeat(40)}` as Address;
const MAX_SPACING = 32_767;
/** A fee that a hook sets: 0x800000. */
const DYNAMIC_FEE = 8_388_608;
/** Bits of a hook's address by which it acts on swaps: before, after, and their deltas. Source: `Hooks.sol`. */
const SWAP_HOOKS = 0b11_001_100n;

const STATE = {
  ticks: count(0, 0, 16),
  wordsRead: count(0, 16, 32),
  sqrtPriceX96: uint(1, 0, 160),
  tick: signedCount(1, 160, 24),
  protocolFee0: count(1, 184, 12),
  protocolFee1: count(1, 196, 12),
  fee: count(1, 208, 24),
  liquidity: uint(2, 0, 128),
} as const;
const STATE_WORDS = 3;
const TICK = { net: int(0, 0, 128), tick: signedCount(0, 128, 24) } as const;

const schema = z.strictObject({
  kind: z.literal("uniswap-v4"),
  manager: addressValue,
  currency0: addressValue,
  currency1: addressValue,
  fee: z.int().min(0).max(DYNAMIC_FEE),
  tickSpacing: z.int().min(1).max(MAX_SPACING),
  hooks: addressValue.default(ETHER),
  nativeAsset: addressValue.optional(),
});
type Source = z.output<typeof schema>;

interface UniswapV4State {
  readonly state: Row<typeof STATE>;
  readonly ticks: TickWords;
}

/** Pools of a Uniswap v4 manager, named by their key; those whose hooks act on swaps are refused. */
export const uniswapV4 = sourceKind({
  schema,
  addressOf: ({ manager }) => manager,
  idOf: poolId,
  follow: followUniswapV4,
  view: viewUniswapV4,
});

/** The id of a pool: the hash of its key. */
export function poolId({ currency0, currency1, fee, tickSpacing, hooks }: Source): Hex {
  const types = ["address", "address", "uint24", "int24", "address"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [currency0, currency1, fee, tickSpacing, hooks])) as Hex;
}

/** Once read, a block costs its price and the words of the tick bitmap that the manager's events of this pool name. */
function followUniswapV4(chain: RpcPool, source: Source): Derivation<UniswapV4State> {
  const id = poolId(source);
  const { manager, tickSpacing } = source;
  return {
    async load(block) {
      requireTradable(source);
      const reader = chain.at(block);
      const { state } = await readWords(reader, source, { from: 0, to: -1 });
      const span = { from: tickWordOf(-MAX_TICK, tickSpacing), to: tickWordOf(MAX_TICK, tickSpacing) };
      return { state, ticks: await walk(reader, source, span) };
    },
    async advance(before, path) {
      const reader = chain.at(path.at(-1)!);
      const filter = [{ addresses: [manager], topics: [MODIFY] }];
      const [{ state }, logs] = await Promise.all([
        readWords(reader, source, { from: 0, to: -1 }),
        Promise.all(path.map((at) => chain.at(at).logs(filter))),
      ]);
      const touched = wordsOfTicks(
        logs.flat().flatMap((log) => touchedTicks(log, id)),
        tickSpacing,
      );
      const read = await Promise.all(touched.map((word) => walk(reader, source, { from: word, to: word })));
      return { state, ticks: withWords(before.ticks, touched, read) };
    },
  };
}

function requireTradable({ hooks, currency0, nativeAsset }: Source): void {
  if ((BigInt(hooks) & SWAP_HOOKS) !== 0n) {
    throw new WordsMalformed(`hooks ${hooks} that act on swaps`, "a pool whose swaps are its own");
  }
  if (currency0 === ETHER && nativeAsset === undefined) {
    throw new WordsMalformed("ether in the pool", "`nativeAsset` in its configuration");
  }
}

function viewUniswapV4(source: Source, { state, ticks }: UniswapV4State): UniswapV4Pool {
  const { sqrtPriceX96, tick, liquidity, fee } = state;
  const { currency0, currency1, nativeAsset, tickSpacing } = source;
  return {
    pool: source.manager,
    kind: "uniswap-v4",
    id: poolId(source),
    token0: currency0 === ETHER && nativeAsset !== undefined ? nativeAsset : currency0,
    token1: currency1,
    ...{ fee, tickSpacing, sqrtPriceX96, tick, liquidity },
    protocolFee: { zeroForOne: state.protocolFee0, oneForZero: state.protocolFee1 },
    ticks: ascendingTicks(ticks),
  };
}

function walk(reader: BlockReader, source: Source, span: Span): Promise<TickWords> {
  return walkTicks(span, source.tickSpacing, async (rest) => {
    const { state, ticks } = await readWords(reader, source, rest);
    return { wordsRead: state.wordsRead, ticks };
  });
}

async function readWords(
  reader: BlockReader,
  source: Source,
  { from, to }: Span,
): Promise<{ readonly state: Row<typeof STATE>; readonly ticks: readonly Tick[] }> {
  const args = [source.manager, poolId(source), source.tickSpacing, from, to];
  const words = await runLens(reader, UniswapV4Lens__factory, args);
  const state = decodeRow(words, 0, STATE);
  const ticks = Array.from({ length: state.ticks }, (_, i): Tick => {
    const { tick, net } = decodeRow(words, STATE_WORDS + i, TICK);
    return [tick, net];
  });
  return { state, ticks };
}

function touchedTicks({ topics, data }: Log, id: Hex): number[] {
  if (topics[1] !== id) return [];
  const { tickLower, tickUpper } = events.decodeEventLog("ModifyLiquidity", data, [...topics]);
  return [tickLower, tickUpper].map((tick) => bigToInt(tick as bigint));
}
