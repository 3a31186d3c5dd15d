import { keccak256, Transaction } from "ethers";
import type { OutboxHead, Receipt, TransactionGateway } from "../../../keeper/src/publish/outbox-parts.js";
import { intToBig, type Hex } from "../../../keeper/src/units.js";

/** One account's view of a chain, with the rules of a node's pool: nonces in order, a tenth more for a replacement. */
export interface VirtualNode {
  readonly gateway: TransactionGateway;
  readonly head: () => OutboxHead;
  /** Add a block. Takes every transaction that is next in line and pays the base fee. */
  readonly mine: (options?: { baseFee?: bigint; isFull?: boolean }) => OutboxHead;
  /** Take back the last blocks; their transactions are in the pool again, unless they are forgotten. */
  readonly reorg: (depth: number, options?: { forget?: boolean }) => void;
  /** Lose everything that is pending. */
  readonly dropPool: () => void;
  /** A transaction of the same key that did not come through the outbox. */
  readonly useNonceElsewhere: () => void;
  /** Payload epochs that the chain holds, in order. */
  readonly executed: () => number[];
  readonly pool: () => readonly Transaction[];
  /** Let the next sends fail with this text; undefined lets them through. */
  refuse: string | undefined;
}

interface Block {
  readonly head: OutboxHead;
  readonly transactions: Transaction[];
  readonly count: number;
}

const START_SEC = 1_700_000_000;
const BLOCK_SEC = 12;
export const GWEI = 10n ** 9n;

/** The epoch of a test payload is its calldata. */
export function epochOf(transaction: Transaction): number {
  return Number(BigInt(transaction.data));
}

export function createVirtualNode(): VirtualNode {
  let salt = 0;
  const chain: Block[] = [genesis()];
  let pool: Transaction[] = [];
  const tip = (): Block => chain.at(-1) as Block;

  const take = (transaction: Transaction): void => {
    if (transaction.nonce < tip().count) throw new Error("nonce too low");
    const rival = pool.find(({ nonce }) => nonce === transaction.nonce);
    if (rival?.hash === transaction.hash) throw new Error("already known");
    if (rival !== undefined && paid(transaction) * 10n < paid(rival) * 11n)
      throw new Error("replacement transaction underpriced");
    pool = [...pool.filter((other) => other !== rival), transaction];
  };

  const node: VirtualNode = {
    refuse: undefined,
    gateway: {
      count: () => Promise.resolve(tip().count),
      receipt: (hash) => Promise.resolve(findReceipt(chain, hash)),
      send: async (raw) => {
        if (node.refuse !== undefined)
          throw new Error("send failed", { cause: { code: -32_000, message: node.refuse } });
        await Promise.resolve();
        take(Transaction.from(raw));
      },
    },
    head: () => tip().head,
    mine: ({ baseFee = 10n * GWEI, isFull = false } = {}) => {
      const transactions: Transaction[] = [];
      let { count } = tip();
      for (let next = pool.find(({ nonce }) => nonce === count); next !== undefined && !isFull;) {
        if (paid(next) < tip().head.baseFeePerGas) break;
        transactions.push(next);
        count += 1;
        next = pool.find(({ nonce }) => nonce === count);
      }
      pool = pool.filter(({ nonce }) => nonce >= count);
      chain.push({ head: headAfter(tip().head, baseFee, salt++), transactions, count });
      return tip().head;
    },
    reorg: (depth, { forget = false } = {}) => {
      const undone = chain.splice(chain.length - depth, depth).flatMap(({ transactions }) => transactions);
      if (!forget) pool = [...undone.filter(({ nonce }) => !pool.some((other) => other.nonce === nonce)), ...pool];
    },
    dropPool: () => {
      pool = [];
    },
    useNonceElsewhere: () => {
      chain.push({ head: headAfter(tip().head, 10n * GWEI, salt++), transactions: [], count: tip().count + 1 });
      pool = pool.filter(({ nonce }) => nonce >= tip().count);
    },
    executed: () => chain.flatMap(({ transactions }) => transactions.map(epochOf)),
    pool: () => pool,
  };
  return node;
}

function paid(transaction: Transaction): bigint {
  return transaction.maxFeePerGas ?? 0n;
}

function genesis(): Block {
  const zero: Hex = `0x${"00".repeat(32)}`;
  const head = {
    number: 100,
    hash: hashOf("genesis"),
    parentHash: zero,
    timestamp: START_SEC,
    baseFeePerGas: 10n * GWEI,
  };
  return { head, transactions: [], count: 0 };
}

function headAfter(parent: OutboxHead, baseFee: bigint, salt: number): OutboxHead {
  return {
    number: parent.number + 1,
    hash: hashOf(`${parent.hash}${salt}`),
    parentHash: parent.hash,
    timestamp: parent.timestamp + BLOCK_SEC,
    baseFeePerGas: baseFee,
  };
}

function hashOf(text: string): Hex {
  return keccak256(Buffer.from(text)) as Hex;
}

function findReceipt(chain: readonly Block[], hash: Hex): Receipt | undefined {
  const block = chain.find(({ transactions }) => transactions.some((transaction) => transaction.hash === hash));
  if (block === undefined) return undefined;
  const { number: blockNumber, hash: blockHash, baseFeePerGas } = block.head;
  return { blockNumber, blockHash, succeeded: true, spentWei: intToBig(200_000) * baseFeePerGas };
}
