import type { DatabaseSync } from "node:sqlite";
import type { Report } from "../report/report.js";
import { decodeReport, encodeMessage, encodeReport, type SignedReport } from "../report/signed-report.js";
import type { Hex } from "../units.js";

/** Which report this key signs, or signed, in an epoch. */
export type Claim = { readonly kind: "granted" } | { readonly kind: "taken"; readonly digest: Hex };

/** This key's signatures, at most one for each (configDigest, epoch), and other keys' broken promises. */
export interface SignedReports {
  /**
   * Reserve the epoch of `report` for `digest`. Granted (also again, for the same digest) only once the row is on disk:
   * sign after this returns, never before.
   */
  readonly claim: (report: Report, digest: Hex) => Claim;
  /** Reports claimed for epochs above `epoch`, newest first, at most `limit`. */
  readonly claimedAfter: (configDigest: Hex, epoch: number, limit: number) => { report: Report; digest: Hex }[];
  /**
   * Keep the proof that one signer signed two reports of one epoch. One proof a signer and configuration is enough, and all
   * that the disk is written for. Returns how many were shown since the start, of that signer and configuration.
   */
  readonly recordEquivocation: (first: SignedReport, second: SignedReport) => number;
  /** Proofs kept: each is two signed reports that anybody can check. */
  readonly equivocations: () => { signer: string; epoch: number; first: string; second: string }[];
}

/** Open the tables of signatures in `db`. */
export function createSignedReports(db: DatabaseSync): SignedReports {
  const insert = db.prepare("INSERT OR IGNORE INTO signed (config_digest, epoch, digest, report) VALUES (?, ?, ?, ?)");
  const find = db.prepare("SELECT digest FROM signed WHERE config_digest = ? AND epoch = ?");
  const after = db.prepare(
    "SELECT digest, report FROM signed WHERE config_digest = ? AND epoch > ? ORDER BY epoch DESC LIMIT ?",
  );
  const accuse = db.prepare(
    "INSERT INTO equivocations (signer, config_digest, epoch, first, second) SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM equivocations WHERE signer = ?1 AND config_digest = ?2)",
  );
  const shown = new Map<string, number>();
  const accused = db.prepare("SELECT signer, epoch, first, second FROM equivocations ORDER BY epoch, signer");
  return {
    claim: (report, digest) => {
      insert.run(report.configDigest, report.epoch, digest, encodeReport(report));
      const taken = find.get(report.configDigest, report.epoch)?.["digest"];
      return taken === digest ? { kind: "granted" } : { kind: "taken", digest: taken as Hex };
    },
    claimedAfter: (configDigest, epoch, limit) =>
      after.all(configDigest, epoch, limit).map((row) => ({
        digest: row["digest"] as Hex,
        report: decodeReport(row["report"] as string),
      })),
    recordEquivocation: (first, second) => {
      const { configDigest, epoch } = first.report;
      const key = `${first.signer}:${configDigest}`;
      const seen = (shown.get(key) ?? 0) + 1;
      if (seen === 1) accuse.run(first.signer, configDigest, epoch, encodeMessage(first), encodeMessage(second));
      shown.set(key, seen);
      return seen;
    },
    equivocations: () =>
      accused.all().map((row) => ({
        signer: row["signer"] as string,
        epoch: row["epoch"] as number,
        first: row["first"] as string,
        second: row["second"] as string,
      })),
  };
}
