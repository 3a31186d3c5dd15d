#!/usr/bin/env node
// Runs the TypeScript sources through tsx, inside this process: one process to start, signal and wait for.
const LEAST = [22, 13];
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  process.stderr.write(
    `bulkhead: saw Node ${process.versions.node}, expected ${LEAST.join(".")} or later; ` +
      "run `npx bulkhead …` in the project, which uses the Node that comes with it\n",
  );
  process.exit(1);
}

const { register } = await import("tsx/esm/api");
register();
const { main } = await import("../src/cli/main.ts");
await main(process.argv);
