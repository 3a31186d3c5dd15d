import { postBatch, type RpcAnswer, type RpcRequest } from "../json-rpc.js";
import { parseCount } from "../parse.js";
import { RpcAnswerMalformed, WrongChain } from "../rpc-errors.js";

/** The endpoint that is recorded: raw answers, each in a batch that also says of which chain they are. */
export interface Upstream {
  readonly name: string;
  readonly chainId: number;
  /** Ask one question. **Throws** WrongChain, RpcUnreachable, RpcRateLimited, RpcAnswerMalformed. */
  readonly ask: (request: RpcRequest) => Promise<RpcAnswer>;
}

const CHAIN_ID: RpcRequest = { method: "eth_chainId", params: [] };
const MAX_BATCH = 50;
const TIMEOUT_MS = 60_000;

interface Waiting {
  readonly request: RpcRequest;
  readonly resolve: (answer: RpcAnswer) => void;
  readonly reject: (cause: unknown) => void;
}

/** Connect to an endpoint. **Throws** RpcUnreachable and the like, and WrongChain where it is not of the `expected` chain. */
export async function connectUpstream(url: string, expected?: number): Promise<Upstream> {
  const target = { url, name: new URL(url).host, timeoutMs: TIMEOUT_MS };
  const [first] = await postBatch(target, [CHAIN_ID]);
  const chainId = chainOf(target.name, first);
  if (expected !== undefined && chainId !== expected) throw new WrongChain(target.name, chainId, expected);
  let queue: Waiting[] = [];
  const send = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const [chain, ...answers] = await postBatch(target, [CHAIN_ID, ...batch.map(({ request }) => request)]);
      const seen = chainOf(target.name, chain);
      if (seen !== chainId) throw new WrongChain(target.name, seen, chainId);
      batch.forEach(({ resolve }, index) => resolve(answers[index] as RpcAnswer));
    } catch (cause) {
      for (const { reject } of batch) reject(cause);
    }
  };
  const flush = (): void => {
    const waiting = queue;
    queue = [];
    for (let at = 0; at < waiting.length; at += MAX_BATCH) void send(waiting.slice(at, at + MAX_BATCH));
  };
  const ask = (request: RpcRequest): Promise<RpcAnswer> =>
    new Promise((resolve, reject) => {
      if (queue.length === 0) setImmediate(flush);
      queue.push({ request, resolve, reject });
    });
  return { name: target.name, chainId, ask };
}

function chainOf(name: string, answer: RpcAnswer | undefined): number {
  if (answer?.kind !== "result") throw new RpcAnswerMalformed(name, answer?.message ?? "nothing", "a chain id");
  return parseCount(answer.result, "chain id");
}
