import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Hex } from "../../units.js";
import { type Json, textHash } from "./facts.js";
import { RecordingForeign } from "./errors.js";
import { KINDS, objectsOf, type Kind } from "./objects.js";
import {
  digestOf,
  FORMAT,
  MANIFEST,
  type Manifest,
  objectFile,
  readManifest,
  type Recording,
  VERSION,
} from "./recording.js";

/** What an archive came to hold. */
export interface Written {
  readonly folder: string;
  /** Objects by kind. */
  readonly objects: Readonly<Record<Kind, number>>;
  /** Objects that were not there before. */
  readonly added: number;
}

/**
 * Write a recorded fork to `folder`. A new archive is made beside it and moved there whole; one that is there gets the new
 * objects first and then, in one step, the new manifest. Whoever reads it sees the old or the new one, at any time. `basedOn` is
 * the digest of the archive whose facts the recording holds, too; null, where there was none.
 *
 * **Throws** {@link RecordingForeign} where another archive is there by now, and the file system's errors.
 */
export async function writeRecording(
  folder: string,
  recording: Recording,
  { tool, basedOn }: { readonly tool: string; readonly basedOn: Hex | null },
): Promise<Written> {
  const target = resolve(folder);
  const before = await readManifest(target);
  if ((before?.digest ?? null) !== basedOn) {
    const seen = "an archive that something else wrote meanwhile";
    throw new RecordingForeign(folder, seen, "what was there at the beginning");
  }
  const { manifest, texts } = describe(recording, tool);
  const known = new Set(before === undefined ? [] : hashesOf(before));
  const added = [...texts].filter(([hash]) => !known.has(hash));
  if (before === undefined) await makeNew(target, manifest, added);
  else await addTo(target, { before, manifest, added });
  const objects = Object.fromEntries(KINDS.map((kind) => [kind, Object.keys(manifest.objects[kind]).length]));
  return { folder, objects: objects as Record<Kind, number>, added: added.length };
}

type Texts = readonly (readonly [hash: Hex, text: string])[];

function describe({ pin, facts }: Recording, tool: string): { manifest: Manifest; texts: Map<Hex, string> } {
  const texts = new Map<Hex, string>();
  const contents = objectsOf(facts);
  const list = (objects: ReadonlyMap<string, Json>): Record<string, Hex> =>
    Object.fromEntries(
      [...objects].map(([id, content]) => {
        const text = JSON.stringify(content);
        const hash = textHash(text);
        texts.set(hash, text);
        return [id, hash];
      }),
    );
  const objects = Object.fromEntries(KINDS.map((kind) => [kind, list(contents[kind])])) as Manifest["objects"];
  const { chainId, number, hash } = pin;
  const head = { format: FORMAT, version: VERSION, tool, chainId, block: { number, hash } } as const;
  return { manifest: { ...head, objects, digest: digestOf(objects) }, texts };
}

const hashesOf = ({ objects }: Manifest): Hex[] => KINDS.flatMap((kind) => Object.values(objects[kind]));

async function makeNew(target: string, manifest: Manifest, texts: Texts): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const temporary = await mkdtemp(join(dirname(target), `.${basename(target)}.partial-`));
  try {
    await writeObjects(temporary, texts);
    await writeFile(join(temporary, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function addTo(
  target: string,
  { before, manifest, added }: { readonly before: Manifest; readonly manifest: Manifest; readonly added: Texts },
): Promise<void> {
  await writeObjects(target, added);
  const temporary = join(target, `${MANIFEST}.partial`);
  await writeFile(temporary, `${JSON.stringify(manifest, null, 1)}\n`);
  await rename(temporary, join(target, MANIFEST));
  const kept = new Set(hashesOf(manifest));
  for (const hash of hashesOf(before)) if (!kept.has(hash)) await rm(join(target, objectFile(hash)), { force: true });
}

async function writeObjects(folder: string, texts: Texts): Promise<void> {
  for (const [hash, text] of texts) {
    const file = join(folder, objectFile(hash));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.partial`, await promisify(gzip)(text));
    await rename(`${file}.partial`, file);
  }
}
