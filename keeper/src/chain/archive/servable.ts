import { access } from "node:fs/promises";
import { join } from "node:path";
import { bigToInt } from "../../units.js";
import { createResponder } from "./answer.js";
import { createRecordingResponder, describeRecording } from "./answer-recording.js";
import { describeArchive } from "./archive.js";
import { RecordingForeign } from "./errors.js";
import type { Answerer } from "./json-rpc-server.js";
import { loadArchive } from "./load.js";
import { result } from "./read.js";
import { MANIFEST, readRecording } from "./recording.js";

/** Recorded state of either format, ready to answer. */
export interface Servable {
  readonly chainId: number;
  /** The head that whoever forks it sees. */
  readonly block: number;
  readonly description: string;
  readonly answer: Answerer;
  readonly misses: ReadonlySet<string>;
  /** Accounts that are not recorded and were answered as empty; only where that was asked for. */
  readonly assumedEmpty: ReadonlySet<string>;
}

/**
 * Open a folder that `fork record` wrote, or one of a recorded block with its pre-state, whose head is then the block's parent.
 * `assumeEmpty` lets the latter answer for accounts that it does not have as for accounts that never existed.
 *
 * **Throws** {@link ArchiveMalformed}, {@link RecordingForeign}.
 */
export async function openServable(folder: string, { assumeEmpty = false } = {}): Promise<Servable> {
  if (await isThere(join(folder, MANIFEST))) {
    const recording = await readRecording(folder);
    const { answer, misses } = createRecordingResponder(recording);
    const { chainId, number } = recording.pin;
    const description = describeRecording(recording);
    return { chainId, block: number, description, answer, misses, assumedEmpty: new Set() };
  }
  if (!(await isThere(join(folder, "block.json.gz"))) && !(await isThere(join(folder, "block.json")))) {
    throw new RecordingForeign(folder, "neither", `a folder with ${MANIFEST} or block.json(.gz)`);
  }
  const archive = await loadArchive(folder);
  const { answer, misses, assumedEmpty } = createResponder(archive, { assumeEmpty });
  return {
    chainId: archive.chainId,
    block: bigToInt(BigInt(archive.header.number)) - 1,
    description: describeArchive(archive),
    answer: (method, params) => result(answer(method, params)),
    misses,
    assumedEmpty,
  };
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
