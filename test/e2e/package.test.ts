import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

const root = path.resolve(import.meta.dirname, "../..");

/** Hardhat tells its children, through the environment, which project they are of. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("HARDHAT_")));

function run(folder: string, command: string, ...args: readonly string[]): string {
  const shell = process.platform === "win32";
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8", shell });
  expect(status, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`).to.equal(0);
  return stripVTControlCharacters(stdout);
}

/** The sample consumer somewhere else, with the packed package among its dependencies; other packages are this project's. */
function install(folder: string): string {
  run(root, "npm", "pack", "--silent", "--pack-destination", folder);
  const market = path.join(folder, "market");
  cpSync(path.join(root, "examples/protected-market"), market, { recursive: true });
  const modules = path.join(market, "node_modules");
  mkdirSync(path.join(modules, "bulkhead"), { recursive: true });
  for (const name of readdirSync(path.join(root, "node_modules"))) {
    if (name !== "bulkhead") symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
  }
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  run(folder, "tar", "-xzf", tarball ?? "", "-C", path.join(modules, "bulkhead"), "--strip-components=1");
  return market;
}

describe("the package", function () {
  this.timeout(300_000);
  let folder: string;
  let market: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-package-"));
    market = install(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("builds and protects the sample market, from another project", () => {
    run(market, "npx", "hardhat", "build");
    const printed = run(market, "npx", "hardhat", "test", "solidity");
    expect(printed, printed).to.contain(" 4 passing");
  });

  it("types what the sample reads with ethers", () => {
    expect(run(market, "npx", "tsc", "--noEmit", "-p", ".")).to.equal("");
  });

  it("has the ABI of every contract that integrators call, as JSON and as a constant", async () => {
    const abi = path.join(market, "node_modules/bulkhead/abi");
    const constants = (await import(path.join(abi, "index.js"))) as Record<string, unknown>;
    const files = readdirSync(abi).filter((name) => name.endsWith(".json"));
    expect(files).to.include.members(["IRiskOracle.json", "RiskOracle.json", "CircuitBreaker.json"]);
    const shown = files.map((name) => [`${name.charAt(0).toLowerCase()}${name.slice(1, -5)}Abi`, name] as const);
    expect(Object.keys(constants).sort()).to.deep.equal(shown.map(([constant]) => constant).sort());
    for (const [constant, name] of shown) {
      const artifact = findArtifact(name);
      expect(constants[constant]).to.deep.equal(artifact.abi);
      expect(JSON.parse(readFileSync(path.join(abi, name), "utf8"))).to.deep.equal(artifact.abi);
    }
  });

  it("leaves out what only this project runs", () => {
    const inside = path.join(market, "node_modules/bulkhead");
    for (const name of ["contracts/lab", "contracts/lens", "keeper/src/lab", "test", "deploy", "node_modules"]) {
      expect(existsSync(path.join(inside, name)), name).to.equal(false);
    }
  });
});

function findArtifact(file: string): { abi: unknown } {
  const artifacts = path.join(root, "artifacts/contracts");
  const [found] = readdirSync(artifacts, { recursive: true, encoding: "utf8" }).filter(
    (name) => path.basename(name) === file,
  );
  return JSON.parse(readFileSync(path.join(artifacts, found ?? ""), "utf8")) as { abi: unknown };
}
