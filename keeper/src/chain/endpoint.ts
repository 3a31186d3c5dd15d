import type { BlockRef } from "./block-ref.js";
import { postBatch } from "./json-rpc.js";
import type { RpcAnswer, RpcRequest } from "./json-rpc.js";
import { FieldMalformed, parseCount } from "./parse.js";
import {
  BlockGone,
  CallReverted,
  RpcAnswerMalformed,
  RpcRateLimited,
  RpcRefused,
  RpcUnreachable,
  WrongChain,
} from "./rpc-errors.js";

/** What an operator sees of an endpoint. */
export interface EndpointStatus {
  readonly name: string;
  readonly state:
    "untried" | "alive" | "unreachable" | "rate-limited" | "wrong-chain" | "forked" | "lying" | "malformed";
  /** Unix milliseconds until which others are preferred; 0 when in use. */
  readonly until: number;
  /** Why it is not in use: the last few wrong answers, latest first. */
  readonly evidence: readonly string[];
  readonly head: number | undefined;
}

/** One JSON-RPC endpoint: batched, checked for its chain in every batch, and remembered by how it answered. */
export interface Endpoint {
  readonly name: string;
  /** Ask once. Requests of the same turn of the event loop share a batch. Throws the errors of rpc-errors.ts. */
  request<T>(method: string, params: readonly unknown[], parse: (result: unknown) => T): Promise<T>;
  /** Prefer other endpoints for a while; `evidence` says why. */
  suspect(state: EndpointStatus["state"], evidence: string): void;
  sawHead(head: BlockRef): void;
  status(): EndpointStatus;
}

interface Waiting extends RpcRequest {
  readonly resolve: (answer: RpcAnswer) => void;
  readonly reject: (cause: unknown) => void;
}

const CHAIN_ID: RpcRequest = { method: "eth_chainId", params: [] };
const MAX_BATCH = 100;
const EVIDENCE_KEPT = 5;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Wrong answers are a matter for a person: long enough that one is not trusted again within the same incident. */
const DISTRUST_MS = 600_000;

export interface EndpointOptions {
  readonly url: string;
  readonly chainId: number;
  readonly timeoutMs: number;
}

/** Open an endpoint. Nothing is sent before the first request. */
export function openEndpoint(options: EndpointOptions): Endpoint {
  const name = nameOf(options.url);
  const health = trackHealth(name);
  const send = batcher({ ...options, name });
  return {
    name,
    async request(method, params, parse) {
      try {
        const answer = interpret(name, method, await send({ method, params }), parse);
        health.recovered();
        return answer;
      } catch (cause) {
        health.failed(cause);
        throw cause;
      }
    },
    suspect: health.suspect,
    sawHead: health.sawHead,
    status: health.status,
  };
}

/** Scheme and key stay out of messages and logs: many providers put the secret into the path. */
function nameOf(url: string): string {
  const { host, protocol } = new URL(url);
  if (protocol === "http:" || protocol === "https:") return host;
  throw new RpcUnreachable(host || url, `the scheme ${protocol}`);
}

function batcher(options: EndpointOptions & { readonly name: string }): (request: RpcRequest) => Promise<RpcAnswer> {
  let queue: Waiting[] = [];
  const flush = (): void => {
    const waiting = queue;
    queue = [];
    for (let at = 0; at < waiting.length; at += MAX_BATCH) void sendBatch(options, waiting.slice(at, at + MAX_BATCH));
  };
  return ({ method, params }) =>
    new Promise((resolve, reject) => {
      if (queue.length === 0) setImmediate(flush);
      queue.push({ method, params, resolve, reject });
    });
}

async function sendBatch(options: EndpointOptions & { readonly name: string }, waiting: Waiting[]): Promise<void> {
  const { name, chainId } = options;
  try {
    const requests = waiting.map(({ method, params }) => ({ method, params }));
    const [chain, ...answers] = await postBatch(options, [CHAIN_ID, ...requests]);
    const seen = interpret(name, "eth_chainId", chain!, (result) => parseCount(result, "chain id"));
    if (seen !== chainId) throw new WrongChain(name, seen, chainId);
    waiting.forEach(({ resolve }, i) => resolve(answers[i]!));
  } catch (cause) {
    for (const { reject } of waiting) reject(cause);
  }
}

/** Texts by which nodes say that they do not know a block (geth, EDR, anvil, reth, erigon, nethermind, besu). */
const BLOCK_UNKNOWN =
  /header not found|block not found|unknown block|invalid block tag|blockHash cannot be found|hash is not currently canonical|block .*not (exist|available|canonical)|BlockOutOfRange|missing trie node|resource not found/i;
const RATE_LIMITED = /rate limit|too many requests|exceeded.*(limit|capacity)|quota/i;
const REVERTED = /revert/i;
const RATE_LIMIT_CODE = -32005;
const REVERT_CODE = 3;
const RATE_LIMIT_PAUSE_MS = 5_000;

function interpret<T>(name: string, method: string, answer: RpcAnswer, parse: (result: unknown) => T): T {
  if (answer.kind === "error") throw refusal(name, method, answer);
  try {
    return parse(answer.result);
  } catch (cause) {
    if (cause instanceof FieldMalformed) throw new RpcAnswerMalformed(name, `${method}: ${cause.saw}`, cause.expected);
    throw cause;
  }
}

function refusal(name: string, method: string, answer: RpcAnswer & { kind: "error" }): Error {
  const { code, message, data } = answer;
  if (code === REVERT_CODE || (method === "eth_call" && REVERTED.test(message))) {
    return new CallReverted(
      typeof data === "string" && data.startsWith("0x") ? (data as `0x${string}`) : "0x",
      message,
    );
  }
  if (BLOCK_UNKNOWN.test(message))
    return new BlockGone(`asked for in ${method}`, new RpcRefused(name, method, code, message));
  if (code === RATE_LIMIT_CODE && RATE_LIMITED.test(message)) return new RpcRateLimited(name, RATE_LIMIT_PAUSE_MS);
  return new RpcRefused(name, method, code, message);
}

function trackHealth(name: string) {
  let state: EndpointStatus["state"] = "untried";
  let until = 0;
  let backoffMs = FIRST_BACKOFF_MS;
  let evidence: string[] = [];
  let head: number | undefined;

  const pause = (next: EndpointStatus["state"], forMs: number, why: string): void => {
    state = next;
    until = Date.now() + forMs;
    evidence = [why, ...evidence].slice(0, EVIDENCE_KEPT);
  };
  const suspect = (next: EndpointStatus["state"], why: string): void => pause(next, DISTRUST_MS, why);
  return {
    suspect,
    sawHead: (block: BlockRef): void => void (head = block.number),
    status: (): EndpointStatus => ({ name, state, until: until > Date.now() ? until : 0, evidence, head }),
    recovered(): void {
      if (until > Date.now()) return;
      state = "alive";
      backoffMs = FIRST_BACKOFF_MS;
    },
    failed(cause: unknown): void {
      if (cause instanceof WrongChain) suspect("wrong-chain", cause.message);
      else if (cause instanceof RpcRateLimited) pause("rate-limited", cause.retryAfterMs, cause.message);
      else if (cause instanceof RpcUnreachable || cause instanceof RpcAnswerMalformed) {
        pause(cause instanceof RpcUnreachable ? "unreachable" : "malformed", backoffMs, cause.message);
        backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2);
      }
    },
  };
}
