import { Contract, getCreateAddress, id } from "ethers";
import type { ContractRunner, Interface, Result } from "ethers";
import type { Address, Hex } from "../../units.js";
import type { DevChain } from "../chain.js";
import { RpcError } from "../chain-errors.js";
import type { RpcCall } from "../dev-rpc.js";
import { creationCode } from "./artifacts.js";
import type { Artifact, Libraries } from "./artifacts.js";

/** A contract on the chain. */
export interface ContractRef {
  readonly name: string;
  readonly address: Address;
  readonly abi: Interface;
}

/** One transaction to be sent by an impersonated account. */
export interface Order {
  readonly label: string;
  readonly from: Address;
  /** `null` creates a contract. */
  readonly to: Address | null;
  readonly data: Hex;
  readonly value?: bigint;
  readonly gas?: bigint;
}

/**
 * The account that builds and administers the world: deploys, owns, mints, supplies. Orders wait in a queue, so that a
 * whole phase of the set-up is one block: addresses of contracts are known before they exist.
 */
export interface Steward {
  readonly chain: DevChain;
  readonly address: Address;
  /** Queue a deployment. */
  deploy(artifact: Artifact, args?: readonly unknown[], libraries?: Libraries): ContractRef;
  /** Queue a call by the steward. */
  call(target: ContractRef, method: string, args: readonly unknown[], value?: bigint): void;
  /** Queue an order of somebody else; within a block it may come before or after the steward's. */
  add(order: Order): void;
  /** Mine everything queued as one block, a second after the head. Throws {@link OrderFailedError}. */
  flush(): Promise<void>;
}

/** Thrown when a transaction of the set-up reverted. */
export class OrderFailedError extends Error {
  override readonly name = "OrderFailedError";

  constructor(label: string, reason: string) {
    super(`${label} failed: ${reason}; the world's spec asks for something that the genuine contracts refuse`);
  }
}

/** Osaka's limit on one transaction is 2^24; the largest deployment takes a third of it. */
const DEPLOY_GAS = 16_000_000n;
export const CALL_GAS = 5_000_000n;
/** While building, a block holds a whole phase: far above what any phase asks for. */
const SETUP_BLOCK_GAS = 20_000_000_000n;
const BLOCK_GAS = 60_000_000n;
const MAX_FEE_WEI = 1_000n * 10n ** 9n;
const TIP_WEI = 10n ** 9n;
const BASE_FEE_WEI = 10n ** 9n;
const STEWARD_WEI = 10n ** 30n;

/** An address that nobody has the key of, the same on every chain. */
export function derivedAddress(role: string): Address {
  return `0x${id(`bulkhead/lab/${role}`).slice(-40)}` as Address;
}

/** Make the steward ready: funded, impersonated, its nonce known. */
export async function openSteward(chain: DevChain): Promise<Steward> {
  const address = derivedAddress("steward");
  await chain.impersonate(address);
  await chain.setBalance(address, STEWARD_WEI);
  let nonce = await chain.provider.getTransactionCount(address);
  let queue: (Order & { readonly nonce?: number })[] = [];
  const push = (label: string, to: Address | null, data: Hex, extra: { value?: bigint; gas: bigint }): void => {
    queue.push({ label, from: address, to, data, nonce: nonce++, ...extra });
  };
  return {
    chain,
    address,
    deploy(artifact, args = [], libraries = {}) {
      const created = getCreateAddress({ from: address, nonce }).toLowerCase() as Address;
      push(`deploying ${artifact.name}`, null, creationCode(artifact, args, libraries), { gas: DEPLOY_GAS });
      return { name: artifact.name, address: created, abi: artifact.abi };
    },
    call(target, method, args, value = 0n) {
      const data = target.abi.encodeFunctionData(method, args) as Hex;
      push(`${target.name}.${method}`, target.address, data, { value, gas: CALL_GAS });
    },
    add: (order) => void queue.push(order),
    async flush() {
      const orders = queue;
      queue = [];
      await mineOrders(chain, orders);
    },
  };
}

/** Set-up is over: ordinary blocks again, at the base fee that the chain began with. */
export async function endSetup(chain: DevChain): Promise<void> {
  await chain.setBlockGasLimit(BLOCK_GAS);
  await chain.rpc.call("hardhat_setNextBlockBaseFeePerGas", [quantity(BASE_FEE_WEI)]);
}

/** Blocks large enough for a phase of the set-up, mined on demand only. */
export async function beginSetup(chain: DevChain): Promise<void> {
  await chain.setAutomine(false);
  await chain.setBlockGasLimit(SETUP_BLOCK_GAS);
}

/** The request that sends an order. */
export function orderRequest(order: Order & { readonly nonce?: number }): RpcCall {
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

/** Read from the head. */
export async function read(
  chain: DevChain,
  target: ContractRef,
  method: string,
  args: readonly unknown[],
): Promise<Result> {
  const data = target.abi.encodeFunctionData(method, args);
  const answer = await chain.rpc.call("eth_call", [{ to: target.address, data }, "latest"]);
  return target.abi.decodeFunctionResult(method, String(answer));
}

/** The contract as ethers knows it, for whoever brings a signer or a provider. */
export function contractAt(target: ContractRef, runner: ContractRunner): Contract {
  return new Contract(target.address, target.abi, runner);
}

async function mineOrders(chain: DevChain, orders: readonly (Order & { readonly nonce?: number })[]): Promise<void> {
  const hashes = await chain.rpc.batch(orders.map(orderRequest));
  await chain.mine((await chain.timestamp()) + 1);
  const receipts = await chain.rpc.batch(
    hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
  );
  const failed = receipts.findIndex((receipt) => (receipt as { status?: Hex } | null)?.status !== "0x1");
  const order = orders[failed];
  if (order !== undefined) throw new OrderFailedError(order.label, await reasonOf(chain, order));
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

function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}
