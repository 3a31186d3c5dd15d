import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What went through since the last {@link CountingProxy.take}. */
export interface Traffic {
  readonly requests: number;
  /** JSON-RPC calls in them, the chain id's of each batch included. */
  readonly calls: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface CountingProxy {
  readonly url: string;
  take(): Traffic;
  close(): void;
}

const NOTHING: Traffic = { requests: 0, calls: 0, bytesIn: 0, bytesOut: 0 };

/** Stand on loopback in front of a node, and count. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let traffic = NOTHING;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const parsed: unknown = JSON.parse(body.toString());
      const headers = { "content-type": "application/json" };
      void fetch(target, { method: "POST", headers, body })
        .then(async (answer) => Buffer.from(await answer.arrayBuffer()))
        .then((bytes) => {
          traffic = {
            requests: traffic.requests + 1,
            calls: traffic.calls + (Array.isArray(parsed) ? parsed.length : 1),
            bytesIn: traffic.bytesIn + bytes.length,
            bytesOut: traffic.bytesOut + body.length,
          };
          response.writeHead(200, headers).end(bytes);
        })
        .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = traffic;
      traffic = NOTHING;
      return taken;
    },
    close: () => void server.close(),
  };
}
