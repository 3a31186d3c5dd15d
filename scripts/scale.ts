/**
 * `npm run scale [-- --accounts N --venues N --json --write]`: what it costs to read many accounts of many venues, on a local
 * chain with the parameters of real markets. Exits with 1 where reading block by block and from scratch differ.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runScale } from "../keeper/src/lab/scale/run.js";
import { scaleText } from "../keeper/src/lab/scale/table.js";
import { sharedPath } from "../test/shared-data.js";
import { PAGE, replaced } from "./bench/page.js";

const USAGE = `usage: npm run scale -- [options]
  --accounts N  in all; 100000
  --venues N    1 to 8; 8
  --json        one JSON object on the last line
  --write       into docs/performance.md`;

const { values } = parseArgs({
  options: {
    accounts: { type: "string", default: "100000" },
    venues: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const [accounts, venues] = [Number(values.accounts), Number(values.venues)];
if (!Number.isInteger(accounts) || accounts < 1) throw new Error(`--accounts: saw ${values.accounts}\n${USAGE}`);
if (!Number.isInteger(venues) || venues < 1 || venues > 8) throw new Error(`--venues: saw ${values.venues}\n${USAGE}`);

if (values.help) console.log(USAGE);
else {
  const run = await runScale({ venues, accounts, data: sharedPath("data") }, (line) => console.error(line));
  console.log(scaleText(run));
  if (values.write) writeFileSync(PAGE, replaced(readFileSync(PAGE, "utf8"), "scale", scaleText(run)));
  if (values.json) console.log(JSON.stringify(run));
}
