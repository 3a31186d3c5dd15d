import { JsonRpcProvider, Network } from "ethers";
import type { Address, Hex } from "../../units.js";
import type { Archive } from "./archive.js";
import { ReplayRejected } from "./errors.js";
import { handIn, isBlobTransaction, reasonOf, rootsOfRecorded } from "./hand-in.js";
import { mainnetHardfork } from "./header.js";
import { serveArchive } from "./serve.js";

/** What a development node must be started with to fork the parent of a recorded block. */
export interface ForkOptions {
  readonly url: string;
  readonly blockNumber: bigint;
  readonly chainId: number;
  /** The recorded block's own hardfork: a later one would change its gas. */
  readonly hardfork: string;
}

/** A development node that runs on a fork; EDR and anvil differ in how the next block is dictated to them. */
export interface ForkNode {
  readonly url: string;
  readonly dialect: "edr" | "anvil";
  readonly close: () => Promise<void>;
}

/** A node on top of a served archive. */
export interface RecordedFork {
  readonly url: string;
  readonly dialect: "edr" | "anvil";
  readonly misses: ReadonlySet<string>;
  readonly assumedEmpty: ReadonlySet<Address>;
  readonly close: () => Promise<void>;
}

/** The block that re-execution mined, and which header fields equal the recorded ones. */
export interface Reexecution {
  readonly txCount: number;
  /** Gas units. */
  readonly gasUsed: bigint;
  readonly logsBloom: Hex;
  readonly receiptsRoot: Hex;
  readonly transactionsRoot: Hex;
  readonly matches: Readonly<Record<CheckedField, boolean>>;
}

/** The header fields that execution determines and that a partial state can reproduce (the state root it cannot). */
const CHECKED_FIELDS = ["gasUsed", "logsBloom", "receiptsRoot", "transactionsRoot"] as const;
type CheckedField = (typeof CHECKED_FIELDS)[number];

/** `difficulty` of a block after the Merge, where `mixHash` is the randomness that contracts read. */
const PROOF_OF_STAKE = "0x0";

/** What contracts can read of the block they run in, and every node can be told. */
const ENVIRONMENT = ["number", "timestamp", "miner", "gasLimit", "baseFeePerGas"];

/** What a node needs to fork the parent of the archive's block from `url`, be that the served archive or a live archive node. */
export function forkOptions(archive: Archive, url: string): ForkOptions {
  const { chainId, header } = archive;
  return { url, chainId, blockNumber: BigInt(header.number) - 1n, hardfork: mainnetHardfork(header) };
}

/** Serve `archive` and start a node on it with `start`. Close the result to stop both. */
export async function openFork(
  archive: Archive,
  start: (options: ForkOptions) => Promise<ForkNode>,
): Promise<RecordedFork> {
  const source = await serveArchive(archive);
  const node = await start(forkOptions(archive, source.url)).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  const close = async () => {
    await node.close();
    await source.close();
  };
  return { url: node.url, dialect: node.dialect, misses: source.misses, assumedEmpty: source.assumedEmpty, close };
}

/**
 * Mine the recorded block again on a fork of its parent: same proposer, randomness, gas limit, time, base fee and transactions.
 *
 * **Throws** {@link ReplayRejected} when the node refuses a transaction, mines fewer than were recorded, or uses other settings.
 */
export async function reexecute(archive: Archive, fork: Pick<ForkNode, "url" | "dialect">): Promise<Reexecution> {
  const provider = new JsonRpcProvider(fork.url, undefined, {
    staticNetwork: Network.from(archive.chainId),
    batchMaxCount: 1,
  });
  try {
    for (const [method, params] of blockSettings(archive, fork.dialect)) await provider.send(method, params);
    const hashes = await handIn(provider, fork.dialect, archive.transactions);
    return await mine(archive, { provider, dialect: fork.dialect, hashes });
  } finally {
    provider.destroy();
  }
}

/** Settings of the next block, in an order that both nodes accept. */
function blockSettings(archive: Archive, dialect: ForkNode["dialect"]): [string, unknown[]][] {
  const { header } = archive;
  const prefix = dialect === "edr" ? "hardhat" : "anvil";
  const settings: [string, unknown[]][] = [[`${prefix}_setCoinbase`, [header.miner]]];
  if (isRandomnessSet(archive, dialect)) settings.push(["hardhat_setPrevRandao", [header.mixHash]]);
  settings.push([dialect === "edr" ? "evm_setBlockGasLimit" : "anvil_setBlockGasLimit", [header.gasLimit]]);
  settings.push(["evm_setNextBlockTimestamp", [header.timestamp]]);
  if (header.baseFeePerGas !== undefined)
    settings.push([`${prefix}_setNextBlockBaseFeePerGas`, [header.baseFeePerGas]]);
  return settings;
}

/** anvil draws its own, and before the Merge contracts read the difficulty instead: a block that reads either differs there. */
function isRandomnessSet(archive: Archive, dialect: ForkNode["dialect"]): boolean {
  return dialect === "edr" && archive.header.difficulty === PROOF_OF_STAKE;
}

interface HandedIn {
  readonly provider: JsonRpcProvider;
  readonly dialect: ForkNode["dialect"];
  readonly hashes: readonly Hex[];
}

async function mine(archive: Archive, { provider, dialect, hashes }: HandedIn): Promise<Reexecution> {
  const position = `mining block ${BigInt(archive.header.number)}`;
  await provider.send("evm_mine", []).catch((error: unknown) => {
    throw new ReplayRejected(position, reasonOf(error));
  });
  const mined = await provider.send("eth_getBlockByNumber", [archive.header.number, false]);
  const order: readonly Hex[] = mined?.transactions ?? [];
  const odd = hashes.findIndex((hash, index) => order[index] !== hash);
  if (order.length !== hashes.length) {
    throw new ReplayRejected(position, `${order.length} transactions were mined, expected ${hashes.length}`);
  }
  if (odd >= 0) throw new ReplayRejected(position, `transaction ${odd} is ${order[odd]}, expected ${hashes[odd]}`);
  const ignored = environmentOf(archive, dialect).find((field) => mined[field] !== archive.header[field]);
  if (ignored !== undefined) {
    const reason = `the node used ${ignored} ${mined[ignored]}, expected ${archive.header[ignored]}`;
    throw new ReplayRejected(position, reason);
  }
  const hasBlobs = archive.transactions.some(isBlobTransaction);
  const roots = hasBlobs ? await rootsOfRecorded(provider, archive.transactions, hashes) : mined;
  const seen = { ...mined, transactionsRoot: roots.transactionsRoot, receiptsRoot: roots.receiptsRoot };
  return {
    txCount: order.length,
    gasUsed: BigInt(seen.gasUsed),
    logsBloom: seen.logsBloom,
    receiptsRoot: seen.receiptsRoot,
    transactionsRoot: seen.transactionsRoot,
    matches: compare(archive, seen),
  };
}

/** What of the block's environment this node can be told, and therefore has to have used. */
function environmentOf(archive: Archive, dialect: ForkNode["dialect"]): readonly string[] {
  if (dialect === "anvil") return ENVIRONMENT;
  return [...ENVIRONMENT, archive.header.difficulty === PROOF_OF_STAKE ? "mixHash" : "difficulty"];
}

function compare(archive: Archive, mined: Readonly<Record<CheckedField, Hex>>): Record<CheckedField, boolean> {
  const equal = (field: CheckedField) => mined[field] === archive.header[field];
  return Object.fromEntries(CHECKED_FIELDS.map((field) => [field, equal(field)])) as Record<CheckedField, boolean>;
}
