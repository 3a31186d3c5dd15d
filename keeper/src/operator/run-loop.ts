import type { BlockRef } from "../chain/block-ref.js";
import type { Log } from "../observe/log.js";
import type { AdapterAnswer } from "../publish/adapters.js";
import { createAdapterFaults } from "./adapter-faults.js";
import { createHeadProcessor } from "./process-head.js";
import type { OperatorParts } from "./parts.js";

/** What a loop tells of itself, for whoever watches. */
export interface LoopStamp {
  readonly block: number;
  readonly isOk: boolean;
  /** What every push adapter said; undefined where the head failed. */
  readonly adapters: readonly AdapterAnswer[] | undefined;
}

/** Where a loop gets its heads, and whom it tells. */
export interface LoopOptions {
  readonly heads: AsyncIterable<BlockRef>;
  readonly log: Log;
  readonly onDone: (stamp: LoopStamp) => void;
}

/**
 * Work through heads one at a time, for as long as there are any, and write exactly one `head.done` line for each: whoever
 * waits for a head hears of it, also when it failed. A failed head never ends the loop; the next one starts afresh.
 */
export async function runLoop(parts: OperatorParts, { heads, log, onDone }: LoopOptions): Promise<void> {
  const isDryRun = parts.sending === undefined;
  const processHead = createHeadProcessor(parts);
  const warnOf = createAdapterFaults(log);
  for await (const block of heads) {
    const started = performance.now();
    const head = { event: "head.done", block: block.number, hash: block.hash };
    try {
      const summary = await processHead(block);
      const line = { ...head, ...summary, dryRun: isDryRun || undefined, ms: elapsed(started) };
      warnOf(summary.adapters);
      if (summary.held === undefined) log.info(line);
      else log.error(line);
      onDone({ block: block.number, isOk: true, adapters: summary.adapters });
    } catch (error) {
      log.error({
        ...head,
        decision: "hold",
        reason: "error",
        sent: null,
        error: faultOf(error),
        ms: elapsed(started),
      });
      onDone({ block: block.number, isOk: false, adapters: undefined });
    }
  }
}

/** Class and message of an error and of its causes: no stack, no secrets. */
export function faultOf(error: unknown, depth = 0): { class: string; message: string; cause?: object } {
  if (!(error instanceof Error)) return { class: typeof error, message: String(error) };
  const fault = { class: error.name, message: error.message };
  return error.cause === undefined || depth > 3 ? fault : { ...fault, cause: faultOf(error.cause, depth + 1) };
}

function elapsed(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10;
}
