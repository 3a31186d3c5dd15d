import type { SigningKey } from "ethers";
import type { BlockId, BlockRef } from "../chain/block-ref.js";
import type { MinedAttempt, Transactions } from "../store/transactions.js";
import type { Address, Hex } from "../units.js";
import type { FeeLimits, SpendBudget } from "./fees.js";
import type { SendFault } from "./send-fault.js";

/** What the outbox asks of a node. */
export interface TransactionGateway {
  /** Transactions of `address` in the chain up to `head`. */
  readonly count: (address: Address, head: BlockId) => Promise<number>;
  /** The receipt of `hash` in the chain up to `head`, if there is one. */
  readonly receipt: (hash: Hex, head: BlockId) => Promise<Receipt | undefined>;
  /** Hand a raw transaction to every node. Rejects when none took it. */
  readonly send: (raw: Hex) => Promise<void>;
}

/** What is needed of a receipt. */
export interface Receipt {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly succeeded: boolean;
  readonly spentWei: bigint;
}

/** The head that a step is made at. */
export type OutboxHead = Pick<BlockRef, "number" | "hash" | "parentHash" | "timestamp" | "baseFeePerGas">;

/** A transaction of ours that was found in the chain, and whom it called. */
export interface Landed extends MinedAttempt {
  readonly to: Address;
}

/** Epoch of a call that publishes none; reports count from 1. */
export const NO_EPOCH = 0;

/**
 * A call worth a transaction. A newer epoch's payload takes the place of an older one that is still pending; one without an
 * epoch takes the place of none that is still wanted.
 */
export interface Payload {
  readonly epoch: number;
  readonly to: Address;
  readonly data: Hex;
}

/** How a step ended. `held` says why nothing was signed; `fault` what the node said of what was sent. */
export type StepResult =
  | { readonly kind: "sent"; readonly hash: Hex; readonly to: Address; readonly fault: SendFault | undefined }
  | { readonly kind: "held"; readonly reason: string }
  | { readonly kind: "idle" };

/** Places at which a test ends the process. */
export type FaultPoint = "signed" | "journaled" | "sent" | "marked" | "receipt";

/** Everything an outbox works with. */
export interface OutboxParts {
  readonly transactions: Transactions;
  readonly gateway: TransactionGateway;
  readonly key: SigningKey;
  readonly address: Address;
  readonly chainId: number;
  readonly gasLimit: bigint;
  readonly fees: FeeLimits;
  readonly budget: SpendBudget;
  readonly fault?: (point: FaultPoint) => void;
}

/** Blocks without a receipt after which a call is priced anew, and a nonce that is not ours any more is given up. */
export const BUMP_AFTER_BLOCKS = 2;
