import type { BlockRef } from "../chain/block-ref.js";
import type { OracleState } from "../publish/oracle-state.js";
import type { MinedAttempt } from "../store/transactions.js";
import type { OperatorParts, Scored } from "./parts.js";

/** What an operator sees at one head. */
export interface Sight {
  readonly scored: Scored;
  readonly oracle: OracleState;
  /** Transactions of this operator that were found in the chain since the last sight. */
  readonly mined: readonly MinedAttempt[];
  /** Reading and scoring, milliseconds. */
  readonly scoreMs: number;
}

/**
 * Make what looks at a head: the score, our contracts, and our own transactions, at once.
 *
 * When a look resolves or rejects, nothing of it is still under way. Where score or contracts fail, what is pending is still
 * rebroadcast and priced anew before the look rejects; what was found in the chain is told with the next sight.
 */
export function createLook(parts: OperatorParts): (block: BlockRef) => Promise<Sight> {
  let found: MinedAttempt[] = [];
  /** Nothing pending is worth a higher fee before the chain was read. */
  let publishedEpoch = Infinity;
  return async (block) => {
    const { outbox } = parts.sending ?? {};
    const started = performance.now();
    let scoredAt = started;
    const [scoring, reading, settling] = await Promise.allSettled([
      parts.scoreBlock(block).finally(() => (scoredAt = performance.now())),
      parts.readOracle(block),
      outbox?.reconcile(block) ?? [],
    ]);
    if (settling.status === "rejected") throw settling.reason;
    found = [...found, ...settling.value];
    if (reading.status === "fulfilled") publishedEpoch = reading.value.published.epoch;
    if (scoring.status === "fulfilled" && reading.status === "fulfilled") {
      const mined = found;
      found = [];
      return { scored: scoring.value, oracle: reading.value, mined, scoreMs: scoredAt - started };
    }
    await outbox?.step(block, { payload: undefined, publishedEpoch });
    throw [scoring, reading].find((outcome) => outcome.status === "rejected")?.reason;
  };
}
