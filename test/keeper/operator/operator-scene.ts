import { identityOf } from "../../../keeper/src/report/identity.js";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import { createOutbox } from "../../../keeper/src/publish/outbox.js";
import type { AdapterAnswer } from "../../../keeper/src/publish/adapters.js";
import type { OracleState } from "../../../keeper/src/publish/oracle-state.js";
import type { OperatorParts, Sending } from "../../../keeper/src/operator/parts.js";
import { createSignatureBook, type SignatureBook } from "../../../keeper/src/quorum/signature-book.js";
import { openJournal } from "../../../keeper/src/store/database.js";
import { createSignedReports, type SignedReports } from "../../../keeper/src/store/signed-reports.js";
import { createTransactions } from "../../../keeper/src/store/transactions.js";
import { addressOf, DOMAIN, keyOf } from "../quorum/votes.js";
import { GWEI, createVirtualNode, type VirtualNode } from "../publish/virtual-node.js";
import { assessment, context, hash32, VENUE_A } from "../report/assessments.js";
import { subjectId } from "../../../keeper/src/report/subject-id.js";

/** One operator of three (2 of 3) over a virtual node, with the model's answer and the oracle's state in the test's hands. */
export interface OperatorScene {
  readonly parts: OperatorParts;
  readonly sending: Sending;
  readonly book: SignatureBook;
  readonly signed: SignedReports;
  readonly node: VirtualNode;
  /** What the next head will find on chain; change it at will. */
  oracle: OracleState;
  /** What the push adapters will say at the next head. */
  answers: readonly AdapterAnswer[];
  /** What the next read lacks. */
  excluded: string[];
  /** Why the next simulation fails. */
  revert: string | undefined;
  readonly block: (over?: Partial<BlockRef>) => BlockRef;
  readonly close: () => void;
}

const SITE = { oracle: DOMAIN.oracle, breaker: VENUE_A, targets: [] };

export function openOperatorScene(folder: string, self = 0): OperatorScene {
  const node = createVirtualNode();
  const identity = identityOf(keyOf(self));
  const db = openJournal(folder, { operator: identity.address, ...DOMAIN });
  const [signed, book] = [createSignedReports(db), createSignatureBook([0, 1, 2].map(addressOf))];
  const scene = {
    oracle: emptyOracle(),
    answers: [] as readonly AdapterAnswer[],
    revert: undefined as string | undefined,
    excluded: [] as string[],
  };
  const outbox = createOutbox({
    transactions: createTransactions(db),
    gateway: node.gateway,
    key: identity.key,
    address: identity.address,
    chainId: DOMAIN.chainId,
    gasLimit: 300_000n,
    fees: { maxFeeCap: 200n * GWEI, tip: GWEI },
    budget: { weiPerHour: 10n ** 18n, transactionsPerHour: 100 },
  });
  const simulate = (): Promise<string | undefined> => Promise.resolve(scene.revert);
  const sending: Sending = { sign: identity.sign, signed, book, peers: [], outbox, simulate };
  const parts: OperatorParts = {
    self: identity.address,
    domain: DOMAIN,
    site: SITE,
    modelHash: hash32("66"),
    limits: {
      deviationCx: 5,
      deviationBps: 100,
      heartbeatSec: 3_600,
      easeSpacingSec: 300,
      earlySpacingSec: 12,
      minCoverageBps: 5_000,
      stageBlocks: 2,
      peerGraceMs: 50,
      pushTimeoutMs: 200,
    },
    scoreBlock: () =>
      Promise.resolve({ snapshotHash: hash32("55"), excluded: scene.excluded, assessment: assessment() }),
    readOracle: () => Promise.resolve(scene.oracle),
    readAdapters: () => Promise.resolve(scene.answers),
    sending,
  };
  return Object.assign(scene, {
    parts,
    sending,
    book,
    signed,
    node,
    block: (over: Partial<BlockRef> = {}): BlockRef => ({ ...node.head(), logsBloom: "0x", ...over }),
    close: () => db.close(),
  });
}

/** An oracle with a system lane and three signers, before its first epoch. */
export function emptyOracle(): OracleState {
  return {
    config: {
      configDigest: hash32("cc"),
      modelHash: hash32("66"),
      subjects: [subjectId({ kind: "system" }, DOMAIN.chainId), ...context().laneSubjects.slice(1)],
      signers: [0, 1, 2].map(addressOf).sort(),
      threshold: 2,
      maxReportAgeSec: 3_600,
      maxEase: 5_000,
      minCoverage: 9_000,
    },
    published: { epoch: 0, observedBlock: 0, observedAt: 0, flags: 0, lanes: [] },
    targets: [],
  };
}
