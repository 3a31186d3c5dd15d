import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Hex } from "../units.js";
import { inTransaction } from "./database.js";

/** One nonce of this key. Live until a receipt of one of its attempts, or somebody else's use of the nonce, is canonical. */
export interface Slot {
  readonly nonce: number;
  readonly state: "live" | "mined" | "lost";
  /** Head at which the nonce was taken. */
  readonly openedBlock: number;
  readonly mined: MinedAttempt | undefined;
}

/** The attempt of a slot that a block holds. */
export interface MinedAttempt {
  readonly attempt: Hex;
  readonly block: number;
  readonly blockHash: Hex;
  readonly succeeded: boolean;
  readonly spentWei: bigint;
}

/** One signed transaction. Attempts of one slot replace each other. */
export interface Attempt {
  readonly hash: Hex;
  readonly nonce: number;
  readonly epoch: number;
  readonly raw: Hex;
  readonly maxFee: bigint;
  readonly tip: bigint;
  readonly gasLimit: bigint;
  /** Head at which it was signed, and that block's timestamp. */
  readonly block: number;
  readonly at: number;
  /** Whether a node took it. False: signed, and maybe sent. */
  readonly sent: boolean;
}

/** Journal of everything this key ever put on the chain, or may have. */
export interface Transactions {
  /** Write a signed attempt, and its slot when new. On disk when this returns. */
  readonly record: (attempt: Attempt) => void;
  readonly markSent: (hash: Hex) => void;
  readonly markMined: (nonce: number, mined: MinedAttempt) => void;
  readonly markLost: (nonce: number) => void;
  /** A mined slot whose block left the chain is live again. */
  readonly reopen: (nonce: number) => void;
  /** Ascending by nonce. */
  readonly live: () => Slot[];
  /** Mined at or above `block`, ascending by nonce. */
  readonly minedSince: (block: number) => Slot[];
  /** Oldest first. */
  readonly attempts: (nonce: number) => Attempt[];
  /** Most this key can have spent, wei, and slots it opened, by attempts signed at or after `at` (unix seconds). */
  readonly spentSince: (at: number) => { wei: bigint; count: number };
}

/** Open the tables of transactions in `db`. */
export function createTransactions(db: DatabaseSync): Transactions {
  const openSlot = db.prepare("INSERT OR IGNORE INTO slots (nonce, state, opened_block) VALUES (?, 'live', ?)");
  const revive = db.prepare("UPDATE slots SET state = 'live', opened_block = ? WHERE nonce = ? AND state = 'lost'");
  const insert = db.prepare(
    "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET block = excluded.block, at = excluded.at",
  );
  const sent = db.prepare("UPDATE attempts SET sent = 1 WHERE hash = ?");
  const mine = db.prepare(
    "UPDATE slots SET state = 'mined', mined_attempt = ?, mined_block = ?, mined_block_hash = ?, succeeded = ?, spent_wei = ? WHERE nonce = ?",
  );
  const lose = db.prepare("UPDATE slots SET state = 'lost' WHERE nonce = ?");
  const reopen = db.prepare(
    "UPDATE slots SET state = 'live', mined_attempt = NULL, mined_block = NULL, mined_block_hash = NULL, succeeded = NULL, spent_wei = NULL WHERE nonce = ?",
  );
  const live = db.prepare("SELECT * FROM slots WHERE state = 'live' ORDER BY nonce");
  const mined = db.prepare("SELECT * FROM slots WHERE state = 'mined' AND mined_block >= ? ORDER BY nonce");
  const attempts = db.prepare("SELECT * FROM attempts WHERE nonce = ? ORDER BY rowid");
  const spending = db.prepare(
    "SELECT a.nonce, a.max_fee, a.gas_limit, s.spent_wei FROM attempts a JOIN slots s ON s.nonce = a.nonce WHERE a.at >= ? ORDER BY a.rowid",
  );
  return {
    record: (a) =>
      inTransaction(db, () => {
        openSlot.run(a.nonce, a.block);
        revive.run(a.block, a.nonce);
        const fees = [a.maxFee, a.tip, a.gasLimit].map(String);
        insert.run(a.hash, a.nonce, a.epoch, a.raw, ...fees, a.block, a.at, a.sent ? 1 : 0);
      }),
    markSent: (hash) => void sent.run(hash),
    markMined: (nonce, m) =>
      void mine.run(m.attempt, m.block, m.blockHash, m.succeeded ? 1 : 0, m.spentWei.toString(), nonce),
    markLost: (nonce) => void lose.run(nonce),
    reopen: (nonce) => void reopen.run(nonce),
    live: () => live.all().map(toSlot),
    minedSince: (block) => mined.all(block).map(toSlot),
    attempts: (nonce) => attempts.all(nonce).map(toAttempt),
    spentSince: (at) => sumSpending(spending.all(at)),
  };
}

type Row = Record<string, SQLOutputValue>;

function sumSpending(rows: readonly Row[]): { wei: bigint; count: number } {
  const bySlot = new Map<SQLOutputValue, bigint>();
  for (const row of rows) {
    const nonce = row["nonce"] ?? null;
    const ceiling = BigInt(row["max_fee"] as string) * BigInt(row["gas_limit"] as string);
    const spent = typeof row["spent_wei"] === "string" ? BigInt(row["spent_wei"]) : ceiling;
    const before = bySlot.get(nonce) ?? 0n;
    bySlot.set(nonce, spent > before ? spent : before);
  }
  return { wei: [...bySlot.values()].reduce((sum, wei) => sum + wei, 0n), count: bySlot.size };
}

function toSlot(row: Row): Slot {
  return {
    nonce: row["nonce"] as number,
    state: row["state"] as Slot["state"],
    openedBlock: row["opened_block"] as number,
    mined:
      row["mined_attempt"] === null
        ? undefined
        : {
            attempt: row["mined_attempt"] as Hex,
            block: row["mined_block"] as number,
            blockHash: row["mined_block_hash"] as Hex,
            succeeded: row["succeeded"] === 1,
            spentWei: BigInt(row["spent_wei"] as string),
          },
  };
}

function toAttempt(row: Row): Attempt {
  return {
    hash: row["hash"] as Hex,
    nonce: row["nonce"] as number,
    epoch: row["epoch"] as number,
    raw: row["raw"] as Hex,
    maxFee: BigInt(row["max_fee"] as string),
    tip: BigInt(row["tip"] as string),
    gasLimit: BigInt(row["gas_limit"] as string),
    block: row["block"] as number,
    at: row["at"] as number,
    sent: row["sent"] === 1,
  };
}
