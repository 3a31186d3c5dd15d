import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { runLabProcess } from "./lab-process.js";

/** One clear line on stderr, an exit code above 0, nothing on stdout. */
async function refusal(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runLabProcess(...args);
  expect(code, stderr).to.equal(1);
  expect(stdout).to.equal("");
  const lines = stderr.trimEnd().split("\n");
  expect(lines, stderr).to.have.length(1);
  return lines[0] ?? "";
}

describe("crash lab: bad input", function () {
  this.timeout(60_000);
  let folder = "";
  const file = (name: string, text: string): string => {
    const full = path.join(folder, name);
    writeFileSync(full, text);
    return full;
  };

  before(() => (folder = mkdtempSync(path.join(tmpdir(), "bulkhead-e2e-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("error: unknown scenario", async () => {
    expect(await refusal("--scenario", "1929-10-24")).to.match(/^ScenarioUnknown: .*1929-10-24.*2020-03-12/);
  });

  it("error: malformed book", async () => {
    const book = file("torn.jsonl", '{"id": "a", "collateral": [\n');
    expect(await refusal("--book", book)).to.match(/^BookMalformed: .*torn\.jsonl/);
  });

  it("error: no book there", async () => {
    expect(await refusal("--book", path.join(folder, "nowhere"))).to.match(/^BookNotFound: .*nowhere/);
  });

  it("error: dead RPC", async () => {
    expect(await refusal("--rpc", "http://127.0.0.1:9")).to.match(/^ChainUnreachableError: .*127\.0\.0\.1:9/);
  });

  it("error: wrong chain, and a chain without its key", async () => {
    const node = createHttpServer((request, response) => {
      request.resume().on("end", () => response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x1" })));
    });
    await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
    try {
      expect(await refusal("--rpc", url)).to.match(/^ChainIdError: .*\b1\b.*31337/);
      expect(await refusal("--rpc", url, "--yes", "--chain-id", "1")).to.match(/^KeyFileError: /);
      const key = file("bad.key", "not a key");
      expect(await refusal("--rpc", url, "--yes", "--chain-id", "1", "--key-file", key)).to.match(
        /^KeyFileError: .*bad/,
      );
    } finally {
      node.close();
    }
  });

  it("error: port taken", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = taken.address() as AddressInfo;
      expect(await refusal("--port", String(port))).to.match(new RegExp(`^PortTakenError: .*${port}`));
    } finally {
      taken.close();
    }
  });

  it("error: options that contradict each other", async () => {
    expect(await refusal("--yes")).to.match(/^LabOptionsInvalid: saw --yes without --chain-id/);
    expect(await refusal("--key-file", "x")).to.match(/^LabOptionsInvalid: .*--rpc/);
  });
});
