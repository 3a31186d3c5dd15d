import { ZeroAddress, toBeHex } from "ethers";
import type { Archive } from "../../chain/archive/archive.js";
import { openFork } from "../../chain/archive/reexecute.js";
import type { ForkNode, ForkOptions } from "../../chain/archive/reexecute.js";
import type { Address, Hex } from "../../units.js";
import { connectRpc } from "../dev-rpc.js";
import { creationCode, loadAave } from "../world/artifacts.js";
import { derivedAddress } from "../world/orders.js";
import { fillIn, lacksCode, recordedOracle } from "./recorded-aave-state.js";
import type { RecordedPool, RecordedVenue } from "./recorded-aave-state.js";

/** Code in place of one that is not recorded, and what it is. */
export interface StandIn {
  readonly name: string;
  readonly code: Hex;
}

/** With what a recorded block is read. */
export interface RecordedOptions {
  /** Starts a development node on a fork. */
  readonly start: (options: ForkOptions) => Promise<ForkNode>;
  /** Code of the pool's implementation from elsewhere, where this block's recording lacks it. */
  readonly implementation?: Hex;
}

const LIBRARIES = Object.fromEntries(
  ["Supply", "Borrow", "Liquidation", "EMode", "Bridge", "Pool", "FlashLoan"].map((name) => {
    return [`${name}Logic`, derivedAddress(`${name}Logic`)];
  }),
);
const BASE_UNIT = 10n ** 8n;
const GAS: Hex = "0xffffff";

/**
 * Code for the contracts of a venue whose own is not recorded, from the same protocol's npm package: the constructors run on
 * the recorded state, so that what they make immutable is this venue's.
 */
export async function standInsFor(
  archive: Archive,
  venue: RecordedVenue,
  found: RecordedPool,
  { start, implementation }: RecordedOptions,
): Promise<Map<Address, StandIn>> {
  const standIns = new Map<Address, StandIn>();
  const isUnknown = (address: Address): boolean => !standIns.has(address) && lacksCode(archive, address);
  if (implementation !== undefined && isUnknown(found.implementation)) {
    standIns.set(found.implementation, { name: "LendingPool", code: implementation });
  }
  if (venue.kind === "aave-v2") return standIns;
  const wanted: [address: Address, source: string, args: readonly unknown[]][] = [
    [found.implementation, "protocol/pool/Pool", [venue.provider]],
    [venue.provider, "protocol/configuration/PoolAddressesProvider", ["", derivedAddress("owner")]],
  ];
  const oracle = recordedOracle(archive, venue);
  if (oracle !== undefined) {
    const args = [venue.provider, [], [], ZeroAddress, ZeroAddress, BASE_UNIT];
    wanted.push([oracle, "misc/AaveOracle", args]);
  }
  const first = wanted.filter(([address]) => isUnknown(address));
  if (first.some(([address]) => address === found.implementation)) {
    first.push([LIBRARIES.PoolLogic!, "protocol/libraries/logic/PoolLogic", []]);
  }
  const later = found.tokens
    .filter(({ address }) => isUnknown(address))
    .map(({ address, source }) => [address, `protocol/tokenization/${source}`, [venue.pool]] as const);
  // Tokens ask the pool for its provider: the pool's code must be there.
  for (const batch of [first, later]) {
    if (batch.length > 0) await run(archive, venue, found, { start, standIns, batch });
  }
  return standIns;
}

async function run(
  archive: Archive,
  venue: RecordedVenue,
  found: RecordedPool,
  to: {
    readonly start: RecordedOptions["start"];
    readonly standIns: Map<Address, StandIn>;
    readonly batch: readonly (readonly [address: Address, source: string, args: readonly unknown[]])[];
  },
): Promise<void> {
  const codes = new Map([...to.standIns].map(([address, { code }]) => [address, code] as const));
  const filled = fillIn(archive, venue, found, { codes, absent: [], value: 0n, token: ZeroAddress as Address });
  const fork = await openFork(filled, (options) => to.start({ ...options, hardfork: "cancun" }));
  try {
    const rpc = connectRpc(fork.url);
    for (const [address, source, args] of to.batch) {
      const artifact = loadAave(source);
      const call = { data: creationCode(artifact, args, LIBRARIES), gas: GAS };
      to.standIns.set(address, { name: artifact.name, code: (await rpc.call("eth_call", [call, "latest"])) as Hex });
    }
  } finally {
    await fork.close();
  }
}

/** Code that answers every call with one word. */
export function answering(word: bigint): Hex {
  return `0x7f${toBeHex(word, 32).slice(2)}60005260206000f3`;
}
