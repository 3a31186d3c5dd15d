/** Prints the storage layout of every contract that has state; `--write` keeps it in snapshots/storage.txt. */
import { mkdirSync, writeFileSync } from "node:fs";
import { storageText } from "../test/repo/build-output.js";

if (process.argv.includes("--write")) {
  mkdirSync("snapshots", { recursive: true });
  writeFileSync("snapshots/storage.txt", storageText());
} else {
  process.stdout.write(storageText());
}
