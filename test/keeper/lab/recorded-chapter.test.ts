import { expect } from "chai";
import { readFileSync } from "node:fs";
import { loadArchive } from "../../../keeper/src/chain/archive/load.js";
import { chapterIn, recordedRows } from "../../../keeper/src/lab/case-studies/recorded-chapter.js";
import { startEdr } from "../../fork/edr-node.js";
import { requireShared } from "../../shared-data.js";

const page = readFileSync("docs/case-studies.md", "utf8");
const committed = chapterIn(page)
  .split("\n")
  .filter((line) => /^\| \d/.test(line));

describe("docs/case-studies.md, recorded blocks", function () {
  this.timeout(240_000);

  for (const block of ["19933612", "12965000", "19932703", "12459406"]) {
    it(`default: what the page says of block ${block} is what is read of it now`, async function () {
      const archive = await loadArchive(requireShared(this, `data/evm-pevm-blocks/${block}`));
      const rows = await recordedRows(archive, { start: startEdr });
      const said = committed.filter((line) => line.startsWith(`| ${block} |`));
      expect(rows.map((row) => `| ${row.join(" | ")} |`)).to.deep.equal(said);
    });
  }

  it("behavior: tells of every venue whose state the blocks hold", () => {
    const venues = new Set(committed.map((line) => line.split(" | ")[1]));
    expect([...venues].sort()).to.deep.equal([
      ...["Aave v2", "Aave v3", "Compound v2", "Compound v3", "Maker", "Spark"],
    ]);
  });

  it("behavior: the chapter is found whole, and nothing after it", () => {
    const chapter = chapterIn(
      "# A\n\n## Recorded blocks: what was read of which venue\n\ntext\n\n| a |\n\n## Next\n\nmore",
    );
    expect(chapter).to.equal("## Recorded blocks: what was read of which venue\n\ntext\n\n| a |");
    expect(chapterIn("# A\n\n## Other")).to.equal("");
  });
});
