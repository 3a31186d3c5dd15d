import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { RpcAnswer } from "../json-rpc.js";
import { FieldMalformed } from "../parse.js";
import { ArchiveMissing, MethodRefused, OutsidePin } from "./errors.js";

/** A JSON-RPC server on this machine. */
export interface JsonRpcServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const RESOURCE_NOT_FOUND = -32001;

const RequestSchema = z.object({
  id: z.union([z.string(), z.number(), z.null()]).default(null),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});

/** Answers one call, or throws: every error becomes a JSON-RPC error with its message. */
export type Answerer = (method: string, params: readonly unknown[]) => RpcAnswer | Promise<RpcAnswer>;

/** Serve `answer` on 127.0.0.1, on a free port where none is given. **Throws** the socket's error when the port is taken. */
export async function serveJsonRpc(answer: Answerer, options: { readonly port?: number } = {}): Promise<JsonRpcServer> {
  const server = createServer((request, response) => void handle(answer, request, response));
  const port = await listen(server, options.port ?? 0);
  const close = (): Promise<void> =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

async function handle(answer: Answerer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    response.destroy(); // whoever asked is gone
    return;
  }
  const body = await respond(answer, Buffer.concat(chunks).toString("utf8"));
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

async function respond(answer: Answerer, body: string): Promise<unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return failure(null, PARSE_ERROR, `expected a JSON-RPC request, saw ${body.length} characters that are not JSON`);
  }
  if (!Array.isArray(parsed)) return respondOne(answer, parsed);
  return Promise.all(parsed.map((one) => respondOne(answer, one)));
}

async function respondOne(answer: Answerer, call: unknown): Promise<unknown> {
  const request = RequestSchema.safeParse(call);
  if (!request.success) return failure(null, INVALID_REQUEST, z.prettifyError(request.error));
  const { id, method, params } = request.data;
  try {
    const given = await answer(method, params);
    if (given.kind === "result") return { jsonrpc: "2.0", id, result: given.result };
    const { code, message, data } = given;
    return { jsonrpc: "2.0", id, error: { code, message, ...(data === undefined ? {} : { data }) } };
  } catch (error) {
    return failure(
      id,
      codeOf(error),
      `${prefixOf(method, error)}${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function codeOf(error: unknown): number {
  if (error instanceof MethodRefused) return METHOD_NOT_FOUND;
  return error instanceof FieldMalformed ? INVALID_PARAMS : RESOURCE_NOT_FOUND;
}

/** Errors that do not know what was called. */
function prefixOf(method: string, error: unknown): string {
  return error instanceof ArchiveMissing || error instanceof FieldMalformed || error instanceof OutsidePin
    ? `${method}: `
    : "";
}

function failure(id: string | number | null, code: number, message: string) {
  return { jsonrpc: "2.0", id, error: { code, message } };
}
