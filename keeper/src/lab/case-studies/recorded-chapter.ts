import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Archive } from "../../chain/archive/archive.js";
import { loadEdr } from "../../chain/archive/edr-fork.js";
import { type CodeShelf, loadArchive } from "../../chain/archive/load.js";
import type { ForkNode, ForkOptions } from "../../chain/archive/reexecute.js";
import type { Hex } from "../../units.js";
import { implementationCode } from "./recorded-aave-state.js";
import { RECORDED_AAVE, readRecordedAave, recordedRow } from "./recorded-aave.js";
import { readRecordedLending, type RecordedLending } from "./recorded-lending.js";
import { table } from "./wording.js";

const TITLE = "## Recorded blocks: what was read of which venue";
const OPENING = `Every recorded mainnet block that holds state of a venue, read as of before its transactions. Only slots that the block's own
transactions touched are recorded. What is not is filled several times, differently, and only what comes out the same is counted; for
Compound and Maker, what its own code answers without a slot that is missing.`;

/** The block whose recording holds the code of Aave v2's pool, which the others lack. */
const AAVE_V2_CODE_IN = "19933612";

type Row = readonly [block: string, venue: string, what: string];

/** The chapter on recorded blocks: a table over all folders of `data/evm-pevm-blocks`. `say` is told of each block. */
export async function recordedChapter(data: string, say: (line: string) => void): Promise<string> {
  const blocks = join(data, "evm-pevm-blocks");
  const folders = readdirSync(blocks).filter((name) => /^\d+$/.test(name));
  const shelf: CodeShelf = new Map();
  const start = await loadEdr();
  const aaveV2Code = implementationCode(await loadArchive(join(blocks, AAVE_V2_CODE_IN), shelf), RECORDED_AAVE[0]!);
  const rows: Row[] = [];
  for (const folder of folders.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const found = await recordedRows(await loadArchive(join(blocks, folder), shelf), { start, aaveV2Code });
    rows.push(...found);
    say(`block ${folder}: ${found.map(([, venue]) => venue).join(", ") || "no venue"}`);
  }
  const read = new Set(rows.map(([block]) => block)).size;
  const sum = `${read} of ${folders.length} recorded blocks hold state of a venue.`;
  return [TITLE, OPENING, sum, table(["block", "venue", "what was read"], rows, 3)].join("\n\n");
}

/** What one recorded block tells, a row a venue. */
export async function recordedRows(
  archive: Archive,
  {
    start,
    aaveV2Code,
  }: { readonly start: (options: ForkOptions) => Promise<ForkNode>; readonly aaveV2Code?: Hex | undefined },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const venue of RECORDED_AAVE) {
    const implementation = venue.kind === "aave-v2" && aaveV2Code !== undefined ? { implementation: aaveV2Code } : {};
    const read = await readRecordedAave(archive, venue, { start, ...implementation });
    if (read !== undefined && read.reserves.length > 0) rows.push(recordedRow(read));
  }
  for (const read of await readRecordedLending(archive, start))
    if (read.answers.length > 0) rows.push(lendingRow(read));
  return rows;
}

function lendingRow({ block, venue, answers, unanswered }: RecordedLending): Row {
  const of = [...new Set(answers.map((answer) => answer.of))];
  const values = answers.reduce((sum, { read }) => sum + Object.keys(read).length, 0);
  const left = unanswered === 0 ? "" : `; ${unanswered} questions need slots that are not recorded`;
  return [String(block), venue, `${values} values of ${namesOf(of)}${left}`];
}

/** Names as they are, addresses by their number. */
function namesOf(of: readonly string[]): string {
  const names = of.filter((name) => !name.includes("0x"));
  const accounts = of.length - names.length;
  const counted = accounts === 0 ? [] : [`${accounts} account${accounts === 1 ? "" : "s"}`];
  return [...names, ...counted].join(", ");
}

/** The chapter as a page holds it; "" where it is not there. */
export function chapterIn(page: string): string {
  const from = page.indexOf(TITLE);
  if (from < 0) return "";
  const to = page.indexOf("\n\n## ", from + 1);
  return to < 0 ? page.slice(from).trimEnd() : page.slice(from, to);
}
