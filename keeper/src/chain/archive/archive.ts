import type { Address, Hex } from "../../units.js";
import { ArchiveConflict, ArchiveMissing } from "./errors.js";

/** An account as it was before the first transaction of the recorded block. */
export interface RecordedAccount {
  /** Wei. */
  readonly balance: bigint;
  readonly nonce: bigint;
  /** keccak256 of the code, or null for an account without code. */
  readonly codeHash: Hex | null;
  /** Slot to value, for the slots that were recorded; a slot not in here is unknown, not zero. */
  readonly storage: ReadonlyMap<bigint, bigint>;
}

/** A recorded transaction in the form a node accepts. */
export interface RecordedTransaction {
  readonly hash: Hex;
  /** RLP or typed envelope; keccak256(raw) = hash was checked. */
  readonly raw: Hex;
}

/** Header fields of a block, names and quantities as JSON-RPC spells them; keccak256 of their RLP is the block's hash. */
export type RecordedHeader = Readonly<Record<string, Hex>> & {
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly number: Hex;
  readonly timestamp: Hex;
  readonly gasLimit: Hex;
  readonly gasUsed: Hex;
  readonly miner: Address;
  readonly mixHash: Hex;
  readonly difficulty: Hex;
  readonly logsBloom: Hex;
  readonly receiptsRoot: Hex;
  readonly transactionsRoot: Hex;
};

/** One recorded block: its header, its transactions, and every account and slot they touch, as of the parent block. */
export interface Archive {
  readonly chainId: number;
  readonly header: RecordedHeader;
  readonly transactions: readonly RecordedTransaction[];
  readonly accounts: ReadonlyMap<Address, RecordedAccount>;
  /** Code by keccak256; each entry was checked against its key. */
  readonly codes: ReadonlyMap<Hex, Hex>;
  /** Block number to hash, for the BLOCKHASH answers that were recorded. */
  readonly blockHashes: ReadonlyMap<bigint, Hex>;
}

/** What to take over from another archive: accounts, and for each the slots; `"all"` takes every slot recorded there. */
export type Loan = Readonly<Record<Address, readonly bigint[] | "all">>;

/** Describe an archive in a few words, for messages. */
export function describeArchive(archive: Archive): string {
  return `the state before block ${BigInt(archive.header.number)} of chain ${archive.chainId}, ${archive.accounts.size} accounts`;
}

/** Hashes of the codes that accounts of the archive have and that it does not hold. Each once, as first met. */
export function missingCodes(archive: Archive): readonly Hex[] {
  const named = [...archive.accounts.values()].flatMap(({ codeHash }) => (codeHash === null ? [] : [codeHash]));
  return [...new Set(named)].filter((hash) => !archive.codes.has(hash));
}

/**
 * Return `archive` with state added that another block of the same chain recorded. An explicit, visible assumption that
 * the borrowed slots did not change between the two blocks.
 *
 * **Throws** {@link ArchiveMissing} for state that `from` does not hold, {@link ArchiveConflict} when both hold it and differ.
 */
export function borrowState(archive: Archive, from: Archive, loan: Loan): Archive {
  const accounts = new Map(archive.accounts);
  const codes = new Map(archive.codes);
  for (const [address, slots] of Object.entries(loan) as [Address, readonly bigint[] | "all"][]) {
    const lent = lentAccount(from, address, slots);
    accounts.set(address, mergeAccount(address, accounts.get(address), lent));
    const code = lent.codeHash === null ? undefined : from.codes.get(lent.codeHash);
    if (lent.codeHash !== null && code !== undefined) codes.set(lent.codeHash, code);
  }
  return { ...archive, accounts, codes };
}

function lentAccount(from: Archive, address: Address, slots: readonly bigint[] | "all"): RecordedAccount {
  const account = from.accounts.get(address);
  if (account === undefined) throw new ArchiveMissing(`account ${address}`, describeArchive(from));
  if (slots === "all") return account;
  const storage = new Map<bigint, bigint>();
  for (const slot of slots) {
    const value = account.storage.get(slot);
    if (value === undefined) throw new ArchiveMissing(`slot ${toHex(slot)} of ${address}`, describeArchive(from));
    storage.set(slot, value);
  }
  return { ...account, storage };
}

function mergeAccount(address: Address, own: RecordedAccount | undefined, lent: RecordedAccount): RecordedAccount {
  if (own === undefined) return lent;
  if (own.codeHash !== lent.codeHash) {
    throw new ArchiveConflict(`the code of ${address}`, String(own.codeHash), String(lent.codeHash));
  }
  const storage = new Map(own.storage);
  for (const [slot, value] of lent.storage) {
    const mine = storage.get(slot);
    if (mine !== undefined && mine !== value) {
      throw new ArchiveConflict(`slot ${toHex(slot)} of ${address}`, toHex(mine), toHex(value));
    }
    storage.set(slot, value);
  }
  return { ...own, storage };
}

/** A quantity as JSON-RPC spells it: no leading zeros. */
export function toHex(quantity: bigint): Hex {
  return `0x${quantity.toString(16)}`;
}

/** A 32-byte word, left-padded. */
export function toWord(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
