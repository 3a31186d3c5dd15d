import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Transaction } from "ethers";
import type { Hex } from "../../units.js";
import { type Archive, missingCodes } from "./archive.js";
import { ArchiveMalformed, RecordingForeign, ReplayRejected } from "./errors.js";
import { isBlobTransaction } from "./hand-in.js";
import { mainnetHardfork } from "./header.js";
import { type CodeShelf, loadArchive } from "./load.js";
import { openFork, reexecute, type ForkNode, type ForkOptions, type Reexecution } from "./reexecute.js";
import { MANIFEST } from "./recording.js";

/**
 * `verified`: every compared field is the header's. `mismatched`: one is not, though all code and state that was asked for is
 * recorded. `incomplete`: code or state is not recorded, so that nothing is shown. `unreadable`: a file is not what it says.
 */
export type Verdict = "verified" | "mismatched" | "incomplete" | "unreadable";

/** What re-executing one block came to. */
export interface VerifiedBlock {
  readonly folder: string;
  readonly verdict: Verdict;
  /** Why it is not verified; empty where it is. */
  readonly reason: string;
  readonly block?: number;
  readonly hardfork?: string;
  readonly transactions?: number;
  /** Codes that accounts of the block have and the recording lacks. */
  readonly codesMissing?: number;
  /** Gas units, as decimal strings. */
  readonly gasUsed?: { readonly header: string; readonly replayed: string };
  readonly matches?: Reexecution["matches"];
}

/** The nodes that blocks are re-executed on. */
export interface VerifyNodes {
  readonly edr: (options: ForkOptions) => Promise<ForkNode>;
  /** For blocks in which contracts are called with blobs, which EDR does not know; where it is installed. */
  readonly anvil: ((options: ForkOptions) => Promise<ForkNode>) | undefined;
}

/** Folders of blocks: each given one that holds a block, or else those in it that do, by number. **Throws** {@link RecordingForeign}. */
export async function blockFolders(given: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of given) {
    if (await holdsBlock(folder)) {
      found.push(folder);
      continue;
    }
    const names = await readdir(folder).catch((error: Error) => {
      throw new RecordingForeign(folder, error.message, "a folder");
    });
    const inside: string[] = [];
    for (const name of names.sort((a, b) => Number(a) - Number(b))) {
      if (/^\d+$/.test(name) && (await holdsBlock(join(folder, name)))) inside.push(join(folder, name));
    }
    if (inside.length === 0) {
      const isFork = names.includes(MANIFEST);
      const seen = isFork ? "a recorded fork, which holds no block to execute again" : "neither";
      throw new RecordingForeign(folder, seen, "block.json(.gz) or folders of blocks");
    }
    found.push(...inside);
  }
  return found;
}

async function holdsBlock(folder: string): Promise<boolean> {
  const files = ["block.json.gz", "block.json"].map((name) => join(folder, name));
  const seen = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return seen.some((one) => one?.isFile() === true);
}

/** Re-execute the block in `folder` and compare it with its header. Never throws for the block's content. */
export async function verifyBlock(
  folder: string,
  nodes: VerifyNodes,
  shelf: CodeShelf = new Map(),
): Promise<VerifiedBlock> {
  try {
    const archive = await loadArchive(folder, shelf);
    const known = {
      folder,
      block: Number(archive.header.number),
      hardfork: mainnetHardfork(archive.header),
      transactions: archive.transactions.length,
      codesMissing: missingCodes(archive).length,
    };
    return { ...known, ...(await judge(archive, nodes)) };
  } catch (error) {
    if (error instanceof ArchiveMalformed) return { folder, verdict: "unreadable", reason: error.message };
    throw error;
  }
}

type Judgement = Pick<VerifiedBlock, "verdict" | "reason" | "gasUsed" | "matches">;

async function judge(archive: Archive, nodes: VerifyNodes): Promise<Judgement> {
  const lost = missingCodes(archive);
  if (lost.length > 0)
    return { verdict: "incomplete", reason: `${lost.length} codes are not recorded, ${lost[0]} first` };
  const called = calledWithBlobs(archive);
  const fork = await openFork(archive, called === undefined ? nodes.edr : (nodes.anvil ?? nodes.edr));
  try {
    const seen = await reexecute(archive, fork);
    const gasUsed = { header: `${BigInt(archive.header.gasUsed)}`, replayed: `${seen.gasUsed}` };
    return { ...verdictOf(seen, [...fork.misses], called), gasUsed, matches: seen.matches };
  } catch (error) {
    if (!(error instanceof ReplayRejected)) throw error;
    const [miss] = fork.misses;
    return { verdict: "incomplete", reason: miss === undefined ? error.message : `${miss} is not recorded` };
  } finally {
    await fork.close();
  }
}

function verdictOf(
  { matches }: Reexecution,
  misses: readonly string[],
  called: Hex | undefined,
): Pick<Judgement, "verdict" | "reason"> {
  if (misses.length > 0) return { verdict: "incomplete", reason: `${misses[0]} is not recorded` };
  const wrong = Object.entries(matches).flatMap(([field, isEqual]) => (isEqual ? [] : [field]));
  if (wrong.length === 0) return { verdict: "verified", reason: "" };
  const reason = `${wrong.join(", ")} differ from the header`;
  if (called === undefined) return { verdict: "mismatched", reason };
  const cause = `${called} is called with blobs, for which EDR has no hashes and anvil no randomness of the block`;
  return { verdict: "incomplete", reason: `${reason}; ${cause}` };
}

/** The first contract that a transaction with blobs calls. */
function calledWithBlobs(archive: Archive): Hex | undefined {
  const targets = archive.transactions.filter(isBlobTransaction).map(({ raw }) => Transaction.from(raw).to);
  const addresses = targets.flatMap((to) => (to === null ? [] : [to.toLowerCase() as Hex]));
  return addresses.find((address) => (archive.accounts.get(address)?.codeHash ?? null) !== null);
}
