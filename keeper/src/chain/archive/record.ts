import type { RpcAnswer } from "../json-rpc.js";
import { isRecord } from "../json-rpc.js";
import { FieldMalformed, parseCount, toQuantity } from "../parse.js";
import { RpcAnswerMalformed, RpcRefused } from "../rpc-errors.js";
import type { Hex } from "../../units.js";
import { RecordingConflict } from "./errors.js";
import { addFact, type Fact, type Facts, type Json } from "./facts.js";
import { localAnswer, type Pin } from "./pin.js";
import { type Read, result } from "./read.js";
import { blockFacts } from "./read-blocks.js";
import { readOf } from "./reads.js";
import { toPin } from "./recording.js";
import type { Upstream } from "./upstream.js";

/** A recording in progress. */
export interface Recorder {
  readonly pin: Pin;
  /** Answer one call from the endpoint, and keep what it says. */
  readonly answer: (method: string, params: readonly unknown[]) => Promise<RpcAnswer>;
  /**
   * Everything known: what was recorded before and now. Asks once more whether the endpoint is still of the same chain and holds
   * the same block. **Throws** the first {@link RecordingConflict} that was seen, {@link RpcAnswerMalformed}.
   */
  readonly finish: () => Promise<Facts>;
  /** How often the endpoint was asked, and how often it gave nothing that could be kept. */
  readonly counts: () => { readonly asked: number; readonly notKept: number };
}

/** A block by number, or a tag of the endpoint's own. */
export type BlockChoice = number | "latest" | "finalized";

/** Find the block to pin to, with its transactions. **Throws** {@link RpcRefused}, {@link RpcAnswerMalformed}. */
export async function pinBlock(
  upstream: Upstream,
  choice: BlockChoice,
): Promise<{ readonly pin: Pin; readonly facts: readonly Fact[] }> {
  const tag = typeof choice === "number" ? toQuantity(choice) : choice;
  const answer = await upstream.ask({ method: "eth_getBlockByNumber", params: [tag, true] });
  if (answer.kind === "error") {
    throw new RpcRefused(upstream.name, "eth_getBlockByNumber", answer.code, answer.message);
  }
  return checked(upstream.name, () => {
    const block = answer.result;
    if (!isRecord(block)) throw new FieldMalformed(`${JSON.stringify(block)} for block ${choice}`, "a block it holds");
    const number = typeof choice === "number" ? choice : parseCount(block["number"], "block number");
    const pin = toPin(upstream.chainId, number, block as { readonly [key: string]: Json });
    return { pin, facts: blockFacts(block, { number }) };
  });
}

function checked<Value>(name: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof FieldMalformed) throw new RpcAnswerMalformed(name, error.saw, error.expected);
    throw error;
  }
}

/**
 * Record at a pinned block. `before` is what an archive holds already: it answers nothing here, so that every read is asked for
 * again, and each answer that differs is a conflict.
 */
export function createRecorder(
  upstream: Upstream,
  { pin, facts: first }: { readonly pin: Pin; readonly facts: readonly Fact[] },
  before: Facts,
): Recorder {
  const all = new Map(before);
  const session = new Map<string, Json>();
  const conflicts: RecordingConflict[] = [];
  let [asked, notKept] = [0, 0];

  const keep = (facts: readonly Fact[]): void => {
    for (const fact of facts) {
      try {
        addFact(all, fact);
        addFact(session, fact);
      } catch (error) {
        if (error instanceof RecordingConflict) conflicts.push(error);
        throw error;
      }
    }
  };
  keep(first);

  const fetch = async (read: Read): Promise<RpcAnswer> => {
    asked += 1;
    const answer = await upstream.ask(read.request).catch((error: unknown) => {
      notKept += 1;
      throw error;
    });
    try {
      keep(checked(upstream.name, () => read.learn(answer)));
    } catch (error) {
      notKept += 1;
      throw error;
    }
    const known = read.look(session);
    if (known === undefined) notKept += 1;
    return known ?? answer;
  };

  return {
    pin,
    answer: async (method, params) => {
      const local = localAnswer(pin, method);
      if (local !== undefined) return result(local);
      const read = readOf(method, params, pin);
      return read.look(session) ?? (await fetch(read));
    },
    finish: async () => {
      if (conflicts[0] !== undefined) throw conflicts[0];
      const again = await pinBlock(upstream, pin.number);
      requireSame(upstream.name, pin, again.pin.hash);
      return all;
    },
    counts: () => ({ asked, notKept }),
  };
}

function requireSame(name: string, pin: Pin, hash: Hex): void {
  if (hash === pin.hash) return;
  throw new RpcAnswerMalformed(name, `block ${pin.number} as ${hash} at the end`, `${pin.hash}, as at the beginning`);
}
