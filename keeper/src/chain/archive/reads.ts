import { MethodRefused } from "./errors.js";
import type { Pin } from "./pin.js";
import type { Read } from "./read.js";
import { blockReads } from "./read-blocks.js";
import { readLogs } from "./read-logs.js";
import { questionReads } from "./read-questions.js";
import { stateReads } from "./read-state.js";

const READS: Readonly<Record<string, (params: readonly unknown[], pin: Pin) => Read>> = {
  ...stateReads,
  ...blockReads,
  ...questionReads,
  eth_getLogs: readLogs,
};

/**
 * Understand a request as a read at the pinned block.
 *
 * **Throws** {@link MethodRefused} for what is no such read, {@link OutsidePin} for another block's state, FieldMalformed for
 * parameters that are none.
 */
export function readOf(method: string, params: readonly unknown[], pin: Pin): Read {
  const build = Object.hasOwn(READS, method) ? READS[method] : undefined;
  if (build === undefined) throw new MethodRefused(method);
  return build(params, pin);
}
