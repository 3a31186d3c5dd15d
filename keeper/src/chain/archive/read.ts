import type { RpcAnswer, RpcRequest } from "../json-rpc.js";
import type { Fact, Facts } from "./facts.js";

/** One question to a node at the pinned block: how a record answers it, how an endpoint is asked, what its answer teaches. */
export interface Read {
  /** What is asked for, as messages name it. */
  readonly what: string;
  /** The answer, or undefined where it is not recorded. */
  readonly look: (facts: Facts) => RpcAnswer | undefined;
  /** What to ask an endpoint. */
  readonly request: RpcRequest;
  /** The facts of the endpoint's answer; none where it is no answer to keep. Throws FieldMalformed for a wrong shape. */
  readonly learn: (answer: RpcAnswer) => readonly Fact[];
}

/** A recorded or received value as an answer. */
export const result = (value: unknown): RpcAnswer => ({ kind: "result", result: value });
