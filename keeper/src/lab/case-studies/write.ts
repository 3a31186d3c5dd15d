import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pageOf, type Files } from "./page.js";
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

/** Everything that the page consists of. Throws {@link CaseDataAbsent}. */
export function caseStudies({ data, calibration }: Omit<CaseFolders, "docs">): Files {
  for (const { folder } of STUDIES) {
    if (!existsSync(join(data, folder))) throw new CaseDataAbsent(join(data, folder));
  }
  const [compound, aave] = STUDIES;
  const studies = [openStudy(compound, data, calibration), openStudy(aave, data, calibration)] as const;
  return pageOf(studies, openTogether(TOGETHER, studies, data));
}

/** Write the page and its pictures; returns the paths. */
export function writeCaseStudies(folders: CaseFolders): string[] {
  return [...caseStudies(folders)].map(([name, text]) => {
    const path = join(folders.docs, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
}

/** Paths whose content is not what {@link writeCaseStudies} would write. */
export function staleCaseStudies(folders: CaseFolders): string[] {
  const paths = [...caseStudies(folders)].map(([name, text]) => [join(folders.docs, name), text] as const);
  return paths.flatMap(([path, text]) => (existsSync(path) && readFileSync(path, "utf8") === text ? [] : [path]));
}
