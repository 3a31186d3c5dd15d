import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { runHardhatTests } from "../run-hardhat-tests.js";

/** A copy of the working tree: coverage writes bytecode of its own into artifacts and generated types. */
export const tree = path.resolve("coverage/tree");

const suites = ["test/{contracts,invariant}/**/*.t.sol", "test/{integration,deploy}/**/*.test.ts"];
/** Tests that count gas, which with coverage on is not the real one; tests of processes, of whose chains nothing is collected. */
const leftOut =
  "StipendOrNotAtAll|repriced|areBoundedInGas|npm run deploy|^propose |^verifyDeployment|three operators on a chain";
const lenses = "test/keeper/{venues,liquidity,chain}/**/*.test.ts";

function copyTree(): void {
  rmSync(tree, { recursive: true, force: true });
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).stdout.toString();
  for (const file of listed.split("\0"))
    if (file !== "" && statSync(file, { throwIfNoEntry: false })?.isFile()) cpSync(file, path.join(tree, file));
  for (const folder of ["node_modules", "artifacts-foreign"])
    if (existsSync(folder)) symlinkSync(path.resolve(folder), path.join(tree, folder));
}

/**
 * Runs every test that executes our contracts with coverage on, and returns the exit code. Gas is not the real one: what is
 * about gas, or compares bytecode, is left out.
 */
export async function runTests(only: readonly string[]): Promise<number> {
  copyTree();
  const files = only.length > 0 ? [...only] : globSync([...suites, lenses]).sort();
  const config = ["--config", "hardhat.coverage.config.ts"];
  return runHardhatTests([...config, "--coverage", "--grep-exclude", leftOut, ...files], {
    cwd: tree,
    env: { BULKHEAD_SHARED: path.resolve(process.env.BULKHEAD_SHARED ?? "../shared") },
  });
}
