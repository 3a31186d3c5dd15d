import type { RpcAnswer } from "../json-rpc.js";
import { ArchiveMissing, OutsidePin } from "./errors.js";
import { localAnswer } from "./pin.js";
import { result } from "./read.js";
import { readOf } from "./reads.js";
import type { Recording } from "./recording.js";

/** Answers JSON-RPC from a recorded fork, and keeps account of what it could not. */
export interface RecordingResponder {
  /** Answer one call. **Throws** {@link ArchiveMissing}, {@link OutsidePin}, {@link MethodRefused}, FieldMalformed. */
  readonly answer: (method: string, params: readonly unknown[]) => RpcAnswer;
  /** What was asked for and is not recorded, in order, each once. */
  readonly misses: ReadonlySet<string>;
}

/** Describe a recorded fork in a few words, for messages. */
export function describeRecording({ pin, facts }: Recording): string {
  return `what was read at block ${pin.number} (${pin.hash.slice(0, 10)}…) of chain ${pin.chainId}, ${facts.size} readings`;
}

/** Make a responder that plays a node whose head is the recorded block. */
export function createRecordingResponder(recording: Recording): RecordingResponder {
  const { pin, facts } = recording;
  const misses = new Set<string>();
  const answer = (method: string, params: readonly unknown[]): RpcAnswer => {
    const local = localAnswer(pin, method);
    if (local !== undefined) return result(local);
    try {
      const read = readOf(method, params, pin);
      const known = read.look(facts);
      if (known !== undefined) return known;
      throw new ArchiveMissing(read.what, describeRecording(recording));
    } catch (error) {
      if (error instanceof ArchiveMissing || error instanceof OutsidePin) misses.add(error.what);
      throw error;
    }
  };
  return { answer, misses };
}
