import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a scripted node does with a batch in place of answering it: a whole HTTP answer, or none at all. */
export type HttpFault =
  { readonly status: number; readonly body: string; readonly headers?: Record<string, string> } | "hang" | "reset";

export interface Script {
  /** Asked first, for every HTTP request. */
  http?: (calls: readonly RpcCall[]) => HttpFault | undefined;
  /** Asked for every call; `undefined` lets the real node answer. */
  answer?: (
    call: RpcCall,
  ) => { result: unknown } | { error: { code: number; message: string; data?: unknown } } | undefined;
  /** What becomes of the real node's result. */
  tamper?: (call: RpcCall, result: unknown) => unknown;
}

/** A JSON-RPC server in front of a real node. It is honest until its script says otherwise. */
export interface FaultyNode {
  readonly url: string;
  /** Change it at any time. */
  script: Script;
  /** Calls seen, chain id checks left out. */
  readonly calls: RpcCall[];
  /** HTTP requests seen. */
  requests(): number;
  close(): Promise<void>;
}

/** Start a server on a free port in front of `upstream`. */
export async function startFaultyNode(upstream: string, script: Script = {}): Promise<FaultyNode> {
  let requests = 0;
  const calls: RpcCall[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests += 1;
      const batch = JSON.parse(Buffer.concat(chunks).toString()) as RpcCall[];
      calls.push(...batch.filter(({ method }) => method !== "eth_chainId"));
      const fault = node.script.http?.(batch);
      if (fault === "hang") return;
      if (fault === "reset") {
        request.socket.destroy();
        return;
      }
      if (fault !== undefined) {
        response.writeHead(fault.status, fault.headers ?? {}).end(fault.body);
        return;
      }
      void answerBatch(upstream, node.script, batch).then((body) => {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const node: FaultyNode = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script,
    calls,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return node;
}

async function answerBatch(upstream: string, script: Script, batch: readonly RpcCall[]): Promise<unknown[]> {
  const scripted = batch.map((call) => script.answer?.(call));
  const open = batch.filter((_, i) => scripted[i] === undefined);
  const answers = open.length === 0 ? [] : await forward(upstream, open);
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  return batch.map((call, i) => {
    if (scripted[i] !== undefined) return { jsonrpc: "2.0", id: call.id, ...scripted[i] };
    const real = byId.get(call.id)!;
    if (!("result" in real) || script.tamper === undefined) return real;
    return { ...real, result: script.tamper(call, real.result) };
  });
}

async function forward(upstream: string, calls: readonly RpcCall[]): Promise<{ id: number; result?: unknown }[]> {
  const response = await fetch(upstream, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(calls),
  });
  return (await response.json()) as { id: number; result?: unknown }[];
}
