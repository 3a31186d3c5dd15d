import type { BlockRef } from "../chain/block-ref.js";
import type { AdapterAnswer } from "../publish/adapters.js";
import type { OracleState } from "../publish/oracle-state.js";
import type { Landed, Payload } from "../publish/outbox-parts.js";
import type { OperatorParts, Scored } from "./parts.js";
import { createSyncTurns } from "./sync-turns.js";

/** What an operator sees at one head. */
export interface Sight {
  readonly scored: Scored;
  readonly oracle: OracleState;
  /** Transactions of this operator that were found in the chain since the last sight. */
  readonly mined: readonly Landed[];
  readonly adapters: readonly AdapterAnswer[];
  /** The `sync()` of an adapter whose turn is ours. */
  readonly sync: Payload | undefined;
  /** Reading and scoring, milliseconds. */
  readonly scoreMs: number;
}

/**
 * Make what looks at a head: the score, our contracts, push adapters, and our own transactions, at once.
 *
 * When a look resolves or rejects, nothing of it is still under way. Where score or contracts fail, what is pending is still
 * rebroadcast and priced anew before the look rejects; what was found in the chain is told with the next sight. An adapter
 * is synced also where the score alone fails: levels are on the chain, and end by time.
 */
export function createLook(parts: OperatorParts): (block: BlockRef) => Promise<Sight> {
  const turnAt = createSyncTurns(parts);
  let found: Landed[] = [];
  /** Nothing pending is worth a higher fee before the chain was read. */
  let publishedEpoch = Infinity;
  return async (block) => {
    const { outbox } = parts.sending ?? {};
    const started = performance.now();
    let scoredAt = started;
    const [scoring, reading, settling, asking] = await Promise.allSettled([
      parts.scoreBlock(block).finally(() => (scoredAt = performance.now())),
      parts.readOracle(block),
      outbox?.reconcile(block) ?? [],
      parts.readAdapters(block),
    ]);
    if (settling.status === "rejected") throw settling.reason;
    found = [...found, ...settling.value];
    const adapters = asking.status === "fulfilled" ? asking.value : [];
    let sync: Payload | undefined;
    if (reading.status === "fulfilled") {
      publishedEpoch = reading.value.published.epoch;
      sync = turnAt(block, { oracle: reading.value, answers: adapters, landed: settling.value });
    }
    if (scoring.status === "fulfilled" && reading.status === "fulfilled") {
      const mined = found;
      found = [];
      return { scored: scoring.value, oracle: reading.value, mined, adapters, sync, scoreMs: scoredAt - started };
    }
    await outbox?.step(block, { payload: sync, publishedEpoch });
    throw [scoring, reading].find((outcome) => outcome.status === "rejected")?.reason;
  };
}
