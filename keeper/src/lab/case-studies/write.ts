import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PAGE, pageOf, type Files } from "./page.js";
import { chapterIn } from "./recorded-chapter.js";
import { openStudy, STUDIES, TOGETHER } from "./study.js";
import { openTogether } from "./together.js";

/** Thrown where the recorded data are not there. */
export class CaseDataAbsent extends Error {
  override readonly name = "CaseDataAbsent";
  constructor(folder: string) {
    super(`${folder} is not there: nothing was written; set BULKHEAD_SHARED to the folder that holds data/`);
  }
}

/** Where things are: recorded data, the calibration, the documents. */
export interface CaseFolders {
  readonly data: string;
  readonly calibration: string;
  readonly docs: string;
}

/** Everything that the page consists of; `recorded` is the chapter on recorded blocks. Throws {@link CaseDataAbsent}. */
export function caseStudies({ data, calibration }: Omit<CaseFolders, "docs">, recorded: string): Files {
  for (const { folder } of STUDIES) {
    if (!existsSync(join(data, folder))) throw new CaseDataAbsent(join(data, folder));
  }
  const [compound, aave] = STUDIES;
  const studies = [openStudy(compound, data, calibration), openStudy(aave, data, calibration)] as const;
  return pageOf(studies, openTogether(TOGETHER, studies, data), recorded);
}

/** Write the page and its pictures; returns the paths. Without `recorded`, that chapter stays as it is. */
export function writeCaseStudies(folders: CaseFolders, recorded = committedChapter(folders)): string[] {
  return [...caseStudies(folders, recorded)].map(([name, text]) => {
    const path = join(folders.docs, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
}

/** Paths whose content is not what {@link writeCaseStudies} would write. */
export function staleCaseStudies(folders: CaseFolders, recorded = committedChapter(folders)): string[] {
  const paths = [...caseStudies(folders, recorded)].map(([name, text]) => [join(folders.docs, name), text] as const);
  return paths.flatMap(([path, text]) => (existsSync(path) && readFileSync(path, "utf8") === text ? [] : [path]));
}

function committedChapter({ docs }: CaseFolders): string {
  const page = join(docs, PAGE);
  return existsSync(page) ? chapterIn(readFileSync(page, "utf8")) : "";
}
