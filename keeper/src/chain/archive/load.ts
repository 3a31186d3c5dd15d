import { keccak256 } from "ethers";
import { readFile } from "node:fs/promises";
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
const HashesSchema = z.record(z.string(), z.record(z.string(), hex));

/**
 * Read a recorded mainnet block: `block.json.gz` and `pre_state.json.gz` in `folder`, `bytecodes_by_keccak.json.gz` and
 * `block_hashes.json.gz` beside it. The header, every transaction and every code are checked against their own hashes.
 *
 * **Throws** {@link ArchiveMalformed} naming the file when it is absent, unreadable, or disagrees with its hash.
 */
export async function loadArchive(folder: string): Promise<Archive> {
  const shared = dirname(folder);
  const block = await readJson(join(folder, "block.json.gz"), BlockSchema);
  const state = await readJson(join(folder, "pre_state.json.gz"), PreStateSchema);
  const codes = await readJson(join(shared, "bytecodes_by_keccak.json.gz"), CodesSchema);
  const hashes = await readJson(join(shared, "block_hashes.json.gz"), HashesSchema);
  const accounts = new Map(Object.entries(state).map(([address, row]) => [address as Address, toAccount(row)]));
  return {
    chainId: MAINNET,
    header: toHeader(block),
    transactions: block.transactions.map(toRecordedTransaction),
    accounts,
    codes: pickCodes(accounts.values(), codes),
    blockHashes: new Map(
      Object.entries(hashes[basename(folder)] ?? {}).map(([number, hash]) => [BigInt(number), hash]),
    ),
  };
}

async function readJson<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  const name = basename(file);
  const text = await readFile(file)
    .then((bytes) => promisify(gunzip)(bytes))
    .catch((error: Error) => {
      throw new ArchiveMalformed(name, `expected a gzip file, saw: ${error.message}`);
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
