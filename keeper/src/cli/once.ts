import { loadConfig } from "../config.js";
import { openPool } from "../operator/open-pool.js";
import { draftEpoch, type EpochDraft } from "../operator/draft-epoch.js";
import { probe } from "../operator/probe.js";
import { createOracleReader } from "../publish/oracle-state.js";
import { leafHash } from "../report/merkle.js";
import { encodeReport } from "../report/signed-report.js";
import { subjectName } from "../report/subject-id.js";
import type { BlockRef } from "../chain/block-ref.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import { openScoring } from "./scoring.js";

/** The argument of --block is no block. */
export class BlockArgumentInvalid extends Error {
  override readonly name = "BlockArgumentInvalid";
  constructor(seen: string) {
    super(`--block: saw ${seen}, expected a block number or latest`);
  }
}

/** `bulkhead once`: compute the report of one block and print it; nothing is signed or sent. */
export async function once(options: { config: string; block: string; json?: boolean }): Promise<string> {
  const config = loadConfig(options.config);
  const pool = openPool(config);
  const site = { ...config.contracts, targets: config.publish.targets };
  const readAt = createOracleReader(site);
  const { head } = await probe(pool, site, (block) => readAt(pool.at(block)));
  const block = await resolveBlock(pool, head, options.block);
  const { modelHash, scoreBlock } = (await openScoring(config))(pool);
  const [scored, oracle] = await Promise.all([scoreBlock(block), readAt(pool.at(block))]);
  const domain = { chainId: config.chain.chainId, oracle: site.oracle };
  const epoch = draftEpoch({ self: undefined, domain, limits: config.publish, modelHash }, block, { scored, oracle });
  return options.json === true ? epochJson(epoch) : epochText(epoch);
}

async function resolveBlock(pool: RpcPool, head: BlockRef, argument: string): Promise<BlockRef> {
  if (argument === "latest") return head;
  if (!/^\d{1,15}$/.test(argument)) throw new BlockArgumentInvalid(argument);
  return pool.block({ number: Number(argument) });
}

/** One JSON object: the report as it would be signed, every subject's numbers with leaf and proof, and the decision. */
function epochJson({ draft, digest, decision }: EpochDraft): string {
  const scores = draft.scores.map((score) => ({
    subject: subjectName(score.subject),
    id: score.id,
    ...score.lane,
    lossShare: score.lossShare,
    throttleUsdPerHour: score.throttleUsdPerHour.toString(),
    haltSeconds: score.haltSeconds,
    leaf: leafHash(score),
    proof: draft.tree.proof(score.id),
  }));
  return JSON.stringify({ decision, digest, report: JSON.parse(encodeReport(draft.report)) as object, scores });
}

function epochText({ draft, digest, decision }: EpochDraft): string {
  const { report } = draft;
  const rows = draft.scores.map(({ subject, lane }) => {
    const cx = (value: number): string => (value === 0 ? "unknown" : `${(value / 100).toFixed(2)}x`);
    const bps = (value: number): string => `${(value / 100).toFixed(2)} %`;
    const numbers = [
      cx(lane.leverage),
      bps(lane.liquidationAtRisk),
      cx(lane.rehypothecation),
      bps(lane.borrowLtv),
      `${lane.advice}`,
    ];
    return `${numbers.map((text) => text.padStart(10)).join("")}  ${subjectName(subject)}`;
  });
  const titles = ["leverage", "at risk", "rehyp.", "open LTV", "advice"].map((title) => title.padStart(10)).join("");
  return [
    `block ${report.observedBlock} (${report.observedBlockHash}), epoch ${report.epoch}, coverage ${report.coverage / 100} %`,
    `digest ${digest}`,
    `decision ${decision.kind}: ${decision.reason}`,
    `${titles}  subject`,
    ...rows,
  ].join("\n");
}
