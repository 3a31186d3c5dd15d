import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Whose journal it is: a journal of another key, chain or oracle must never be mistaken for ours. */
export interface JournalOwner {
  readonly operator: string;
  readonly chainId: number;
  readonly oracle: string;
}

/** The journal cannot be opened, or is not whole. */
export class JournalUnusable extends Error {
  override readonly name = "JournalUnusable";
  constructor(file: string, seen: string, cause?: unknown) {
    super(
      `${file}: saw ${seen}, expected a whole journal that no other process holds; stop the other process, or restore the file (without it this key must not sign an epoch again)`,
      { cause },
    );
  }
}

/** The journal belongs to another key, chain or oracle. */
export class JournalForeign extends Error {
  override readonly name = "JournalForeign";
  constructor(file: string, seen: string, expected: string) {
    super(`${file}: saw the journal of ${seen}, expected ${expected}; give this operator a dataDir of its own`);
  }
}

const SCHEMA_VERSION = 1;
const SCHEMA = `
CREATE TABLE owner (identity TEXT NOT NULL) STRICT;
CREATE TABLE signed (
  config_digest TEXT NOT NULL, epoch INTEGER NOT NULL, digest TEXT NOT NULL, report TEXT NOT NULL,
  PRIMARY KEY (config_digest, epoch)
) STRICT;
CREATE TABLE equivocations (
  signer TEXT NOT NULL, config_digest TEXT NOT NULL, epoch INTEGER NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL,
  PRIMARY KEY (signer, config_digest, epoch)
) STRICT;
CREATE TABLE slots (
  nonce INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('live', 'mined', 'lost')), opened_block INTEGER NOT NULL,
  mined_attempt TEXT, mined_block INTEGER, mined_block_hash TEXT, succeeded INTEGER, spent_wei TEXT
) STRICT;
CREATE TABLE attempts (
  hash TEXT PRIMARY KEY, nonce INTEGER NOT NULL REFERENCES slots (nonce), epoch INTEGER NOT NULL, raw TEXT NOT NULL,
  max_fee TEXT NOT NULL, tip TEXT NOT NULL, gas_limit TEXT NOT NULL, block INTEGER NOT NULL, at INTEGER NOT NULL,
  sent INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_by_nonce ON attempts (nonce);
`;

/**
 * Open (or create) the journal in `dataDir` for `owner`, alone: write-ahead log, every commit synced to disk before it
 * returns, pages checked. Throws {@link JournalUnusable} and {@link JournalForeign}.
 */
export function openJournal(dataDir: string, owner: JournalOwner): DatabaseSync {
  const file = join(dataDir, "journal.sqlite");
  const identity = `operator ${owner.operator} on chain ${owner.chainId}, oracle ${owner.oracle}`;
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
    db = new DatabaseSync(file);
    db.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
    );
    migrate(db, identity);
    assertWhole(db, file);
    assertOwner(db, file, identity);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof JournalUnusable || error instanceof JournalForeign) throw error;
    throw new JournalUnusable(file, error instanceof Error ? error.message : String(error), error);
  }
}

/** Run `work` in one transaction: all of it is on disk when this returns, or none. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

function migrate(db: DatabaseSync, identity: string): void {
  const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version !== 0) return;
  inTransaction(db, () => {
    db.exec(SCHEMA);
    db.prepare("INSERT INTO owner (identity) VALUES (?)").run(identity);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

function assertWhole(db: DatabaseSync, file: string): void {
  const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version !== SCHEMA_VERSION)
    throw new JournalUnusable(file, `schema ${String(version)} (ours is ${SCHEMA_VERSION})`);
  const check = db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (check !== "ok") throw new JournalUnusable(file, String(check));
}

function assertOwner(db: DatabaseSync, file: string, identity: string): void {
  const seen = db.prepare("SELECT identity FROM owner").get()?.["identity"];
  if (seen !== identity) throw new JournalForeign(file, String(seen), identity);
}
