import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import packageJson from "../../../package.json" with { type: "json" };
import type { BlockRef } from "../chain/block-ref.js";
import type { StateStore } from "../chain/follow.js";

/** The states of sources of one folder, for one process at a time. */
export interface SourceStates {
  /** The place of one source; `name` says what determines its states. */
  readonly of: (name: string) => StateStore<unknown>;
  readonly close: () => void;
}

/** Changes with every change of what a state holds; states of another layout, and of another release, are derived again. */
const LAYOUT = 3;
const RELEASE = packageJson.version;
const FILE = "states.sqlite";
const SCHEMA = `
CREATE TABLE IF NOT EXISTS states (name TEXT PRIMARY KEY, release TEXT NOT NULL, digest TEXT NOT NULL, content BLOB NOT NULL) STRICT;
PRAGMA user_version = ${LAYOUT};
`;

const LOCKED = /database is locked/;

/** Another process has the states open, and they would overwrite each other's. */
export class SourceStatesLocked extends Error {
  override readonly name = "SourceStatesLocked";
  constructor(file: string, cause: unknown) {
    super(`${file}: saw it in use by another process, expected it free; stop the other one, or use another folder`, {
      cause,
    });
  }
}

interface Content {
  readonly block: BlockRef | undefined;
  readonly state: unknown;
  readonly upTo: BlockRef | undefined;
}

/**
 * Open (or create) the states in `folder`. They are a cache of what the chain says: a file that is torn, foreign or of another
 * layout is thrown away and `warn` is told, and a state whose digest is not that of its bytes is as if it were not there.
 *
 * **Throws** {@link SourceStatesLocked}.
 */
export function openSourceStates(folder: string, warn: (message: string) => void): SourceStates {
  mkdirSync(folder, { recursive: true });
  const db = openFile(join(folder, FILE), warn);
  const find = db.prepare("SELECT digest, content FROM states WHERE name = ? AND release = ?");
  const put = db.prepare("INSERT OR REPLACE INTO states (name, release, digest, content) VALUES (?, ?, ?, ?)");
  return {
    of: (name) => ({
      last() {
        const row = find.get(name, RELEASE);
        if (row === undefined) return undefined;
        const content = row["content"] as Uint8Array;
        try {
          if (row["digest"] === digestOf(content)) return deserialize(content) as Content;
          warn(`${join(folder, FILE)}: saw a state that is not as it was written; it is derived from the chain again`);
        } catch (error) {
          const seen = error instanceof Error ? error.message : String(error);
          warn(`${join(folder, FILE)}: saw ${seen} on reading a state; it is derived from the chain again`);
        }
        return undefined;
      },
      save(block, state, upTo) {
        try {
          const content = serialize({ block, state, upTo } satisfies Content);
          put.run(name, RELEASE, digestOf(content), content);
        } catch (error) {
          const seen = error instanceof Error ? error.message : String(error);
          warn(
            `${join(folder, FILE)}: saw ${seen} on saving a state; it is derived from the chain again after a restart`,
          );
        }
      },
    }),
    close: () => db.close(),
  };
}

function openFile(file: string, warn: (message: string) => void): DatabaseSync {
  try {
    return openWhole(file);
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    if (LOCKED.test(seen)) throw new SourceStatesLocked(file, error);
    warn(`${file}: saw ${seen}, expected states of layout ${LAYOUT}; they are derived from the chain again`);
    for (const part of [file, `${file}-wal`, `${file}-shm`]) rmSync(part, { force: true });
    return openWhole(file);
  }
}

/** Lost writes are lost work and nothing else, so commits need not reach the disk at once. */
function openWhole(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
    if (version !== 0 && version !== LAYOUT) throw new Error(`layout ${String(version)}`);
    db.exec(SCHEMA);
    const check = db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    if (check !== "ok") throw new Error(String(check));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
