import type { Archive } from "../../chain/archive/archive.js";
import { openFork } from "../../chain/archive/reexecute.js";
import type { RecordedFork } from "../../chain/archive/reexecute.js";
import { createRpcPool } from "../../chain/rpc-pool.js";
import type { BlockReader } from "../../chain/rpc-pool.js";
import type { ReserveState } from "../../snapshot/snapshot.js";
import { bigToInt } from "../../units.js";
import type { Address } from "../../units.js";
import { readAccounts, readAccountsV2 } from "../../venues/aave-accounts.js";
import { readReserves, readReservesV2 } from "../../venues/aave-reserves.js";
import { viewAave } from "../../venues/aave-view.js";
import { connectRpc } from "../dev-rpc.js";
import { derivedAddress } from "../world/orders.js";
import { answering, standInsFor } from "./recorded-aave-code.js";
import type { RecordedOptions } from "./recorded-aave-code.js";
import { isHealthOwn, ownBalances } from "./recorded-aave-own.js";
import { inAll } from "./recorded-aave-passes.js";
import type { Pass, RecordedPosition, SameInAll } from "./recorded-aave-passes.js";
import { fillIn, findRecorded } from "./recorded-aave-state.js";
import type { AbsentSlot, Filling, RecordedPool, RecordedVenue } from "./recorded-aave-state.js";

/** Deployments that recorded mainnet blocks touch. */
export const RECORDED_AAVE: readonly RecordedVenue[] = [
  {
    name: "Aave v2",
    kind: "aave-v2",
    pool: "0x7d2768de32b0b80b7a3454c06bdac94a69ddc7a9",
    provider: "0xb53c1a33016b2dc2ff3653530bff1848a515c8c5",
  },
  {
    name: "Aave v3",
    kind: "aave-v3",
    pool: "0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2",
    provider: "0x2f39d218133afab8f2b819b1066c7e434ad94e9e",
  },
  {
    name: "Spark",
    kind: "aave-v3",
    pool: "0xc13e21b648a5ee794902342038ff3adab66be987",
    provider: "0x02c3ea4e34c0cbd694d2adfa2c690eecbc1793ee",
  },
];

/** What could be read of a venue at the time of a recorded block, before its transactions. */
export interface RecordedRead extends SameInAll {
  readonly venue: string;
  readonly block: number;
  /** Contracts whose code is not recorded, and is taken from the npm packages of the same protocol. */
  readonly standIns: readonly string[];
  /** Slots that were asked for and are not recorded. */
  readonly absent: number;
}

/**
 * Values for whatever is not recorded: for slots, and for contracts that have no code, which are mostly sources of prices, caps
 * and floors on which would hide one value, but not one below and one above. What is the same with all does not depend on them.
 */
const FILLS = [
  { value: 0n, answer: 3n * 10n ** 7n },
  { value: 2n, answer: 9n * 10n ** 7n },
  { value: 7n * 10n ** 18n, answer: 5n * 10n ** 14n },
] as const;
const MOST_UNKNOWN = 100;
const STAND_IN_TOKEN = derivedAddress("unrecorded token");
const MISSED_SLOT = /^slot (0x[0-9a-f]+) of (0x[0-9a-f]{40})$/;
const MISSED_CODE = /^code (0x[0-9a-f]{64})$/;
/**
 * Read a venue in a recorded block through the keeper's own lenses: reserves, prices and accounts that the block's transactions
 * touch, as they are before them at the block's time. Undefined where the block does not touch the venue.
 *
 * What is not recorded is filled, several times and differently, and only what comes out the same is told.
 */
export async function readRecordedAave(
  archive: Archive,
  venue: RecordedVenue,
  options: RecordedOptions,
): Promise<RecordedRead | undefined> {
  const found = findRecorded(archive, venue);
  if (found === undefined) return undefined;
  const standIns = await standInsFor(archive, venue, found, options);
  const unknown: Unknown = { silent: new Set(), absent: [] };
  const passes: Pass[] = [];
  for (const { value, answer } of FILLS) {
    const codes = [...standIns].map(([address, { code }]) => [address, code] as const);
    const filling = { codes: new Map([...codes, [STAND_IN_TOKEN, answering(value)]]), value, answer };
    passes.push(await readFilled({ archive, venue, found, start: options.start }, filling, unknown));
  }
  return {
    venue: venue.name,
    block: bigToInt(BigInt(archive.header.number)),
    ...inAll(passes),
    standIns: [...new Set([...standIns.values()].map(({ name }) => name))].sort(),
    absent: unknown.absent.length,
  };
}

