import { Transaction } from "ethers";
import type { JsonRpcProvider } from "ethers";
import type { Hex } from "../../units.js";
import { toHex, type RecordedTransaction } from "./archive.js";
import { ReplayRejected } from "./errors.js";
import { encodeReceipt, listRoot, type ReceiptParts } from "./trie-root.js";

/** First byte of a transaction that carries blobs. **Source:** EIP-4844. */
const BLOB = "0x03";
const BLOB_QUANTITY = "0x3";
const FEE_MARKET = "0x2";

/** Whether a transaction carries blobs. Its blobs are no part of the block, so no node takes it in its raw form again. */
export const isBlobTransaction = ({ raw }: RecordedTransaction): boolean => raw.startsWith(BLOB);

/**
 * Hand a block's transactions to a development node, in order; returns the hashes under which the node knows them. One that
 * carries blobs goes in unsigned, from its impersonated sender: anvil takes the hashes of its blobs; EDR takes no blobs and gets
 * an EIP-1559 transaction with the same call, access list and fees, in which `BLOBHASH` answers zero and no blob fee is taken.
 *
 * **Throws** {@link ReplayRejected} naming the transaction that the node does not take.
 */
export async function handIn(
  provider: JsonRpcProvider,
  dialect: "edr" | "anvil",
  transactions: readonly RecordedTransaction[],
): Promise<Hex[]> {
  const hashes: Hex[] = [];
  for (const [index, transaction] of transactions.entries()) {
    const sent = isBlobTransaction(transaction)
      ? sendUnsigned(provider, dialect, transaction)
      : provider.send("eth_sendRawTransaction", [transaction.raw]).then(() => transaction.hash);
    const hash = await sent.catch((error: unknown) => {
      throw new ReplayRejected(`transaction ${index} (${transaction.hash})`, reasonOf(error));
    });
    hashes.push(hash);
  }
  return hashes;
}

async function sendUnsigned(
  provider: JsonRpcProvider,
  dialect: "edr" | "anvil",
  { raw }: RecordedTransaction,
): Promise<Hex> {
  const recorded = Transaction.from(raw);
  const { from, to, nonce, gasLimit, value, data, accessList, maxFeePerGas, maxPriorityFeePerGas } = recorded;
  const prefix = dialect === "edr" ? "hardhat" : "anvil";
  await provider.send(`${prefix}_impersonateAccount`, [from]);
  const fees = { maxFeePerGas: toHex(maxFeePerGas ?? 0n), maxPriorityFeePerGas: toHex(maxPriorityFeePerGas ?? 0n) };
  const call = { from, to, data, value: toHex(value), gas: toHex(gasLimit), nonce: `0x${nonce.toString(16)}` };
  const maxFeePerBlobGas = toHex(recorded.maxFeePerBlobGas ?? 0n);
  const blobs = { type: BLOB_QUANTITY, blobVersionedHashes: recorded.blobVersionedHashes, maxFeePerBlobGas };
  const kind = dialect === "anvil" ? blobs : { type: FEE_MARKET };
  return (await provider.send("eth_sendTransaction", [{ ...call, ...fees, accessList, ...kind }])) as Hex;
}

/** The roots of the recorded transactions, and of the receipts that the node gives with the recorded types put back. */
export async function rootsOfRecorded(
  provider: JsonRpcProvider,
  transactions: readonly RecordedTransaction[],
  hashes: readonly Hex[],
): Promise<{ readonly transactionsRoot: Hex; readonly receiptsRoot: Hex }> {
  const receipts: Hex[] = [];
  for (const [index, { raw }] of transactions.entries()) {
    const receipt = (await provider.send("eth_getTransactionReceipt", [hashes[index]])) as ReceiptParts;
    receipts.push(encodeReceipt({ ...receipt, type: Transaction.from(raw).type ?? 0 }));
  }
  return { transactionsRoot: listRoot(transactions.map(({ raw }) => raw)), receiptsRoot: listRoot(receipts) };
}

/** What the node said, or what ethers made of it, without the request that ethers adds to its messages. */
export function reasonOf(error: unknown): string {
  const { error: said, shortMessage } = error as {
    readonly error?: { readonly message?: string };
    shortMessage?: string;
  };
  return said?.message ?? shortMessage ?? (error instanceof Error ? error.message : String(error));
}
