import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { admit, type Door, type Verdict } from "./admit.js";
import { createRateLimit, type RateLimit } from "./rate-limit.js";

/** Path that takes votes. */
export const SIGNATURES_PATH = "/v1/signatures";
/** Largest body read, bytes: a report of 15,000 subjects. */
export const MAX_BODY_BYTES = 256 * 1024;
const MAX_CONNECTIONS = 128;
const REQUEST_TIMEOUT_MS = 5_000;

/** The address to listen on is taken, or not ours. */
export class PeerPortUnavailable extends Error {
  override readonly name = "PeerPortUnavailable";
  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const seen = cause.code ?? cause.message;
    super(`listen ${host}:${port}: saw ${seen}, expected a free port; stop the other process or change listen.port`, {
      cause,
    });
  }
}

/** Where to listen. Port 0 takes any free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A listening door and how to close it. */
export interface PeerServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const STATUS: Record<Verdict["kind"], number> = {
  added: 200,
  duplicate: 200,
  malformed: 400,
  stranger: 403,
  unexpected: 422,
  equivocation: 409,
};

/** Listen for peers' votes. Bodies, connections, time and curve arithmetic are bounded. Throws {@link PeerPortUnavailable}. */
export async function startPeerServer({ host, port }: ListenAddress, door: Door): Promise<PeerServer> {
  const limit = createRateLimit({ perSec: 100, burst: 200, clients: 1024 });
  const server = createServer((request, response) => {
    handle(request, response, { door, limit }).catch((error: unknown) => {
      if (request.complete) door.onError(error);
      answer(response, 500, { error: "internal" });
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await listen(server, host, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => closeServer(server),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { door, limit }: { door: Door; limit: RateLimit },
): Promise<void> {
  if (request.method !== "POST" || request.url !== SIGNATURES_PATH) {
    return answer(response, 404, { error: `expected POST ${SIGNATURES_PATH}` });
  }
  if (!limit.take(request.socket.remoteAddress ?? "", performance.now())) {
    return answer(response, 429, { error: "too many requests" });
  }
  const body = await readBody(request);
  if (body === undefined) return answer(response, 413, { error: `expected at most ${MAX_BODY_BYTES} bytes` });
  const verdict = admit(body, door);
  return answer(response, STATUS[verdict.kind], verdict);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return;
  if (status >= 400) response.setHeader("connection", "close");
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new PeerPortUnavailable(host, port, error)));
    server.listen(port, host, resolve);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
