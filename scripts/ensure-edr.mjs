// On Node < 22 npm leaves out the optional native package of @nomicfoundation/edr (its "engines" ask for >= 22).
// This script runs under the bundled Node (node_modules/.bin/node), so re-running npm under it installs what was left out.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

try {
  createRequire(require.resolve("hardhat/package.json"))("@nomicfoundation/edr");
} catch (error) {
  const reason = error.message.split("\n")[0];
  if (process.env.BULKHEAD_ENSURE_EDR !== undefined) {
    console.error(`ensure-edr: @nomicfoundation/edr still does not load under Node ${process.version}: ${reason}`);
    process.exit(1);
  }
  console.log(`ensure-edr: installing EDR's native package under Node ${process.version} (${reason})`);
  const env = { ...process.env, BULKHEAD_ENSURE_EDR: "1" };
  const args = [process.env.npm_execpath, "install", "--no-save", "--ignore-scripts"];
  const result = spawnSync(process.execPath, args, { stdio: "inherit", env });
  process.exit(result.status ?? 1);
}
