import type { BlockRef } from "../chain/block-ref.js";
import type { OracleState } from "../publish/oracle-state.js";
import { decide, type Decision } from "../publish/policy.js";
import { reportDigest } from "../report/digest.js";
import { signingFaults } from "../report/preconditions.js";
import { draftReport, nextEpoch, type ReportDraft } from "../report/report.js";
import type { Address, Hex } from "../units.js";
import type { OperatorParts, Scored } from "./parts.js";

/** The epoch that this block would be, and whether it should become one. */
export interface EpochDraft {
  readonly draft: ReportDraft;
  readonly digest: Hex;
  readonly decision: Decision;
}

/** What drafting needs of an operator; without `self`, nobody's membership is asked for. */
export interface DraftParts extends Pick<OperatorParts, "domain" | "limits" | "modelHash"> {
  readonly self: Address | undefined;
}

/**
 * Turn a scored block into a report and decide about it. What must not be signed is held, whatever the policy says: the
 * reason lists every fault. Pure but for its inputs.
 */
export function draftEpoch(
  parts: DraftParts,
  block: BlockRef,
  { scored, oracle }: { scored: Scored; oracle: OracleState },
): EpochDraft {
  const { config, published } = oracle;
  const draft = draftReport(scored.assessment, {
    chainId: parts.domain.chainId,
    block,
    snapshotHash: scored.snapshotHash,
    modelHash: parts.modelHash,
    configDigest: config.configDigest,
    epoch: nextEpoch(published, block.number),
    laneSubjects: config.subjects,
  });
  const digest = reportDigest(draft.report, parts.domain);
  const wish = decide({
    published,
    next: { lanes: draft.lanes, flags: draft.report.flags, coverage: draft.report.coverage },
    targets: oracle.targets,
    oracle: config,
    now: block.timestamp,
    limits: parts.limits,
  });
  if (wish.kind === "hold") return { draft, digest, decision: wish };
  const faults = [
    ...memberFaults(parts, oracle),
    ...signingFaults(draft, scored.assessment, parts.limits.minCoverageBps),
  ];
  if (faults.length === 0) return { draft, digest, decision: wish };
  return { draft, digest, decision: { kind: "hold", reason: `not signed (${wish.reason}): ${faults.join("; ")}` } };
}

function memberFaults({ self, modelHash }: DraftParts, { config }: OracleState): string[] {
  const faults: string[] = [];
  if (self !== undefined && !config.signers.includes(self))
    faults.push(`signer: ${self} is not one of the oracle's ${config.signers.length}`);
  if (config.modelHash !== modelHash)
    faults.push(`model: this process runs ${modelHash}, the oracle approves ${config.modelHash}`);
  return faults;
}
