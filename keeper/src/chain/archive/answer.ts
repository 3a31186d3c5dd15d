import { type Address, type Hex, intToBig } from "../../units.js";
import { type Archive, type RecordedAccount, describeArchive, toHex, toWord } from "./archive.js";
import { ArchiveMissing, MethodRefused } from "./errors.js";
import { parentStandIn } from "./header.js";

/** Answers JSON-RPC state reads from an archive, keeping account of what it could not or would not know. */
export interface Responder {
  /** Answer one call. **Throws** {@link ArchiveMissing} or {@link MethodRefused}; never makes a value up. */
  readonly answer: (method: string, params: readonly unknown[]) => unknown;
  /** Everything asked for that is not recorded, in order, each once. */
  readonly misses: ReadonlySet<string>;
  /** Accounts asked for that are not recorded, and were answered as empty: no balance, no nonce, no code. */
  readonly assumedEmpty: ReadonlySet<Address>;
}

type Handler = (params: readonly unknown[]) => unknown;

/**
 * Make a responder for the state just before the archive's block: it plays a node whose latest block is the parent. Accounts that
 * are not recorded are missing, too, unless `assumeEmpty`, which answers for them as for accounts that never existed.
 */
export function createResponder(archive: Archive, { assumeEmpty = true } = {}): Responder {
  const misses = new Set<string>();
  const assumedEmpty = new Set<Address>();
  const missing = (what: string): never => {
    misses.add(what);
    throw new ArchiveMissing(what, describeArchive(archive));
  };
  const account = (address: unknown): RecordedAccount | undefined => {
    const key = String(address).toLowerCase() as Address;
    const found = archive.accounts.get(key);
    if (found === undefined && !assumeEmpty) missing(`account ${key}`);
    if (found === undefined) assumedEmpty.add(key);
    return found;
  };
  const handlers: ReadonlyMap<string, Handler> = new Map([
    ...chainHandlers(archive, missing),
    ...stateHandlers(archive, account, missing),
  ]);
  const answer = (method: string, params: readonly unknown[]): unknown => {
    const handler = handlers.get(method);
    if (handler === undefined) throw new MethodRefused(method);
    return handler(params);
  };
  return { answer, misses, assumedEmpty };
}

function chainHandlers(archive: Archive, missing: (what: string) => never): [string, Handler][] {
  const parent = parentStandIn(archive);
  const parentNumber = BigInt(archive.header.number) - 1n;
  const byNumber: Handler = ([tag]) => {
    if (isParent(archive, tag)) return parent;
    const hash = archive.blockHashes.get(BigInt(String(tag)));
    // BLOCKHASH needs an old block's hash only; the rest of that block was not recorded and does not matter to it.
    return hash === undefined ? missing(`block ${String(tag)}`) : { ...parent, number: tag, hash };
  };
  const byHash: Handler = ([hash]) =>
    String(hash).toLowerCase() === archive.header.parentHash ? parent : missing(`block ${String(hash)}`);
  return [
    ["eth_chainId", () => toHex(intToBig(archive.chainId))],
    ["net_version", () => String(archive.chainId)],
    ["eth_blockNumber", () => toHex(parentNumber)],
    ["eth_gasPrice", () => archive.header.baseFeePerGas ?? "0x0"],
    ["eth_getBlockByNumber", byNumber],
    ["eth_getBlockByHash", byHash],
  ];
}

function stateHandlers(
  archive: Archive,
  account: (address: unknown) => RecordedAccount | undefined,
  missing: (what: string) => never,
): [string, Handler][] {
  const code = (found: RecordedAccount | undefined): Hex => {
    if (found === undefined || found.codeHash === null) return "0x";
    return archive.codes.get(found.codeHash) ?? missing(`code ${found.codeHash}`);
  };
  const slot = (address: unknown, key: unknown): Hex => {
    const found = account(address);
    if (found === undefined) return toWord(0n);
    const index = BigInt(String(key));
    const value = found.storage.get(index);
    return value === undefined ? missing(`slot ${toHex(index)} of ${String(address).toLowerCase()}`) : toWord(value);
  };
  const at = (tag: unknown) => {
    if (!isParent(archive, tag)) missing(`state at block ${JSON.stringify(tag)}`);
  };
  const read =
    (handler: Handler, tagIndex: number): Handler =>
    (params) => (at(params[tagIndex]), handler(params));
  return [
    ["eth_getBalance", read(([address]) => toHex(account(address)?.balance ?? 0n), 1)],
    ["eth_getTransactionCount", read(([address]) => toHex(account(address)?.nonce ?? 0n), 1)],
    ["eth_getCode", read(([address]) => code(account(address)), 1)],
    ["eth_getStorageAt", read(([address, key]) => slot(address, key), 2)],
  ];
}

/** Whether a block tag, number or EIP-1898 object means the block the state was recorded at. */
function isParent(archive: Archive, tag: unknown): boolean {
  if (tag === "latest" || tag === "pending" || tag === "safe" || tag === "finalized") return true;
  if (typeof tag === "string") return /^0x[0-9a-f]+$/i.test(tag) && BigInt(tag) === BigInt(archive.header.number) - 1n;
  if (typeof tag !== "object" || tag === null) return false;
  if ("blockHash" in tag) return String(tag.blockHash).toLowerCase() === archive.header.parentHash;
  return "blockNumber" in tag && isParent(archive, tag.blockNumber);
}
