import type { Archive } from "../../chain/archive/archive.js";
import { openFork } from "../../chain/archive/reexecute.js";
import type { ForkNode, ForkOptions } from "../../chain/archive/reexecute.js";
import { bigToInt } from "../../units.js";
import type { Address } from "../../units.js";
import { askerOn } from "./recorded-asker.js";
import type { RecordedAnswer } from "./recorded-asker.js";
import { COMET, CTOKENS, readRecordedCompoundV2, readRecordedCompoundV3 } from "./recorded-compound.js";
import { VAT, readRecordedMaker } from "./recorded-maker.js";

/** What could be read of a venue as it was before a recorded block, interest up to that block. */
export interface RecordedLending {
  readonly block: number;
  readonly venue: "Compound v2" | "Compound v3" | "Maker";
  readonly answers: readonly RecordedAnswer[];
  /** Questions that what is recorded does not answer. */
  readonly unanswered: number;
}

/** Read what a recorded block holds of Compound v2, Compound v3 and Maker; venues that it does not touch are left out. */
export async function readRecordedLending(
  archive: Archive,
  start: (options: ForkOptions) => Promise<ForkNode>,
): Promise<readonly RecordedLending[]> {
  const touched = (address: Address): boolean => (archive.accounts.get(address)?.storage.size ?? 0) > 0;
  if (![VAT, COMET, ...Object.values(CTOKENS)].some(touched)) return [];
  const fork = await openFork(archive, (options) => start({ ...options, hardfork: "cancun" }));
  try {
    const asker = await askerOn(fork, archive);
    const venues = [
      ["Maker", await readRecordedMaker(asker, archive)],
      ["Compound v2", await readRecordedCompoundV2(asker, archive)],
      ["Compound v3", touched(COMET) ? await readRecordedCompoundV3(asker) : []],
    ] as const;
    return venues.flatMap(([venue, tried]): RecordedLending[] => {
      const answers = tried.filter((answer): answer is RecordedAnswer => answer !== undefined);
      if (tried.length === 0) return [];
      const block = bigToInt(BigInt(archive.header.number));
      return [{ block, venue, answers, unanswered: tried.length - answers.length }];
    });
  } finally {
    await fork.close();
  }
}
