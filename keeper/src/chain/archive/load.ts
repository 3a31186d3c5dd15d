import { keccak256 } from "ethers";
import { access, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { z } from "zod";
import { type Address, type Hex, intToBig } from "../../units.js";
import type { Archive, RecordedAccount, RecordedHeader } from "./archive.js";
import { ArchiveMalformed } from "./errors.js";
import { headerHash } from "./header.js";
import { hex, toRecordedTransaction, TransactionSchema } from "./transaction.js";

const MAINNET = 1;

const BlockSchema = z.looseObject({
  hash: hex,
  parentHash: hex,
  number: hex,
  timestamp: hex,
  gasLimit: hex,
  gasUsed: hex,
  miner: hex,
  mixHash: hex,
  difficulty: hex,
  logsBloom: hex,
  receiptsRoot: hex,
  transactionsRoot: hex,
  transactions: z.array(TransactionSchema),
});

const PreStateSchema = z.record(
  hex,
  z.object({ balance: hex, nonce: z.int().nonnegative(), code_hash: hex.optional(), storage: z.record(hex, hex) }),
);
const CodesSchema = z.record(z.string(), z.string());
const OwnHashesSchema = z.record(z.string(), hex);
const HashesSchema = z.record(z.string(), OwnHashesSchema);

/** Codes read before, by file: the same 50 MB stand beside every block of a collection. */
export type CodeShelf = Map<string, Promise<Record<string, string>>>;

/**
 * Read a recorded mainnet block from `folder`: `block.json.gz` and `pre_state.json.gz`, with `bytecodes_by_keccak.json.gz` and
 * `block_hashes.json.gz` beside the folder (or `bytecodes.json.gz` and `block_hashes.json.gz` in it); each may also be there
 * uncompressed. The header, every transaction and every code are checked against their own hashes.
 *
 * **Throws** {@link ArchiveMalformed} naming the file when it is absent, unreadable, or disagrees with its hash.
 */
export async function loadArchive(folder: string, shelf: CodeShelf = new Map()): Promise<Archive> {
  const shared = dirname(folder);
  const block = await readJson(await existing(join(folder, "block.json")), BlockSchema);
  const state = await readJson(await existing(join(folder, "pre_state.json")), PreStateSchema);
  const codeFile = await existing(join(shared, "bytecodes_by_keccak.json"), join(folder, "bytecodes.json"));
  const codes = shelf.get(codeFile) ?? readJson(codeFile, CodesSchema);
  shelf.set(codeFile, codes);
  const accounts = new Map(Object.entries(state).map(([address, row]) => [address as Address, toAccount(row)]));
  return {
    chainId: MAINNET,
    header: toHeader(block),
    transactions: block.transactions.map(toRecordedTransaction),
    accounts,
    codes: pickCodes(accounts.values(), await codes),
    blockHashes: await readHashes(shared, folder),
  };
}

async function readHashes(shared: string, folder: string): Promise<Map<bigint, Hex>> {
  const own = await existing(join(folder, "block_hashes.json"));
  const isOwn = await access(own).then(
    () => true,
    () => false,
  );
  const hashes = isOwn
    ? await readJson(own, OwnHashesSchema)
    : (await readJson(await existing(join(shared, "block_hashes.json")), HashesSchema))[basename(folder)];
  return new Map(Object.entries(hashes ?? {}).map(([number, hash]) => [BigInt(number), hash]));
}

/** The first of the files that is there, compressed or not; the first name, where none is: reading that one says so. */
async function existing(...files: readonly string[]): Promise<string> {
  const names = files.flatMap((file) => [`${file}.gz`, file]);
  for (const name of names) {
    const isThere = await access(name).then(
      () => true,
      () => false,
    );
    if (isThere) return name;
  }
  return names[0] ?? "";
}

async function readJson<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  const name = basename(file);
  const isZipped = name.endsWith(".gz");
  const text = await readFile(file)
    .then((bytes) => (isZipped ? promisify(gunzip)(bytes) : bytes))
    .catch((error: Error) => {
      throw new ArchiveMalformed(name, `expected a ${isZipped ? "gzip" : "JSON"} file, saw: ${error.message}`);
    });
  const parsed = schema.safeParse(parseJson(name, text.toString("utf8")));
  if (!parsed.success)
    throw new ArchiveMalformed(name, z.prettifyError(parsed.error).split("\n").slice(0, 3).join(" "));
  return parsed.data;
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ArchiveMalformed(name, `expected JSON, saw: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function toHeader(block: z.output<typeof BlockSchema>): RecordedHeader {
  const fields = Object.entries(block).filter((entry): entry is [string, Hex] => typeof entry[1] === "string");
  const header = Object.fromEntries(fields) as RecordedHeader;
  const computed = headerHash(header);
  if (computed !== header.hash) {
    throw new ArchiveMalformed("block.json.gz", `header says hash ${header.hash}, its fields hash to ${computed}`);
  }
  return header;
}

function toAccount(row: z.output<typeof PreStateSchema>[Hex]): RecordedAccount {
  return {
    balance: BigInt(row.balance),
    nonce: intToBig(row.nonce),
    codeHash: row.code_hash ?? null,
    storage: new Map(Object.entries(row.storage).map(([slot, value]) => [BigInt(slot), BigInt(value)])),
  };
}

/** Keep the codes that the accounts name. One that is not on file stays out: asking for it is then an error. */
function pickCodes(accounts: Iterable<RecordedAccount>, codes: Record<string, string>): Map<Hex, Hex> {
  const kept = new Map<Hex, Hex>();
  for (const { codeHash } of accounts) {
    const code = codeHash === null ? undefined : codes[codeHash];
    if (codeHash === null || code === undefined || kept.has(codeHash)) continue;
    if (keccak256(code) !== codeHash) {
      throw new ArchiveMalformed("bytecodes_by_keccak.json.gz", `code under ${codeHash} hashes to ${keccak256(code)}`);
    }
    kept.set(codeHash, code as Hex);
  }
  return kept;
}
