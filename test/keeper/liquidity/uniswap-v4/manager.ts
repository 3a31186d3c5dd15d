import { ZeroAddress } from "ethers";
import { swap } from "../../../../keeper/src/graph/uniswap-v3/swap.js";
import type { ContractRef } from "../../../../keeper/src/lab/world/contract-ref.js";
import { CALL_GAS } from "../../../../keeper/src/lab/world/orders.js";
import { approve } from "../../../../keeper/src/lab/world/tokens.js";
import type { UniswapV4Pool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type PoolStage, loadPackaged, openStage } from "../stage.js";

const MIN_LIMIT = 4_295_128_740n;
const MAX_LIMIT = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341n;
const ETHER_SENT = 10n ** 24n;

/** A pool's key, as the configuration has it. */
export interface Key {
  readonly currency0: Address;
  readonly currency1: Address;
  readonly fee: number;
  readonly tickSpacing: number;
  readonly hooks: Address;
}

/** The genuine manager, with the package's own contracts that add liquidity and swap. */
export interface ManagerStage extends PoolStage {
  readonly manager: ContractRef;
  readonly liquidity: ContractRef;
  readonly swapper: ContractRef;
}

export async function openManager(): Promise<ManagerStage> {
  const stage = await openStage([18, 6]);
  const { steward, tokens } = stage;
  const load = (name: string) => {
    const file = `@uniswap/v4-core/out/${name}.sol/${name}.json`;
    return loadPackaged(name, { abi: file, code: file });
  };
  const manager = steward.deploy(load("PoolManager"), [steward.address]);
  const liquidity = steward.deploy(load("PoolModifyLiquidityTest"), [manager.address]);
  const swapper = steward.deploy(load("PoolSwapTest"), [manager.address]);
  for (const token of tokens) {
    approve(steward, token, liquidity.address);
    approve(steward, token, swapper.address);
  }
  steward.call(manager, "setProtocolFeeController", [steward.address]);
  await steward.flush();
  return { ...stage, manager, liquidity, swapper };
}

/** The key as the contracts take it. */
export function tupleOf({ currency0, currency1, fee, tickSpacing, hooks }: Key) {
  return [currency0, currency1, fee, tickSpacing, hooks] as const;
}

function valueOf({ currency0 }: Key): bigint {
  return currency0 === ZeroAddress ? ETHER_SENT : 0n;
}

/** Add liquidity between two ticks, or take it away. */
export async function modify(
  { steward, liquidity }: ManagerStage,
  key: Key,
  [tickLower, tickUpper, delta]: readonly [number, number, bigint],
): Promise<void> {
  const params = [tickLower, tickUpper, delta, `0x${"0".repeat(64)}`];
  const data = liquidity.abi.encodeFunctionData(MODIFY, [tupleOf(key), params, "0x"]) as Hex;
  const order = { label: "modify", from: steward.address, to: liquidity.address, data, gas: CALL_GAS };
  steward.add({ ...order, value: delta > 0n ? valueOf(key) : 0n });
  await steward.flush();
}
const MODIFY = "modifyLiquidity((address,address,uint24,int24,address),(int24,int24,int256,bytes32),bytes)";

export interface Trade {
  readonly zeroForOne: boolean;
  /** Positive: exactly this goes in; negative: exactly this comes out. */
  readonly amount: bigint;
}

function swapData(stage: ManagerStage, key: Key, { zeroForOne, amount }: Trade): Hex {
  const params = [zeroForOne, -amount, zeroForOne ? MIN_LIMIT : MAX_LIMIT];
  return stage.swapper.abi.encodeFunctionData("swap", [tupleOf(key), params, [false, false], "0x"]) as Hex;
}

/** What the manager does for a swap: amounts from the pool's side, as v3 signs them; undefined where it reverts. */
export async function ownSwap(
  stage: ManagerStage,
  key: Key,
  trade: Trade,
): Promise<readonly [bigint, bigint] | undefined> {
  const { chain, steward, swapper } = stage;
  const call = { from: steward.address, to: swapper.address, data: swapData(stage, key, trade) };
  const value = `0x${valueOf(key).toString(16)}`;
  try {
    const answer = String(await chain.rpc.call("eth_call", [{ ...call, value }, "latest"]));
    const [delta] = swapper.abi.decodeFunctionResult("swap", answer);
    const packed = BigInt.asUintN(256, delta as bigint);
    return [-BigInt.asIntN(128, packed >> 128n), -BigInt.asIntN(128, packed)];
  } catch {
    return undefined;
  }
}

/** Swap for real. */
export async function trade(stage: ManagerStage, key: Key, order: Trade): Promise<void> {
  const { steward, swapper } = stage;
  const data = swapData(stage, key, order);
  const sent = { label: "swap", from: steward.address, to: swapper.address, data, gas: CALL_GAS };
  steward.add({ ...sent, value: valueOf(key) });
  await steward.flush();
}

/** Our swap, in the same terms. */
export function ourSwap(pool: UniswapV4Pool, { zeroForOne, amount }: Trade) {
  return swap(pool, zeroForOne, { amountSpecified: amount });
}
