import { findAnvil, startAnvil } from "../chain/archive/anvil-fork.js";
import { spawnEdr } from "../chain/archive/edr-process.js";
import type { CodeShelf } from "../chain/archive/load.js";
import { blockFolders, verifyBlock, type VerifiedBlock } from "../chain/archive/verify.js";

/** A recorded block does not come out as its header says, or cannot be read. */
export class BlocksMismatched extends Error {
  override readonly name = "BlocksMismatched";
  constructor(rows: readonly VerifiedBlock[]) {
    const named = rows.map(({ folder, reason }) => `${folder}: ${reason}`);
    super(`${rows.length} of the blocks saw another result than their headers, expected the same; ${named.join("; ")}`);
  }
}

/** What `fork verify` ends with. */
export interface VerifySummary {
  readonly blocks: number;
  readonly verified: number;
  readonly mismatched: number;
  readonly incomplete: number;
  readonly unreadable: number;
  readonly rows: readonly VerifiedBlock[];
}

/** Where the command writes: results, and what is only for whoever watches. */
export interface Output {
  readonly out: (line: string) => void;
  readonly progress: (line: string) => void;
}

/**
 * `bulkhead fork verify`: re-execute recorded blocks; a line for each as it is done (as progress, with `json`), and one JSON
 * object at the end.
 *
 * **Throws** {@link BlocksMismatched} after the summary, {@link RecordingForeign} for a folder without blocks,
 * {@link HardhatMissing}.
 */
export async function forkVerify(
  folders: readonly string[],
  options: { readonly json?: boolean },
  { out, progress }: Output,
): Promise<VerifySummary> {
  const found = await blockFolders(folders);
  const anvil = findAnvil();
  const edr = spawnEdr();
  const nodes = { edr: edr.start, anvil: anvil === undefined ? undefined : startAnvilOf(anvil) };
  const shelf: CodeShelf = new Map();
  const rows: VerifiedBlock[] = [];
  try {
    for (const [index, folder] of found.entries()) {
      const row = await verifyBlock(folder, nodes, shelf);
      rows.push(row);
      (options.json === true ? progress : out)(`${index + 1}/${found.length} ${lineOf(row)}`);
    }
  } finally {
    edr.close();
  }
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  const [verified, mismatched, incomplete] = [count("verified"), count("mismatched"), count("incomplete")];
  const summary = { blocks: rows.length, verified, mismatched, incomplete, unreadable: count("unreadable"), rows };
  out(JSON.stringify(summary));
  const wrong = rows.filter(({ verdict }) => verdict === "mismatched" || verdict === "unreadable");
  if (wrong.length > 0) throw new BlocksMismatched(wrong);
  return summary;
}

const startAnvilOf =
  (binary: string) =>
  (options: Parameters<typeof startAnvil>[1]): ReturnType<typeof startAnvil> =>
    startAnvil(binary, options);

function lineOf({ folder, verdict, reason, block, hardfork, transactions, gasUsed }: VerifiedBlock): string {
  const what = block === undefined ? folder : `block ${block} ${hardfork}, ${transactions} transactions`;
  const gas = gasUsed === undefined ? "" : `, gas ${gasUsed.replayed} of ${gasUsed.header}`;
  return `${verdict.padEnd(10)} ${what}${gas}${reason === "" ? "" : `: ${reason}`}`;
}
