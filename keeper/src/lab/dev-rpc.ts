import { ChainUnreachableError, DevMethodMissingError, RpcError } from "./chain-errors.js";

/** One JSON-RPC request. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A bare JSON-RPC client: what the lab asks of a development chain beyond what ethers knows, and bulk requests. */
export interface DevRpc {
  readonly url: string;
  /** Throws {@link ChainUnreachableError}, {@link DevMethodMissingError} or {@link RpcError}. */
  call(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** Send many requests in few HTTP bodies. Results come in the order of `calls`. Throws as {@link DevRpc.call} does. */
  batch(calls: readonly RpcCall[]): Promise<readonly unknown[]>;
}

interface RpcReply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Requests in one HTTP body: large enough to make the round trip cheap, small enough for every node's body limit. */
const BATCH_SIZE = 100;

/** Mining a block full of set-up transactions is the longest single request. */
const TIMEOUT_MS = 120_000;

const METHOD_NOT_FOUND = -32601;
const METHOD_NOT_SUPPORTED = -32004;

/** Open a client on `url`; nothing is sent yet. */
export function connectRpc(url: string): DevRpc {
  const post = (body: unknown): Promise<unknown> => postJson(url, body);
  return {
    url,
    async call(method, params = []) {
      return resultOf(url, method, (await post({ jsonrpc: "2.0", id: 1, method, params })) as RpcReply);
    },
    async batch(calls) {
      const results: unknown[] = [];
      for (let start = 0; start < calls.length; start += BATCH_SIZE) {
        const chunk = calls.slice(start, start + BATCH_SIZE);
        const replies = await post(chunk.map((call, id) => ({ jsonrpc: "2.0", id, ...call })));
        results.push(...inOrder(url, chunk, replies as readonly RpcReply[]));
      }
      return results;
    },
  };
}

async function postJson(url: string, body: unknown): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await response.json();
  } catch (cause) {
    throw new ChainUnreachableError(url, cause);
  }
}

function inOrder(url: string, calls: readonly RpcCall[], replies: readonly RpcReply[]): unknown[] {
  const byId = new Map(replies.map((reply) => [reply.id, reply]));
  return calls.map((call, id) => resultOf(url, call.method, byId.get(id) ?? {}));
}

function resultOf(url: string, method: string, reply: RpcReply): unknown {
  if (reply.error === undefined && reply.result !== undefined) return reply.result;
  const { code, message } = reply.error ?? { code: 0, message: "neither a result nor an error" };
  const error = new RpcError(method, code, message);
  if (code === METHOD_NOT_FOUND || code === METHOD_NOT_SUPPORTED) throw new DevMethodMissingError(url, method, error);
  throw error;
}
