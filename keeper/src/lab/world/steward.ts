import { getCreateAddress } from "ethers";
import type { Address, Hex } from "../../units.js";
import { quantity } from "../block-controls.js";
import type { DevChain } from "../chain.js";
import { creationCode } from "./artifacts.js";
import type { Artifact, Libraries } from "./artifacts.js";
import type { ContractRef } from "./contract-ref.js";
import { CALL_GAS, derivedAddress, mineOrders, openActors } from "./orders.js";
import type { Order } from "./orders.js";

/**
 * The account that builds and administers the world: deploys, owns, mints, supplies. Orders wait in a queue, so that a
 * phase of the set-up is a few blocks: addresses of contracts are known before they exist.
 */
export interface Steward {
  readonly chain: DevChain;
  readonly address: Address;
  /** Queue a deployment. */
  deploy(artifact: Artifact, args?: readonly unknown[], libraries?: Libraries): ContractRef;
  /** Queue a call by the steward. */
  call(target: ContractRef, method: string, args: readonly unknown[], value?: bigint): void;
  /** Queue an order of somebody else; before the next flush it may be mined before or after the steward's. */
  add(order: Order): void;
  /**
   * Mine everything queued, a few orders to a block: the first at `timestamp` (a second after the head where left out),
   * the others a second apart. Throws {@link OrderFailedError}.
   */
  flush(timestamp?: number): Promise<void>;
}

/** Osaka's limit on one transaction is 2^24; the largest deployment takes a third of it. */
const DEPLOY_GAS = 16_000_000n;
/** While building, the gas limit is no reason to leave a transaction out of its block. */
const SETUP_BLOCK_GAS = 1_000_000_000n;
const BLOCK_GAS = 60_000_000n;
const BASE_FEE_WEI = 10n ** 9n;
const STEWARD_WEI = 10n ** 30n;

/** Make the steward ready: funded, impersonated, its nonce known. */
export async function openSteward(chain: DevChain): Promise<Steward> {
  const address = derivedAddress("steward");
  await openActors(chain, [address], STEWARD_WEI);
  let nonce = await chain.provider.getTransactionCount(address);
  let queue: Order[] = [];
  const push = (label: string, to: Address | null, data: Hex, extra: Partial<Order>): void => {
    nonce += 1;
    queue.push({ label, from: address, to, data, ...extra });
  };
  return {
    chain,
    address,
    deploy(artifact, args = [], libraries = {}) {
      const creates = getCreateAddress({ from: address, nonce }).toLowerCase() as Address;
      push(`deploying ${artifact.name}`, null, creationCode(artifact, args, libraries), { gas: DEPLOY_GAS, creates });
      return { name: artifact.name, address: creates, abi: artifact.abi };
    },
    call(target, method, args, value = 0n) {
      const data = target.abi.encodeFunctionData(method, args) as Hex;
      push(`${target.name}.${method}`, target.address, data, { value, gas: CALL_GAS });
    },
    add: (order) => void queue.push(order),
    async flush(timestamp) {
      const orders = queue;
      queue = [];
      await mineOrders(chain, orders, timestamp ?? (await chain.timestamp()) + 1);
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
