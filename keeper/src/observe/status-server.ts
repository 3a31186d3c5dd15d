import { createServer } from "node:http";

/** The port for status is taken, or not ours. */
export class StatusPortUnavailable extends Error {
  override readonly name = "StatusPortUnavailable";
  constructor(port: number, cause: NodeJS.ErrnoException) {
    super(
      `statusPort ${port}: saw ${cause.code ?? cause.message}, expected a free port; change statusPort or leave it out`,
      { cause },
    );
  }
}

/** What the process says of itself. `ready` means that its last head went well. */
export interface Status {
  readonly ready: boolean;
  readonly [detail: string]: unknown;
}

/**
 * Answer `GET /live` (200 while the process runs), `/ready` (200 or 503) and `/status` (JSON) on this machine only.
 * Throws {@link StatusPortUnavailable}.
 */
export async function startStatusServer(port: number, status: () => Status): Promise<{ close: () => void }> {
  const server = createServer((request, response) => {
    const answer = (code: number, body: object): void => {
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.url === "/live") answer(200, { live: true });
    else if (request.url === "/ready") answer(status().ready ? 200 : 503, { ready: status().ready });
    else if (request.url === "/status") answer(200, status());
    else answer(404, { error: "expected GET /live, /ready or /status" });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new StatusPortUnavailable(port, error)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
