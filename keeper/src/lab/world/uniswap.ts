import { AbiCoder, ZeroAddress, getCreate2Address, keccak256, parseUnits } from "ethers";
import type { Address, Hex } from "../../units.js";
import { loadUniswapCore, loadUniswapPeriphery } from "./artifacts.js";
import { bandAround, fullRange, sqrtPriceX96 } from "./pool-price.js";
import { WorldSpecError } from "./spec.js";
import type { AssetSpec, PoolSpec, PositionSpec } from "./spec.js";
import { read } from "./contract-ref.js";
import type { ContractRef } from "./contract-ref.js";
import type { Steward } from "./steward.js";
import { issue } from "./tokens.js";

/** The genuine Uniswap v3 deployment. */
export interface Uniswap {
  readonly factory: ContractRef;
  readonly positionManager: ContractRef;
  readonly router: ContractRef;
  readonly quoter: ContractRef;
}

/** An asset as the pools see it. */
export interface PoolAsset {
  readonly spec: AssetSpec;
  readonly token: ContractRef;
}

/** A pool of the world. */
export interface WorldPool extends ContractRef {
  readonly base: string;
  readonly quote: string;
  readonly fee: number;
  readonly tickSpacing: number;
  readonly isBaseToken0: boolean;
}

/** The lowest fee is not in the factory's constructor: mainnet's governance added it later, with this spacing. */
const LOWEST_FEE = { fee: 100, tickSpacing: 1 } as const;
const TICK_SPACINGS: Readonly<Record<number, number>> = { 100: 1, 500: 10, 3000: 60, 10000: 200 };
const FOREVER = 2n ** 48n;

/** Queue factory, position manager, router and quoter. The position descriptor draws pictures only: there is none. */
export function deployUniswap(steward: Steward, weth: ContractRef): Uniswap {
  const factory = steward.deploy(loadUniswapCore("UniswapV3Factory"));
  steward.call(factory, "enableFeeAmount", [LOWEST_FEE.fee, LOWEST_FEE.tickSpacing]);
  const shared = [factory.address, weth.address];
  return {
    factory,
    positionManager: steward.deploy(loadUniswapPeriphery("NonfungiblePositionManager"), [...shared, ZeroAddress]),
    router: steward.deploy(loadUniswapPeriphery("SwapRouter"), shared),
    quoter: steward.deploy(loadUniswapPeriphery("lens/QuoterV2"), shared),
  };
}

/** Queue a pool that opens at the price the two assets' base prices imply. Throws {@link WorldSpecError}. */
export function createPool(steward: Steward, uniswap: Uniswap, spec: PoolSpec, pair: Pair): WorldPool {
  const tickSpacing = TICK_SPACINGS[spec.fee];
  if (tickSpacing === undefined) {
    throw new WorldSpecError("pools", `a fee of ${spec.fee}`, Object.keys(TICK_SPACINGS).join(", "));
  }
  const isBaseToken0 = pair.base.token.address < pair.quote.token.address;
  const [first, second] = isBaseToken0 ? [pair.base, pair.quote] : [pair.quote, pair.base];
  const price = sqrtPriceX96(priced(first), priced(second));
  const tokens = [first.token.address, second.token.address] as const;
  steward.call(uniswap.positionManager, "createAndInitializePoolIfNecessary", [...tokens, spec.fee, price]);
  const artifact = loadUniswapCore("UniswapV3Pool");
  const address = poolAddress(uniswap.factory.address, tokens, spec.fee, keccak256(artifact.bytecode) as Hex);
  const { base, quote, fee } = spec;
  return { name: `${base}/${quote} ${fee}`, address, abi: artifact.abi, base, quote, fee, tickSpacing, isBaseToken0 };
}

/** The two sides of a pool. */
export interface Pair {
  readonly base: PoolAsset;
  readonly quote: PoolAsset;
}

/** Queue a pool's positions, owned by the steward. The pool must have been mined. */
export async function addPositions(
  steward: Steward,
  uniswap: Uniswap,
  order: { readonly pool: WorldPool; readonly pair: Pair; readonly positions: readonly PositionSpec[] },
): Promise<void> {
  const { pool, pair } = order;
  const slot0 = await read(steward.chain, pool, "slot0", []);
  const [token0, token1] = inOrder(pool, pair.base.token.address, pair.quote.token.address);
  for (const position of order.positions) {
    const baseUnits = parseUnits(position.baseAmount, pair.base.spec.decimals);
    const quoteUnits = parseUnits(position.quoteAmount, pair.quote.spec.decimals);
    issue(steward, pair.base.token, steward.address, baseUnits);
    issue(steward, pair.quote.token, steward.address, quoteUnits);
    const [tickLower, tickUpper] = rangeOf(pool, position, slot0.getValue("tick") as bigint);
    const [amount0Desired, amount1Desired] = inOrder(pool, baseUnits, quoteUnits);
    const what = { token0, token1, fee: pool.fee, tickLower, tickUpper, amount0Desired, amount1Desired };
    const terms = { amount0Min: 0, amount1Min: 0, recipient: steward.address, deadline: FOREVER };
    steward.call(uniswap.positionManager, "mint", [{ ...what, ...terms }]);
  }
}

function rangeOf(pool: WorldPool, spec: PositionSpec, tick: bigint): readonly [number, number] {
  if (spec.range === "full") return fullRange(pool.tickSpacing);
  const { ticksDown, ticksUp } = spec.range;
  const [below, above] = pool.isBaseToken0 ? [ticksDown, ticksUp] : [ticksUp, ticksDown];
  return bandAround(tick, pool.tickSpacing, below, above);
}

function inOrder<T>(pool: WorldPool, base: T, quote: T): readonly [T, T] {
  return pool.isBaseToken0 ? [base, quote] : [quote, base];
}

function priced(asset: PoolAsset): { price: string; decimals: number } {
  return { price: asset.spec.priceBase, decimals: asset.spec.decimals };
}

/** Source: v3-periphery PoolAddress.computeAddress. */
function poolAddress(factory: Address, tokens: readonly [Address, Address], fee: number, initCodeHash: Hex): Address {
  const key = AbiCoder.defaultAbiCoder().encode(["address", "address", "uint24"], [...tokens, fee]);
  return getCreate2Address(factory, keccak256(key), initCodeHash).toLowerCase() as Address;
}
