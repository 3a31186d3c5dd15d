import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { Address } from "../../units.js";
import { createResponder, type Responder } from "./answer.js";
import type { Archive } from "./archive.js";
import { MethodRefused } from "./errors.js";

/** A recorded block served as a JSON-RPC node, to be used as the forking URL of EDR or anvil. */
export interface ArchiveServer {
  readonly url: string;
  /** State asked for that is not recorded. Not empty means: nothing computed on this fork can be trusted. */
  readonly misses: ReadonlySet<string>;
  /** Unrecorded accounts that were answered as empty. To be checked by the caller against the contracts that matter. */
  readonly assumedEmpty: ReadonlySet<Address>;
  readonly close: () => Promise<void>;
}

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const RESOURCE_NOT_FOUND = -32001;

const RequestSchema = z.object({
  id: z.union([z.string(), z.number(), z.null()]).default(null),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});

/**
 * Serve `archive` on 127.0.0.1. An unrecorded slot, code or block is a JSON-RPC error that names it, and is kept in `misses`.
 *
 * **Throws** the socket's error when the port is taken.
 */
export async function serveArchive(archive: Archive, options: { readonly port?: number } = {}): Promise<ArchiveServer> {
  const responder = createResponder(archive);
  const server = createServer((request, response) => void handle(responder, request, response));
  const port = await listen(server, options.port ?? 0);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, misses: responder.misses, assumedEmpty: responder.assumedEmpty, close };
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

async function handle(responder: Responder, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(respond(responder, Buffer.concat(chunks).toString("utf8"))));
}

function respond(responder: Responder, body: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return failure(null, PARSE_ERROR, `expected a JSON-RPC request, saw ${body.length} characters that are not JSON`);
  }
  return Array.isArray(parsed) ? parsed.map((one) => respondOne(responder, one)) : respondOne(responder, parsed);
}

function respondOne(responder: Responder, call: unknown): unknown {
  const request = RequestSchema.safeParse(call);
  if (!request.success) return failure(null, INVALID_REQUEST, z.prettifyError(request.error));
  const { id, method, params } = request.data;
  try {
    return { jsonrpc: "2.0", id, result: responder.answer(method, params) };
  } catch (error) {
    const code = error instanceof MethodRefused ? METHOD_NOT_FOUND : RESOURCE_NOT_FOUND;
    return failure(id, code, error instanceof Error ? error.message : String(error));
  }
}

function failure(id: string | number | null, code: number, message: string) {
  return { jsonrpc: "2.0", id, error: { code, message } };
}
