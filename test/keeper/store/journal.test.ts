import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { inTransaction, JournalForeign, JournalUnusable, openJournal } from "../../../keeper/src/store/database.js";
import { createSignedReports } from "../../../keeper/src/store/signed-reports.js";
import { createTransactions, type Attempt, type MinedAttempt } from "../../../keeper/src/store/transactions.js";
import type { Hex } from "../../../keeper/src/units.js";
import { voteOf } from "../quorum/votes.js";

const OWNER = { operator: "0x01", chainId: 31_337, oracle: "0x02" };

describe("journal", () => {
  let folder: string;
  const opened: DatabaseSync[] = [];
  const open = (owner = OWNER): DatabaseSync => {
    const db = openJournal(folder, owner);
    opened.push(db);
    return db;
  };
  const closeAll = (): void => {
    for (const db of opened.splice(0)) if (db.isOpen) db.close();
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-journal-"));
  });
  afterEach(() => {
    closeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  describe("openJournal", () => {
    it("syncs every commit, through a write-ahead log", () => {
      const db = open();
      expect(db.prepare("PRAGMA journal_mode").get()).to.include({ journal_mode: "wal" });
      expect(db.prepare("PRAGMA synchronous").get()).to.include({ synchronous: 2 });
    });

    it("keeps what was written", () => {
      createSignedReports(open()).claim(voteOf(0, 7).report, voteOf(0, 7).digest);
      closeAll();
      const again = createSignedReports(open());
      expect(again.claim(voteOf(0, 7).report, voteOf(0, 8).digest)).to.deep.equal({
        kind: "taken",
        digest: voteOf(0, 7).digest,
      });
    });

    it("error: JournalUnusable, while another holds it", () => {
      open();
      expect(() => open()).to.throw(JournalUnusable, "locked");
    });

    it("error: JournalForeign, of another key, chain or oracle", () => {
      open();
      closeAll();
      expect(() => open({ ...OWNER, chainId: 1 })).to.throw(
        JournalForeign,
        "saw the journal of operator 0x01 on chain 31337",
      );
      expect(() => open({ ...OWNER, operator: "0x03" })).to.throw(JournalForeign);
    });

    it("error: JournalUnusable, when pages are torn", () => {
      createSignedReports(open()).claim(voteOf(0, 7).report, voteOf(0, 7).digest);
      closeAll();
      const file = path.join(folder, "journal.sqlite");
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 4_096, 12_288);
      writeFileSync(file, bytes);
      expect(() => open()).to.throw(JournalUnusable, file);
    });

    it("error: JournalUnusable, when the file is no database or the folder no folder", () => {
      writeFileSync(path.join(folder, "journal.sqlite"), "not a database, though long enough to be one".repeat(50));
      expect(() => open()).to.throw(JournalUnusable, "not a database");
      expect(() => openJournal(path.join(folder, "journal.sqlite"), OWNER)).to.throw(JournalUnusable);
    });
  });

  describe("inTransaction", () => {
    it("leaves nothing of work that throws", () => {
      const db = open();
      const signed = createSignedReports(db);
      const { report, digest } = voteOf(0, 7);
      const failing = (): void =>
        inTransaction(db, () => {
          signed.claim(report, digest);
          throw new RangeError("after the write");
        });
      expect(failing).to.throw(RangeError, "after the write");
      expect(signed.claim(report, voteOf(0, 8).digest)).to.deep.equal({ kind: "granted" });
    });
  });

  describe("createSignedReports", () => {
    it("grants one digest an epoch and configuration, again and again", () => {
      const signed = createSignedReports(open());
      const { report, digest } = voteOf(0, 7);
      const other = voteOf(0, 7, { coverage: 1 });
      expect([signed.claim(report, digest).kind, signed.claim(report, digest).kind]).to.deep.equal([
        "granted",
        "granted",
      ]);
      expect(signed.claim(other.report, other.digest)).to.deep.equal({ kind: "taken", digest });
      const elsewhere = voteOf(0, 7, { configDigest: `0x${"cd".repeat(32)}` });
      expect(signed.claim(elsewhere.report, elsewhere.digest).kind).to.equal("granted");
    });

    it("lists claimed reports above an epoch, newest first, whole", () => {
      const signed = createSignedReports(open());
      for (const epoch of [5, 6, 7, 8]) signed.claim(voteOf(0, epoch).report, voteOf(0, epoch).digest);
      const { report } = voteOf(0, 8);
      expect(signed.claimedAfter(report.configDigest, 5, 2)).to.deep.equal(
        [8, 7].map((epoch) => ({ report: voteOf(0, epoch).report, digest: voteOf(0, epoch).digest })),
      );
      expect(signed.claimedAfter(`0x${"cd".repeat(32)}`, 0, 9)).to.deep.equal([]);
    });

    it("keeps one proof of equivocation for each signer and configuration, and counts the rest", () => {
      const signed = createSignedReports(open());
      for (let epoch = 100; epoch < 120; epoch++) {
        expect(signed.recordEquivocation(voteOf(2, 7), voteOf(2, 7, { epoch }))).to.equal(epoch - 99);
      }
      expect(signed.equivocations()).to.have.length(1);
      closeAll();
      const again = createSignedReports(open());
      again.recordEquivocation(voteOf(2, 8), voteOf(2, 8, { coverage: 1 }));
      expect(again.equivocations()).to.have.length(1);
      const configDigest = `0x${"cd".repeat(32)}` as const;
      again.recordEquivocation(voteOf(2, 8, { configDigest }), voteOf(2, 8, { configDigest, coverage: 1 }));
      expect(again.equivocations()).to.have.length(2);
    });

    it("keeps a proof that shows both reports", () => {
      const signed = createSignedReports(open());
      const [first, second, third] = [voteOf(1, 7), voteOf(1, 7, { coverage: 1 }), voteOf(1, 7, { coverage: 2 })];
      signed.recordEquivocation(first, second);
      signed.recordEquivocation(first, third);
      const proofs = signed.equivocations();
      expect(proofs).to.have.length(1);
      expect(proofs[0]).to.include({ signer: first.signer, epoch: 7 });
      expect(proofs[0]?.second).to.contain(second.signature);
    });
  });

  describe("createTransactions", () => {
    const attempt = (nonce: number, over: Partial<Attempt> = {}): Attempt => ({
      hash: `0x${(over.maxFee ?? 5n).toString(16).padStart(32, "0")}${nonce.toString(16).padStart(32, "0")}` as Hex,
      nonce,
      epoch: 7,
      raw: "0x02",
      maxFee: 5n,
      tip: 1n,
      gasLimit: 100n,
      block: 50,
      at: 1_000,
      sent: false,
      ...over,
    });
    const mined: MinedAttempt = {
      attempt: attempt(3).hash,
      block: 51,
      blockHash: `0x${"bb".repeat(32)}`,
      succeeded: true,
      spentWei: 90n,
    };

    it("holds a slot live from its first attempt to its receipt, and again after a reorganisation", () => {
      const transactions = createTransactions(open());
      transactions.record(attempt(3));
      transactions.record(attempt(3, { maxFee: 6n, block: 52 }));
      expect(transactions.live()).to.deep.equal([{ nonce: 3, state: "live", openedBlock: 50, mined: undefined }]);
      transactions.markMined(3, mined);
      expect([transactions.live(), transactions.minedSince(52)]).to.deep.equal([[], []]);
      expect(transactions.minedSince(51)[0]?.mined).to.deep.equal(mined);
      transactions.reopen(3);
      expect(transactions.live()[0]).to.include({ nonce: 3, state: "live", mined: undefined });
    });

    it("keeps attempts oldest first, and knows which were taken", () => {
      const transactions = createTransactions(open());
      transactions.record(attempt(3));
      transactions.record(attempt(3, { maxFee: 6n }));
      transactions.markSent(attempt(3).hash);
      expect(transactions.attempts(3)).to.deep.equal([attempt(3, { sent: true }), attempt(3, { maxFee: 6n })]);
    });

    it("takes the same attempt twice, and a lost nonce anew", () => {
      const transactions = createTransactions(open());
      transactions.record(attempt(3));
      transactions.markLost(3);
      expect(transactions.live()).to.deep.equal([]);
      transactions.record(attempt(3, { block: 60 }));
      expect(transactions.live()[0]).to.include({ nonce: 3, openedBlock: 60 });
      expect(transactions.attempts(3).map(({ block }) => block)).to.deep.equal([60]);
    });

    it("counts what may have been spent: the dearest attempt of a pending slot, the receipt of a mined one", () => {
      const transactions = createTransactions(open());
      transactions.record(attempt(3));
      transactions.record(attempt(3, { maxFee: 6n }));
      transactions.record(attempt(4, { at: 2_000 }));
      expect(transactions.spentSince(1_000)).to.deep.equal({ wei: 600n + 500n, count: 2 });
      transactions.markMined(3, mined);
      expect(transactions.spentSince(1_000)).to.deep.equal({ wei: 90n + 500n, count: 2 });
      expect(transactions.spentSince(1_001)).to.deep.equal({ wei: 500n, count: 1 });
    });
  });
});
