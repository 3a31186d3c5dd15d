import { expect } from "chai";
import { createServer } from "node:net";
import { startStatusServer, StatusPortUnavailable } from "../../../keeper/src/observe/status-server.js";

/** A server on a free port, and the port. */
async function listening(): Promise<{ port: number; close: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, close: () => server.close() };
}

describe("startStatusServer", () => {
  it("answers live, ready and status, and nothing else", async () => {
    const { port, close } = await listening();
    close();
    let ready = false;
    const server = await startStatusServer(port, () => ({ ready, head: 7 }));
    const get = async (at: string): Promise<[number, unknown]> => {
      const response = await fetch(`http://127.0.0.1:${port}${at}`);
      return [response.status, await response.json()];
    };
    try {
      expect(await get("/live")).to.deep.equal([200, { live: true }]);
      expect(await get("/ready")).to.deep.equal([503, { ready: false }]);
      ready = true;
      expect(await get("/ready")).to.deep.equal([200, { ready: true }]);
      expect(await get("/status")).to.deep.equal([200, { ready: true, head: 7 }]);
      expect((await get("/metrics"))[0]).to.equal(404);
    } finally {
      server.close();
    }
  });

  it("error: StatusPortUnavailable, when the port is taken", async () => {
    const { port, close } = await listening();
    const error: unknown = await startStatusServer(port, () => ({ ready: true })).catch((caught: unknown) => caught);
    close();
    expect(error).to.be.instanceOf(StatusPortUnavailable);
    expect(String(error)).to.contain(`statusPort ${port}: saw EADDRINUSE`);
  });
});
