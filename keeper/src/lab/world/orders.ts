import { id } from "ethers";
import type { Address, Hex } from "../../units.js";
import { quantity } from "../block-controls.js";
import { RpcError } from "../chain-errors.js";
import type { DevChain } from "../chain.js";
import type { RpcCall } from "../dev-rpc.js";

/** One transaction to be sent by an impersonated account. */
export interface Order {
  readonly label: string;
  readonly from: Address;
  /** `null` creates a contract. */
  readonly to: Address | null;
  readonly data: Hex;
  readonly value?: bigint;
  readonly gas?: bigint;
  /** The address that others were told a creation will have. */
  readonly creates?: Address;
}

type NumberedOrder = Order & { readonly nonce?: number };

/** Thrown when a transaction of the set-up reverted. */
export class OrderFailedError extends Error {
  override readonly name = "OrderFailedError";

  constructor(label: string, reason: string) {
    super(`${label} failed: ${reason}; the world's spec asks for something that the genuine contracts refuse`);
  }
}

export const CALL_GAS = 5_000_000n;
/** EDR keeps a trace of every transaction until its block is done: beyond a few dozen, each costs several times more. */
const ORDERS_PER_BLOCK = 25;
const MAX_FEE_WEI = 1_000n * 10n ** 9n;
const TIP_WEI = 10n ** 9n;

/** An address that nobody has the key of, the same on every chain. */
export function derivedAddress(role: string): Address {
  return `0x${id(`bulkhead/lab/${role}`).slice(-40)}` as Address;
}

/** Let the lab send for `actors`, and give each of them `wei`. */
export async function openActors(chain: DevChain, actors: readonly Address[], wei: bigint): Promise<void> {
  const calls = actors.flatMap((actor) => [
    { method: "hardhat_impersonateAccount", params: [actor] },
    { method: "hardhat_setBalance", params: [actor, quantity(wei)] },
  ]);
  await chain.rpc.batch(calls);
}

/** The request that sends an order. */
export function orderRequest(order: NumberedOrder): RpcCall {
  const { from, to, data, nonce } = order;
  const transaction = {
    from,
    data,
    ...(to === null ? {} : { to }),
    ...(nonce === undefined ? {} : { nonce: quantity(nonce) }),
    value: quantity(order.value ?? 0n),
    gas: quantity(order.gas ?? CALL_GAS),
    maxFeePerGas: quantity(MAX_FEE_WEI),
    maxPriorityFeePerGas: quantity(TIP_WEI),
  };
  return { method: "eth_sendTransaction", params: [transaction] };
}

/** Mine orders in their sequence: the first block at `timestamp`, further ones a second apart. Throws {@link OrderFailedError}. */
export async function mineOrders(chain: DevChain, orders: readonly Order[], timestamp: number): Promise<void> {
  const all = await numbered(chain, orders);
  for (let start = 0; start < all.length; start += ORDERS_PER_BLOCK) {
    const block = all.slice(start, start + ORDERS_PER_BLOCK);
    const hashes = await chain.rpc.batch(block.map(orderRequest));
    await chain.mine(timestamp + start / ORDERS_PER_BLOCK);
    await requireDone(chain, block, hashes);
  }
}

async function requireDone(chain: DevChain, orders: readonly Order[], hashes: readonly unknown[]): Promise<void> {
  const receipts = (await chain.rpc.batch(
    hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
  )) as readonly ({ readonly status: Hex; readonly contractAddress: Address | null } | null)[];
  for (const [index, order] of orders.entries()) {
    const receipt = receipts[index];
    if (receipt?.status !== "0x1") throw new OrderFailedError(order.label, await reasonOf(chain, order));
    if (order.creates !== undefined && receipt.contractAddress?.toLowerCase() !== order.creates) {
      throw new OrderFailedError(order.label, `it is at ${receipt.contractAddress}, announced at ${order.creates}`);
    }
  }
}

/** Number each sender's orders from its nonce on: orders of one sender keep their sequence, also across blocks. */
async function numbered(chain: DevChain, orders: readonly Order[]): Promise<readonly NumberedOrder[]> {
  const senders = [...new Set(orders.map(({ from }) => from))];
  const counts = await chain.rpc.batch(
    senders.map((sender) => ({ method: "eth_getTransactionCount", params: [sender, "latest"] })),
  );
  const next = new Map(senders.map((sender, index) => [sender, Number.parseInt(String(counts[index]), 16)]));
  return orders.map((order) => {
    const nonce = next.get(order.from) ?? 0;
    next.set(order.from, nonce + 1);
    return { ...order, nonce };
  });
}

/** Why an order failed, as far as repeating it on the head tells. */
async function reasonOf(chain: DevChain, order: Order): Promise<string> {
  const [transaction] = orderRequest(order).params;
  try {
    await chain.rpc.call("eth_call", [transaction, "latest"]);
    return "reverted in its place, though not when repeated after it";
  } catch (error) {
    if (error instanceof RpcError) return error.message;
    throw error;
  }
}
