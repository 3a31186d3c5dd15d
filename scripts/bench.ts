/**
 * `npm run bench [-- --case NAME... --growth --json --write --quick]`: how fast the model is, beside a straightforward
 * implementation of the same mathematics that ran in the same process. Exits with 1 where the two disagree.
 */
import { parseArgs } from "node:util";
import { CASES } from "./bench/cases.js";
import { growth } from "./bench/growth.js";
import { measure, type Measured } from "./bench/measure.js";
import { writePage } from "./bench/page.js";
import { caseTable, growthTable, inputList } from "./bench/table.js";

const USAGE = `usage: npm run bench -- [options]
  --case NAME   only this case, may be given again: ${Object.keys(CASES).join(", ")}
  --growth      how cost grows with accounts, assets and scenarios; without --case, that alone
  --json        one JSON object on the last line
  --write       all of it, into docs/performance.md
  --quick       small sizes, one repetition: whether the command works, not how fast anything is`;

const { values } = parseArgs({
  options: {
    case: { type: "string", multiple: true },
    growth: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const all = values.growth && !values.write ? [] : Object.keys(CASES);
const names = values.help ? [] : (values.case ?? all);
const unknown = names.filter((name) => !(name in CASES));
if (unknown.length > 0) throw new Error(`unknown case ${unknown.join(", ")}\n${USAGE}`);

if (values.help) console.log(USAGE);
const cases: Measured[] = [];
for (const name of names) {
  const measured = await measure(CASES[name]!, values.quick);
  cases.push(measured);
  console.error(`${measured.name}: done`);
}
const rows = values.growth || values.write ? await growth(values.quick) : [];
if (cases.length > 0) console.log(`${caseTable(cases)}\n\n${inputList(cases)}`);
if (rows.length > 0) console.log(`\n${growthTable(rows)}`);
if (values.write) writePage(cases, rows);
if (values.json) console.log(JSON.stringify({ quick: values.quick, cases, growth: rows }));