/** A row of a table of what recorded blocks tell: block, venue, what was read and how far it is confirmed. */
export function recordedRow(read: RecordedRead): readonly [block: string, venue: string, what: string] {
  const { reserves, accounts, standIns, absent } = read;
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  const told = (field: keyof ReserveState): number => reserves.filter((reserve) => reserve[field] !== undefined).length;
  const parts = [
    `${count(reserves.length, "reserve")} (${told("suppliedUnits")} with supply, ${told("debtUnits")} with debt, ${told("priceBase")} with price)`,
  ];
  if (accounts.length > 0) parts.push(count(accounts.length, "account"));
  const [balances, health] = [accounts.filter(({ own }) => own), accounts.filter(({ isHealthOwn }) => isHealthOwn)];
  if (balances.length > 0) parts.push(`balances of ${balances.length} as its tokens say`);
  if (health.length > 0) parts.push(`health of ${health.length} as its pool says`);
  if (standIns.length > 0) parts.push(`not recorded and from npm: code of ${standIns.join(", ")}`);
  if (absent > 0) parts.push(`${count(absent, "slot")} not recorded, on which none of this depends`);
  return [String(read.block), read.venue, parts.join("; ")];
}

/** What was asked for and is not recorded: contracts without code, and slots. Grows as reads go on. */
interface Unknown {
  readonly silent: Set<Address>;
  readonly absent: AbsentSlot[];
}

interface Recorded extends Pick<RecordedOptions, "start"> {
  readonly archive: Archive;
  readonly venue: RecordedVenue;
  readonly found: RecordedPool;
}

/** Read until nothing more is asked for that is not recorded. */
async function readFilled(
  { archive, venue, found, start }: Recorded,
  { codes, value, answer }: Pick<Filling, "codes" | "value"> & { readonly answer: bigint },
  unknown: Unknown,
): Promise<Pass> {
  while (unknown.absent.length + unknown.silent.size <= MOST_UNKNOWN) {
    const sources = [...unknown.silent].map((address) => [address, answering(answer)] as const);
    const filling = { codes: new Map([...codes, ...sources]), absent: unknown.absent, value, token: STAND_IN_TOKEN };
    const filled = fillIn(archive, venue, found, filling);
    const fork = await openFork(filled, (options) => start({ ...options, hardfork: "cancun" }));
    try {
      const pass = await readVenue(await readerAt(fork, archive), venue, found).catch((error: unknown) => {
        if (fork.misses.size === 0) throw error;
      });
      if (pass !== undefined && fork.misses.size === 0) return pass;
      note(archive, fork, unknown);
    } finally {
      await fork.close();
    }
  }
  throw new RangeError(`${venue.name}: more than ${MOST_UNKNOWN} slots that are not recorded; check its layout`);
}

function note(archive: Archive, { misses }: RecordedFork, { silent, absent }: Unknown): void {
  for (const miss of misses) {
    const [, slot, address] = MISSED_SLOT.exec(miss) ?? [];
    const [, hash] = MISSED_CODE.exec(miss) ?? [];
    const owners = [...archive.accounts].filter(([, { codeHash }]) => hash !== undefined && codeHash === hash);
    if (slot !== undefined && address !== undefined) absent.push({ address: address as Address, slot: BigInt(slot) });
    else if (owners.length > 0) for (const [owner] of owners) silent.add(owner);
    else throw new RangeError(`asked for ${miss}: expected a slot or the code of an account`);
  }
}

/** An empty block on top, at the time of the recorded one, under rules that know the lenses' instructions. */
async function readerAt(fork: RecordedFork, { chainId, header }: Archive): Promise<BlockReader> {
  const rpc = connectRpc(fork.url);
  await rpc.call("evm_setNextBlockTimestamp", [header.timestamp]);
  await rpc.call("evm_mine");
  const pool = createRpcPool({ urls: [fork.url], chainId, quorum: 1, timeoutMs: 60_000 });
  return pool.at(await pool.head());
}

async function readVenue(reader: BlockReader, venue: RecordedVenue, found: RecordedPool): Promise<Pass> {
  const isV2 = venue.kind === "aave-v2";
  const market = await (isV2 ? readReservesV2 : readReserves)(reader, venue.pool);
  const pool = { pool: venue.pool, reserves: market.reserves };
  const scaled = await (isV2 ? readAccountsV2 : readAccounts)(reader, pool, [...found.users.keys()]);
  const accounts = new Map(scaled.map((account) => [account.account, account] as const));
  const state = { block: reader.block, market, accounts, seen: new Set<string>(), unattributed: new Map(), sales: [] };
  const { state: view, exclusions } = viewAave(venue.pool, state);
  const unpriced = new Set(exclusions.map(({ id }) => id.split("/")[1]));
  const positions: RecordedPosition[] = [];
  for (const account of view.accounts) {
    const unread = found.users.get(account.account) ?? 0;
    const own = await ownBalances(reader, market.reserves, account);
    // The places of v2's list are not the ids here, and where a reserve is missing the pool cannot add up either.
    const canTell = unread === 0 && !isV2;
    positions.push({
      ...{ account, unread, own },
      isHealthOwn: canTell && (await isHealthOwn(reader, view, market.reserves, account)),
    });
  }
  return {
    reserves: view.reserves.map(({ priceBase, ...rest }) => (unpriced.has(rest.asset) ? rest : { ...rest, priceBase })),
    accounts: positions,
  };
}
