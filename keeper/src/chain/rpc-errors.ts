import type { Hex } from "../units.js";

/** Raised when an endpoint cannot be reached, does not answer in time, or answers with an HTTP error. */
export class RpcUnreachable extends Error {
  override readonly name = "RpcUnreachable";
  constructor(endpoint: string, saw: string, cause?: unknown) {
    super(`${endpoint}: saw ${saw}, expected a JSON-RPC answer; check that the node runs and that the URL is right`, {
      cause,
    });
  }
}

/** Raised when an endpoint says that it was asked too often. */
export class RpcRateLimited extends Error {
  override readonly name = "RpcRateLimited";
  constructor(
    endpoint: string,
    readonly retryAfterMs: number,
  ) {
    super(`${endpoint}: saw a rate limit, expected an answer; slow the polling down or use an endpoint with more room`);
  }
}

/** Raised when an answer is not what JSON-RPC or the method promises: HTML, cut off, of another type, for another block. */
export class RpcAnswerMalformed extends Error {
  override readonly name = "RpcAnswerMalformed";
  constructor(endpoint: string, saw: string, expected: string) {
    super(`${endpoint}: saw ${saw}, expected ${expected}; check that the URL is a JSON-RPC endpoint of a synced node`);
  }
}

/** Raised when a node answers a request with a JSON-RPC error. */
export class RpcRefused extends Error {
  override readonly name = "RpcRefused";
  constructor(
    endpoint: string,
    readonly method: string,
    readonly code: number,
    readonly reason: string,
  ) {
    super(`${endpoint}: ${method} was refused with ${code}: ${reason}`);
  }
}

/** Raised when a call reverts. `data` is what it reverted with. */
export class CallReverted extends Error {
  override readonly name = "CallReverted";
  constructor(
    readonly data: Hex,
    reason: string,
  ) {
    super(
      `the call reverted with ${data === "0x" ? "no data" : data.slice(0, 74)} (${reason}); check the address called`,
    );
  }
}

/** Raised when an endpoint serves another chain than the configured one. */
export class WrongChain extends Error {
  override readonly name = "WrongChain";
  constructor(
    endpoint: string,
    readonly seen: number,
    readonly expected: number,
  ) {
    super(`${endpoint}: saw chain id ${seen}, expected ${expected}; correct the URL or the configured chain id`);
  }
}

/** Raised when the newest block that endpoints agree on is older than a block can be: they stand still, or the clock here is wrong. */
export class HeadStale extends Error {
  override readonly name = "HeadStale";
  constructor(block: string, ageSec: number, maxAgeSec: number) {
    super(
      `saw block ${block} as the head, ${ageSec} seconds old, expected at most ${maxAgeSec}; ` +
        "check that the nodes follow the chain, and the clock of this machine",
    );
  }
}

/** Raised when fewer endpoints than the quorum agree on a block. */
export class NoHeadAgreement extends Error {
  override readonly name = "NoHeadAgreement";
  constructor(votes: readonly string[], quorum: number, causes: readonly unknown[]) {
    const seen = votes.length === 0 ? "no head" : votes.join(", ");
    super(
      `saw ${seen}; expected ${quorum} endpoints with the same block; wait for them to catch up or replace one`,
      causes.length === 0 ? {} : { cause: mostTelling(causes) },
    );
  }
}

/** Raised when endpoints that hold the same block answer the same question about it differently. */
export class ReadsDisagree extends Error {
  override readonly name = "ReadsDisagree";
  constructor(method: string, answers: readonly string[], quorum: number) {
    super(
      `${method}: saw ${answers.length} different answers (${answers.join("; ")}), expected ${quorum} equal ones; ` +
        "find out which endpoint lies and remove it",
    );
  }
}

/** Raised when a block that is read from is not, or no longer, in the chain that the endpoints hold. */
export class BlockGone extends Error {
  override readonly name = "BlockGone";
  constructor(block: string, cause?: unknown) {
    super(`block ${block} is not known any more, expected it in the chain; start again from the new head`, { cause });
  }
}

/** Raised when a block's header says that it has logs which no endpoint delivers. */
export class LogsMissing extends Error {
  override readonly name = "LogsMissing";
  constructor(block: string, saw: string, cause?: unknown) {
    super(`block ${block}: saw ${saw}, expected logs that add up to the header's bloom; use another endpoint`, {
      cause,
    });
  }
}

/** What a person must mend comes first: a wrong chain is not cured by waiting. */
const BY_WEIGHT = [WrongChain, LogsMissing, RpcRefused, RpcAnswerMalformed, RpcRateLimited, RpcUnreachable] as const;

/** The failure of several endpoints or attempts that says most. The others are in the endpoints' status. */
export function mostTelling(failures: readonly unknown[]): unknown {
  for (const type of BY_WEIGHT) {
    const found = failures.find((failure) => failure instanceof type);
    if (found !== undefined) return found;
  }
  return failures[0];
}
