import { Signature, Transaction, type TransactionLike, zeroPadValue } from "ethers";
import { z } from "zod";
import type { Hex } from "../../units.js";
import type { RecordedTransaction } from "./archive.js";
import { ArchiveMalformed } from "./errors.js";

/** A hexadecimal string as JSON-RPC sends it; comes out lower-case. */
export const hex = z
  .string()
  .regex(/^0x[0-9a-fA-F]*$/)
  .transform((value) => value.toLowerCase() as Hex);

const AccessListSchema = z.array(z.object({ address: hex, storageKeys: z.array(hex) }));

const AuthorizationSchema = z.object({ chainId: hex, address: hex, nonce: hex, yParity: hex, r: hex, s: hex });

/** A transaction object of `eth_getBlockByNumber(…, true)`, types 0 to 4. */
export const TransactionSchema = z.object({
  hash: hex,
  type: hex,
  nonce: hex,
  gas: hex,
  to: hex.nullish(),
  value: hex,
  input: hex,
  gasPrice: hex.nullish(),
  maxFeePerGas: hex.nullish(),
  maxPriorityFeePerGas: hex.nullish(),
  maxFeePerBlobGas: hex.nullish(),
  blobVersionedHashes: z.array(hex).nullish(),
  accessList: AccessListSchema.nullish(),
  authorizationList: z.array(AuthorizationSchema).nullish(),
  chainId: hex.nullish(),
  r: hex,
  s: hex,
  v: hex,
  yParity: hex.nullish(),
});

type RpcTransaction = z.output<typeof TransactionSchema>;

const LEGACY = 0;
const ACCESS_LIST = 1;
const BLOB = 3;
const SET_CODE = 4;

/**
 * Encode a recorded transaction for `eth_sendRawTransaction`.
 *
 * **Throws** {@link ArchiveMalformed} when the encoding does not hash to the recorded transaction hash.
 */
export function toRecordedTransaction(recorded: RpcTransaction, index: number): RecordedTransaction {
  const transaction = Transaction.from(toEthers(recorded));
  if (transaction.hash !== recorded.hash) {
    const reason = `transaction ${index} says hash ${recorded.hash}, its fields hash to ${transaction.hash}`;
    throw new ArchiveMalformed("block.json.gz", reason);
  }
  return { hash: recorded.hash, raw: transaction.serialized as Hex };
}

function toEthers(recorded: RpcTransaction): TransactionLike {
  const type = parseInt(recorded.type, 16);
  return {
    type,
    // A legacy transaction from before EIP-155 names no chain.
    chainId: recorded.chainId ?? (type === LEGACY ? 0 : 1),
    nonce: parseInt(recorded.nonce, 16),
    gasLimit: recorded.gas,
    to: recorded.to ?? null,
    value: recorded.value,
    data: recorded.input,
    ...feesOf(recorded, type),
    ...(type === LEGACY ? {} : { accessList: recorded.accessList ?? [] }),
    ...(type === SET_CODE ? { authorizationList: (recorded.authorizationList ?? []).map(toAuthorization) } : {}),
    signature: signatureOf(recorded.r, recorded.s, recorded.yParity ?? recorded.v),
  };
}

/** A signed delegation of an account to code. **Source:** EIP-7702. */
function toAuthorization({ chainId, address, nonce, yParity, r, s }: z.output<typeof AuthorizationSchema>) {
  return {
    address,
    nonce: BigInt(nonce),
    chainId: BigInt(chainId),
    signature: Signature.from(signatureOf(r, s, yParity)),
  };
}

function signatureOf(r: Hex, s: Hex, v: Hex) {
  return { r: zeroPadValue(evenHex(r), 32), s: zeroPadValue(evenHex(s), 32), v: parseInt(v, 16) };
}

function feesOf(recorded: RpcTransaction, type: number): TransactionLike {
  if (type <= ACCESS_LIST) return { gasPrice: recorded.gasPrice ?? null };
  const fees = {
    maxFeePerGas: recorded.maxFeePerGas ?? null,
    maxPriorityFeePerGas: recorded.maxPriorityFeePerGas ?? null,
  };
  if (type !== BLOB) return fees;
  return {
    ...fees,
    maxFeePerBlobGas: recorded.maxFeePerBlobGas ?? null,
    blobVersionedHashes: recorded.blobVersionedHashes ?? null,
  };
}

function evenHex(value: Hex): Hex {
  return value.length % 2 === 0 ? value : `0x0${value.slice(2)}`;
}
