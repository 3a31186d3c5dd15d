import { expect } from "chai";
import { network } from "hardhat";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RpcUnreachable, WrongChain } from "../../../keeper/src/chain/rpc-errors.js";
import { EXIT, exitCodeOf } from "../../../keeper/src/cli/exit-codes.js";
import { ConfigInvalid } from "../../../keeper/src/config.js";
import { bulkhead, bulkheadUnder, type Ending } from "./bulkhead-process.js";

const CALIBRATION = fileURLToPath(new URL("../../../keeper/calibration/lab-1.json", import.meta.url));
const KEY = `0x${"01".repeat(32)}`;

describe("bulkhead", function () {
  this.timeout(60_000);
  let folder: string;
  let chain: Awaited<ReturnType<typeof network.createServer>>;
  let port: number;

  const config = (
    name: string,
    over: { port?: number; chainId?: number; key?: string; calibration?: string } = {},
  ): string => {
    const file = path.join(folder, `${name}.json`);
    const keyFile = path.join(folder, `${name}.key`);
    if (over.key !== "") writeFileSync(keyFile, over.key ?? KEY);
    const json = {
      chain: { rpcUrls: [`http://127.0.0.1:${over.port ?? port}`], chainId: over.chainId ?? 31_337 },
      contracts: { oracle: `0x${"11".repeat(20)}`, breaker: `0x${"22".repeat(20)}` },
      sources: { venues: [{ kind: "aave-v3", pool: `0x${"aa".repeat(20)}`, fromBlock: 0 }] },
      calibration: over.calibration ?? CALIBRATION,
      operator: { keyFile },
      listen: { port: 0 },
      dataDir: path.join(folder, name),
    };
    writeFileSync(file, JSON.stringify(json));
    return file;
  };
  const expectLine = ({ code, stderr, stdout }: Ending, expected: number, line: RegExp): void => {
    expect(code, stderr).to.equal(expected);
    expect(stderr).to.match(line);
    expect(stderr.trimEnd().split("\n"), "one line").to.have.length(1);
    expect(stdout).to.equal("");
  };

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-cli-"));
    chain = await network.createServer({ network: "lab" }, "127.0.0.1", 0);
    ({ port } = await chain.listen());
  });
  after(async () => {
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (file: string): Promise<Ending> => bulkhead("run", "--config", file, "--yes");

  it("ends with 2 when the configuration, the calibration or the command line cannot be used", async () => {
    const [missing, calibration, unknown, nowhere] = await Promise.all([
      run(path.join(folder, "none.yaml")),
      run(config("calibration", { calibration: config("not-a-calibration") })),
      bulkhead("launch"),
      run(config("nowhere")),
    ]);
    expectLine(missing, 2, /^bulkhead: .*none\.yaml: saw ENOENT/);
    expectLine(calibration, 2, /^bulkhead: .*expected a calibration of schema/);
    expectLine(unknown, 2, /unknown command 'launch'/);
    expectLine(nowhere, 2, /^bulkhead: contracts: saw .*expected a RiskOracle at 0x1111/);
  });

  it("ends with 3 on another chain, 4 when no RPC answers, 6 without a key", async () => {
    const [wrong, dead, missing, broken] = await Promise.all([
      run(config("wrong", { chainId: 1 })),
      run(config("dead", { port: await freePort() })),
      run(config("keyless", { key: "" })),
      run(config("broken", { key: "0x1234" })),
    ]);
    expectLine(wrong, 3, /saw chain id 31337, expected 1/);
    expectLine(dead, 4, /saw ECONNREFUSED, expected a JSON-RPC answer/);
    expectLine(missing, 6, /keyless\.key: saw no readable file, expected the operator's key/);
    expectLine(broken, 6, /saw 6 characters that are no key/);
    expect(broken.stderr).not.to.contain("1234");
  });

  it("answers config check with the model's hash, and config schema with JSON Schema", async () => {
    const [check, schema] = await Promise.all([
      bulkhead("config", "check", "--config", config("fine")),
      bulkhead("config", "schema"),
    ]);
    expect([check.code, schema.code]).to.deep.equal([0, 0]);
    expect(JSON.parse(check.stdout)).to.include({ ok: true, chainId: 31_337 });
    expect((JSON.parse(check.stdout) as { modelHash: string }).modelHash).to.match(/^0x[0-9a-f]{64}$/);
    expect(JSON.parse(schema.stdout)).to.include({ type: "object" });
  });

  it("says how to run it when the machine's own Node is too old", async function () {
    const old = oldNode();
    if (old === undefined) this.skip();
    const ending = await bulkheadUnder(old, "config", "schema");
    expectLine(ending, 1, /^bulkhead: saw Node \d+\.\d+\.\d+, expected 22\.13 or later; run `npx bulkhead/);
  });
});

describe("exitCodeOf", () => {
  it("looks for the cause that a person must fix, through wrappers and aggregates", () => {
    const dead = new RpcUnreachable("node", "ECONNREFUSED");
    const wrong = new WrongChain("node", 5, 1);
    expect(exitCodeOf(new Error("wrapped", { cause: dead }))).to.equal(EXIT.rpcDead);
    expect(exitCodeOf(new AggregateError([dead, wrong]))).to.equal(EXIT.wrongChain);
    expect(exitCodeOf(new AggregateError([dead, dead]))).to.equal(EXIT.rpcDead);
    expect(exitCodeOf(new ConfigInvalid("file", ["fault"], dead))).to.equal(EXIT.config);
    expect([exitCodeOf(new Error("other")), exitCodeOf("text"), exitCodeOf(undefined)]).to.deep.equal([1, 1, 1]);
  });
});

/** A Node on the path, outside of node_modules, that is older than 22.13; undefined when there is none. */
function oldNode(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((one) => !one.includes("node_modules"));
  for (const candidate of folders.map((one) => path.join(one, "node"))) {
    try {
      const [major = 0, minor = 0] = execFileSync(candidate, ["-p", "process.versions.node"])
        .toString()
        .split(".")
        .map(Number);
      return major < 22 || (major === 22 && minor < 13) ? candidate : undefined;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  return undefined;
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(found));
    });
  });
}
