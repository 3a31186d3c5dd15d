/** Prints the storage layout of every contract that has state; `--write` keeps it in snapshots/storage.json. */
import { mkdirSync, writeFileSync } from "node:fs";
import { storageLayouts } from "../test/repo/build-output.js";

const layouts = [...storageLayouts()].sort(([a], [b]) => (a < b ? -1 : 1));
const text = `${JSON.stringify(Object.fromEntries(layouts), undefined, 2)}\n`;

if (process.argv.includes("--write")) {
  mkdirSync("snapshots", { recursive: true });
  writeFileSync("snapshots/storage.json", text);
} else {
  process.stdout.write(text);
}
