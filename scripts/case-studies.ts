/**
 * `npm run case-studies [-- --check]`: docs/case-studies.md and its pictures, from recorded books.
 *
 * With --check nothing is written; ends with 1 where the committed page differs from what is computed.
 */
import { recordedChapter } from "../keeper/src/lab/case-studies/recorded-chapter.js";
import { staleCaseStudies, writeCaseStudies } from "../keeper/src/lab/case-studies/write.js";
import { sharedPath } from "../test/shared-data.js";
import { failWith } from "./fail-with.js";

const FOLDERS = { data: sharedPath("data"), calibration: "keeper/calibration/mainnet-1.json", docs: "docs" };

async function main(): Promise<void> {
  const recorded = await recordedChapter(FOLDERS.data, (line) => process.stderr.write(`${line}\n`));
  if (!process.argv.includes("--check")) {
    process.stdout.write(`${writeCaseStudies(FOLDERS, recorded).join("\n")}\n`);
    return;
  }
  const stale = staleCaseStudies(FOLDERS, recorded);
  if (stale.length > 0) throw new Error(`saw ${stale.join(", ")} out of date; run npm run case-studies`);
  process.stdout.write("case studies: as committed\n");
}

await main().catch(failWith("case-studies"));
