import { RpcAnswerMalformed, RpcRateLimited, RpcUnreachable } from "./rpc-errors.js";

export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** One answer of a batch: what the node says, right or wrong. */
export type RpcAnswer =
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "error"; readonly code: number; readonly message: string; readonly data: unknown };

const HTTP_TOO_MANY = 429;
const DEFAULT_RETRY_AFTER_SEC = 5;
/** How much of a body that is not JSON goes into a message. */
const BODY_EXCERPT = 60;

/**
 * Send requests as one JSON-RPC batch and return their answers in the same order.
 *
 * **Throws** {@link RpcUnreachable}, {@link RpcRateLimited}, {@link RpcAnswerMalformed} where the batch as a whole failed.
 */
export async function postBatch(
  target: { readonly url: string; readonly name: string; readonly timeoutMs: number },
  requests: readonly RpcRequest[],
): Promise<RpcAnswer[]> {
  const body = JSON.stringify(requests.map((request, id) => ({ jsonrpc: "2.0", id, ...request })));
  const text = await post(target, body);
  return orderAnswers(target.name, parseBody(target.name, text), requests);
}

async function post(target: { url: string; name: string; timeoutMs: number }, body: string): Promise<string> {
  const { url, name, timeoutMs } = target;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === HTTP_TOO_MANY) throw new RpcRateLimited(name, retryAfterMs(response));
    const text = await response.text();
    // Some nodes answer a JSON-RPC error with a 4xx status: the body decides, where it is JSON.
    if (!response.ok && !/^\s*[[{]/.test(text)) throw new RpcUnreachable(name, `HTTP status ${response.status}`);
    return text;
  } catch (cause) {
    if (cause instanceof RpcRateLimited || cause instanceof RpcUnreachable) throw cause;
    throw new RpcUnreachable(name, networkFault(cause, timeoutMs), cause);
  }
}

function networkFault(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const inner: unknown = cause.cause;
  const code = inner instanceof Error && "code" in inner ? String(inner.code) : undefined;
  return code ?? (inner instanceof Error ? inner.message : cause.message);
}

function retryAfterMs(response: Response): number {
  const seconds = Number.parseFloat(response.headers.get("retry-after") ?? "");
  return (Number.isFinite(seconds) ? seconds : DEFAULT_RETRY_AFTER_SEC) * 1_000;
}

function parseBody(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const excerpt = text.slice(0, BODY_EXCERPT).replace(/\s+/g, " ");
    throw new RpcAnswerMalformed(name, `${text.length} characters that begin "${excerpt}"`, "complete JSON");
  }
}

function orderAnswers(name: string, body: unknown, requests: readonly RpcRequest[]): RpcAnswer[] {
  if (!Array.isArray(body)) {
    const single = isRecord(body) ? toAnswer(name, body) : undefined;
    const saw = single?.kind === "error" ? `one error ${single.code}: ${single.message}` : typeof body;
    throw new RpcAnswerMalformed(name, saw, `an array of ${requests.length} answers`);
  }
  const byId = new Map<unknown, RpcAnswer>();
  for (const entry of body as unknown[]) {
    if (!isRecord(entry)) throw new RpcAnswerMalformed(name, typeof entry, "an answer object");
    byId.set(entry["id"], toAnswer(name, entry));
  }
  return requests.map(({ method }, id) => {
    const answer = byId.get(id);
    if (answer === undefined) throw new RpcAnswerMalformed(name, `no answer to ${method}`, "one answer a request");
    return answer;
  });
}

function toAnswer(name: string, entry: Record<string, unknown>): RpcAnswer {
  const error = entry["error"];
  if (isRecord(error)) {
    const { code, message, data } = error;
    return { kind: "error", code: typeof code === "number" ? code : 0, message: String(message), data };
  }
  if (!("result" in entry)) throw new RpcAnswerMalformed(name, "neither result nor error", "one of them");
  return { kind: "result", result: entry["result"] };
}

/** Whether a parsed JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
