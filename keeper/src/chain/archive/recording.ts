import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import type { Hex } from "../../units.js";
import { ArchiveMalformed, RecordingForeign } from "./errors.js";
import { canonicalJson, factName, type Facts, type Json, textHash } from "./facts.js";
import { addObject, type Kind, KINDS } from "./objects.js";
import type { Pin } from "./pin.js";
import { blockFacts } from "./read-blocks.js";
import { hex } from "./transaction.js";

/** A recorded fork: everything that was read of one chain at one block. */
export interface Recording {
  readonly pin: Pin;
  readonly facts: Facts;
}

/** What a manifest says of itself, and where it is in its folder. A change of the format is another version. */
export const FORMAT = "bulkhead-fork";
export const VERSION = 1;
export const MANIFEST = "manifest.json";

const hash32 = hex.refine((value) => value.length === 66, "expected 32 bytes");
const index = z.record(z.string(), hash32);

/** `objects` gives, by kind and by what an object is about, the SHA-256 of its text, which is its file's name. */
export const ManifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  tool: z.string(),
  chainId: z.int().positive(),
  block: z.strictObject({ number: z.int().nonnegative(), hash: hash32 }),
  objects: z.strictObject(Object.fromEntries(KINDS.map((kind) => [kind, index])) as Record<Kind, typeof index>),
  /** SHA-256 of `objects` as canonical JSON. */
  digest: hash32,
});
export type Manifest = z.output<typeof ManifestSchema>;

/** Where an object's file is, from the archive's folder. */
export const objectFile = (hash: Hex): string => join("objects", hash.slice(2, 4), `${hash.slice(2)}.json.gz`);

/** The digest of a manifest's list of objects. */
export const digestOf = (objects: Manifest["objects"]): Hex => textHash(canonicalJson(objects));

/** Read an archive's manifest; undefined where the folder is not there. **Throws** {@link ArchiveMalformed}, {@link RecordingForeign}. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = join(folder, MANIFEST);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new ArchiveMalformed(file, `expected a readable file, saw: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const content = parse(file, text);
  const { format, version } = z.looseObject({ format: z.unknown(), version: z.unknown() }).parse(content);
  if (format !== FORMAT || version !== VERSION) {
    throw new RecordingForeign(folder, `format ${String(format)} ${String(version)}`, `${FORMAT} ${VERSION}`);
  }
  const { success, data, error } = ManifestSchema.safeParse(content);
  if (!success) throw new ArchiveMalformed(file, z.prettifyError(error).split("\n").slice(0, 3).join(" "));
  const computed = digestOf(data.objects);
  if (computed !== data.digest)
    throw new ArchiveMalformed(file, `its list hashes to ${computed}, expected ${data.digest}`);
  return data;
}

/**
 * Read a recorded fork, every object of it checked against its hash, blocks against theirs, code against its keccak256.
 *
 * **Throws** {@link ArchiveMalformed} naming the file that is absent, torn or changed, {@link RecordingForeign}.
 */
export async function readRecording(folder: string): Promise<Recording> {
  const manifest = await readManifest(folder);
  if (manifest === undefined)
    throw new ArchiveMalformed(join(folder, MANIFEST), "expected a recorded fork, saw no such file");
  const facts = new Map<string, Json>();
  for (const kind of KINDS) {
    for (const [id, hash] of Object.entries(manifest.objects[kind])) {
      const file = objectFile(hash);
      const content = parse(file, await readObject(join(folder, file), hash));
      try {
        addObject(facts, kind, id, content);
      } catch (error) {
        throw new ArchiveMalformed(file, error instanceof Error ? error.message.split("\n").join(" ") : String(error));
      }
    }
  }
  return { pin: pinOf(folder, manifest, facts), facts };
}

async function readObject(file: string, hash: Hex): Promise<string> {
  const bytes = await readFile(file)
    .then((zipped) => promisify(gunzip)(zipped))
    .catch((error: Error) => {
      throw new ArchiveMalformed(file, `expected a gzip file, saw: ${error.message}`);
    });
  const text = bytes.toString("utf8");
  const computed = textHash(text);
  if (computed !== hash) throw new ArchiveMalformed(file, `its text hashes to ${computed}, expected its name`);
  return text;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ArchiveMalformed(file, `expected JSON, saw: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function pinOf(folder: string, { chainId, block: { number, hash } }: Manifest, facts: Facts): Pin {
  const block = facts.get(factName.block(hash));
  if (block === undefined)
    throw new ArchiveMalformed(join(folder, MANIFEST), `expected its block ${hash} among the objects`);
  try {
    blockFacts(block, { number, hash }); // throws where it does not hash to its hash, or has another number
    return toPin(chainId, number, block as { readonly [key: string]: Json });
  } catch (error) {
    throw new ArchiveMalformed(folder, error instanceof Error ? error.message : String(error));
  }
}

/** The pin of a chain's block, as JSON-RPC gives the block. */
export function toPin(chainId: number, number: number, block: { readonly [key: string]: Json }): Pin {
  const { hash, baseFeePerGas } = block as { readonly hash: Hex; readonly baseFeePerGas?: Hex };
  return { chainId, number, hash, ...(baseFeePerGas === undefined ? {} : { baseFeePerGas }) };
}
