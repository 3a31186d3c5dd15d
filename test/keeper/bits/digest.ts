/**
 * `node --import tsx test/keeper/bits/digest.ts [--threads N]`: the digests of this Node's bits as JSON, to hold beside
 * golden.json and another Node's.
 */
import { parseArgs } from "node:util";
import { BITS_CASES, digestOf } from "./digests.js";
import { REPORT_CASES, reportDigestOf } from "./reports.js";

const { values } = parseArgs({ options: { threads: { type: "string", default: "0" } } });
const digests: Record<string, string> = {};
for (const name of Object.keys(BITS_CASES)) digests[name] = await digestOf(name, Number(values.threads));
for (const name of REPORT_CASES) digests[name] = reportDigestOf(name);
console.log(JSON.stringify(digests, null, 2));
