import type { Hex } from "../../units.js";
import { isRecord } from "../json-rpc.js";
import { FieldMalformed, parseCount, parseHex, toQuantity } from "../parse.js";
import type { RecordedHeader } from "./archive.js";
import { ArchiveMalformed } from "./errors.js";
import { type Fact, type Facts, factName, type Json } from "./facts.js";
import { headerHash } from "./header.js";
import { blockNumber, type Pin } from "./pin.js";
import { type Read, result } from "./read.js";
import { learn } from "./read-state.js";
import { toRecordedTransaction, TransactionSchema } from "./transaction.js";
import { listRoot } from "./trie-root.js";

/** Reads of blocks, by method. */
export const blockReads: Readonly<Record<string, (params: readonly unknown[], pin: Pin) => Read>> = {
  eth_getBlockByNumber: byNumber,
  eth_getBlockByHash: byHash,
};

function byNumber([tag, full]: readonly unknown[], pin: Pin): Read {
  const number = blockNumber(pin, tag);
  if (number === pin.number) return { ...byHash([pin.hash, full], pin), what: whatOf(`${number}`, full) };
  const request = { method: "eth_getBlockByNumber", params: [toQuantity(number), full === true] };
  // A node whose head is the pinned block does not know later ones.
  if (number > pin.number) return { what: `block ${number}`, look: () => result(null), request, learn: () => [] };
  return {
    what: whatOf(`${number}`, full),
    look: (facts) => {
      const hash = facts.get(factName.number(number));
      return hash === undefined ? undefined : look(facts, hash as Hex, full === true);
    },
    request,
    learn: (answer) => learn(answer, (value) => blockFacts(value, { number })),
  };
}

function byHash([asked, full]: readonly unknown[], pin: Pin): Read {
  const hash = parseHex(asked, "block hash", 32);
  return {
    what: whatOf(hash, full),
    look: (facts) => look(facts, hash, full === true),
    request: { method: "eth_getBlockByHash", params: [hash, full === true] },
    learn: (answer) =>
      learn(answer, (value) => {
        if (value === null && hash !== pin.hash) return [[factName.block(hash), null]];
        return blockFacts(value, hash === pin.hash ? { hash, number: pin.number } : { hash });
      }),
  };
}

const whatOf = (block: string, full: unknown): string =>
  `block ${block}${full === true ? " with its transactions" : ""}`;

function look(facts: Facts, hash: Hex, isFull: boolean): ReturnType<Read["look"]> {
  const block = facts.get(factName.block(hash));
  if (block === null) return result(null);
  if (block === undefined || !isFull) return block === undefined ? undefined : result(block);
  const transactions = facts.get(factName.transactions(hash));
  return transactions === undefined ? undefined : result({ ...(block as object), transactions });
}

/**
 * The facts of a block as a node gives it, with whole transactions or their hashes. Its header has to hash to its hash, and its
 * transactions to the header's root; with types that are not known here among them (other chains') they are taken as they are.
 *
 * **Throws** {@link FieldMalformed} where something does not hash, or it is not the `expected` block.
 */
export function blockFacts(value: unknown, expected: { readonly number?: number; readonly hash?: Hex }): Fact[] {
  if (!isRecord(value)) throw new FieldMalformed(JSON.stringify(value).slice(0, 80), "a block");
  const number = parseCount(value["number"], "block number");
  const hash = parseHex(value["hash"], "block hash", 32);
  if (number !== (expected.number ?? number)) throw new FieldMalformed(`block ${number}`, `block ${expected.number}`);
  if (hash !== (expected.hash ?? hash)) throw new FieldMalformed(`block hash ${hash}`, `block hash ${expected.hash}`);
  const computed = headerHash(value as RecordedHeader);
  if (computed !== hash) throw new FieldMalformed(`block hash ${hash}`, `${computed}, to which its header hashes`);
  const listed = Array.isArray(value["transactions"]) ? (value["transactions"] as Json[]) : [];
  const hashes = listed.map((one) => (isRecord(one) ? (one["hash"] as Json) : one));
  // That a block is known by its hash does not say that it is in the chain.
  const facts: Fact[] = [
    ...(expected.number === undefined ? [] : [[factName.number(number), hash] as const]),
    [factName.block(hash), { ...(value as { [key: string]: Json }), transactions: hashes }],
  ];
  if (listed.some((one) => !isRecord(one))) return facts;
  requireRoot(listed, parseHex(value["transactionsRoot"], "transactions root", 32));
  return [...facts, [factName.transactions(hash), listed]];
}

function requireRoot(transactions: readonly Json[], root: Hex): void {
  const raw: Hex[] = [];
  for (const [index, transaction] of transactions.entries()) {
    const { success, data } = TransactionSchema.safeParse(transaction);
    if (!success || !/^0x[0-4]$/.test(data.type)) return;
    raw.push(rawOf(data, index));
  }
  const computed = listRoot(raw);
  if (computed !== root) throw new FieldMalformed(`transactions that hash to ${computed}`, `the header's ${root}`);
}

function rawOf(transaction: Parameters<typeof toRecordedTransaction>[0], index: number): Hex {
  try {
    return toRecordedTransaction(transaction, index).raw;
  } catch (error) {
    if (!(error instanceof ArchiveMalformed)) throw error;
    throw new FieldMalformed(`transaction ${index} with hash ${transaction.hash}`, "fields that hash to that");
  }
}
