import { AbiCoder, encodeBytes32String, keccak256 } from "ethers";
import type { Archive } from "../../chain/archive/archive.js";
import { bigToInt, intToBig } from "../../units.js";
import type { Address, Hex } from "../../units.js";

/** A deployment of Aave on mainnet, and where its pool keeps things. */
export interface RecordedVenue {
  readonly name: string;
  readonly kind: "aave-v2" | "aave-v3";
  readonly pool: Address;
  readonly provider: Address;
}

/** Slots of a pool. Source: LendingPoolStorage.sol of protocol-v2, PoolStorage.sol of core-v3, each after the proxy's own. */
const LAYOUTS = {
  "aave-v2": {
    reserves: 53n,
    users: 54n,
    list: 55n,
    count: 56n,
    countShift: 0n,
    idWord: 7n,
    idShift: 160n,
    idBits: 8n,
  },
  "aave-v3": {
    reserves: 52n,
    users: 53n,
    list: 54n,
    count: 59n,
    countShift: 64n,
    idWord: 3n,
    idShift: 168n,
    idBits: 16n,
  },
} as const;
/** Of the implementation behind a proxy. Source: EIP-1967. */
const IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn;
/** Where a provider of v3 names the oracle. Source: PoolAddressesProvider.sol, `_addresses` in slot 2. */
const ORACLE_SLOT = slotOf(BigInt(encodeBytes32String("PRICE_ORACLE")), 2n);
/** Ids that a reserve can have, and more than any pool has. */
const ids = Array.from({ length: 64 }, (_, id) => id);
/** Words of a reserve: its configuration, and the addresses of its tokens, of which those for stable debt may be missing. */
const CONFIGURATION = 0n;
const [ATOKEN, STABLE_DEBT, VARIABLE_DEBT] = [4n, 5n, 6n];
const TOKEN_WORDS: readonly (readonly [TokenSource, bigint])[] = [
  ["AToken", ATOKEN],
  ["StableDebtToken", STABLE_DEBT],
  ["VariableDebtToken", VARIABLE_DEBT],
];

/** What the recording says about a pool. */
export interface RecordedPool {
  /** Reserves whose configuration is recorded, by id. */
  readonly reserves: ReadonlyMap<number, Address>;
  /** Accounts whose configuration is recorded, ascending, and how many reserves they use that are not. */
  readonly users: ReadonlyMap<Address, number>;
  readonly implementation: Address;
  /** Tokens of those reserves, as far as they are recorded. */
  readonly tokens: readonly { readonly source: TokenSource; readonly address: Address }[];
}

export type TokenSource = "AToken" | "StableDebtToken" | "VariableDebtToken";

/** Find what is recorded of a pool: of its mappings, keys that are accounts of the archive. Undefined where it is not there. */
export function findRecorded(archive: Archive, { kind, pool }: RecordedVenue): RecordedPool | undefined {
  const account = archive.accounts.get(pool);
  const implementation = account?.storage.get(IMPLEMENTATION);
  if (account === undefined || implementation === undefined) return undefined;
  const layout = LAYOUTS[kind];
  const reserves = new Map<number, Address>();
  const bitmaps: [Address, bigint][] = [];
  const tokens: { source: TokenSource; address: Address }[] = [];
  for (const address of archive.accounts.keys()) {
    const base = slotOf(address, layout.reserves);
    const idWord = account.storage.get(base + layout.idWord);
    if (idWord !== undefined && account.storage.has(base + CONFIGURATION)) {
      reserves.set(bigToInt((idWord >> layout.idShift) & ((1n << layout.idBits) - 1n)), address);
      for (const [source, word] of TOKEN_WORDS) {
        const token = account.storage.get(base + word);
        if (token !== undefined) tokens.push({ source, address: toAddress(token) });
      }
    }
    const bitmap = account.storage.get(slotOf(address, layout.users));
    if (bitmap !== undefined) bitmaps.push([address, bitmap]);
  }
  bitmaps.sort(([a], [b]) => (a < b ? -1 : 1));
  const users = new Map(
    bitmaps.map(([address, bitmap]) => {
      const used = ids.filter((id) => ((bitmap >> intToBig(2 * id)) & 3n) !== 0n);
      return [address, used.filter((id) => !reserves.has(id)).length] as const;
    }),
  );
  return { reserves, users, tokens, implementation: toAddress(implementation) };
}

/** A slot of the archive that something asked for, and that is not recorded. */
export interface AbsentSlot {
  readonly address: Address;
  readonly slot: bigint;
}

/** What is put where nothing is recorded. */
export interface Filling {
  /** Code by account, where the recording lacks an account's. */
  readonly codes: ReadonlyMap<Address, Hex>;
  readonly absent: readonly AbsentSlot[];
  /** In place of what absent slots hold. */
  readonly value: bigint;
  /** In place of a token, of the oracle, or of a source of it. */
  readonly token: Address;
}

/**
 * The archive with a pool's list cut to the reserves that are recorded, as if the others had been dropped, and with `filling`.
 * A reserve's place in the list is its id, so that the list needs no recording of its own.
 */
export function fillIn(archive: Archive, venue: RecordedVenue, found: RecordedPool, filling: Filling): Archive {
  const accounts = new Map(archive.accounts);
  const codes = new Map(archive.codes);
  const set = (address: Address, slot: bigint, value: bigint): void => {
    const account = accounts.get(address) ?? { balance: 0n, nonce: 0n, codeHash: null, storage: new Map() };
    accounts.set(address, { ...account, storage: new Map([...account.storage, [slot, value]]) });
  };
  const layout = LAYOUTS[venue.kind];
  // v2 drops none, so that its list is closed up instead, and its places are not the ids.
  const isClosedUp = venue.kind === "aave-v2";
  const listed = isClosedUp ? [...found.reserves.values()] : ids.map((id) => found.reserves.get(id) ?? 0n);
  listed.forEach((asset, at) => set(venue.pool, slotOf(intToBig(at), layout.list), BigInt(asset)));
  const counted = accounts.get(venue.pool)!.storage.get(layout.count) ?? 0n;
  const others = counted & ((1n << layout.countShift) - 1n);
  set(venue.pool, layout.count, others | (intToBig(listed.length) << layout.countShift));
  const tokens = new Set(
    [...found.reserves.values()].flatMap((asset) =>
      [ATOKEN, VARIABLE_DEBT].map((word) => slotOf(asset, layout.reserves) + word),
    ),
  );
  const oracle = recordedOracle(archive, venue);
  for (const { address, slot } of filling.absent) {
    const isContract = address === oracle || slot === ORACLE_SLOT || (address === venue.pool && tokens.has(slot));
    set(address, slot, isContract ? BigInt(filling.token) : filling.value);
  }
  for (const [address, code] of filling.codes) {
    const account = accounts.get(address) ?? { balance: 0n, nonce: 0n, storage: new Map<bigint, bigint>() };
    const hash = keccak256(code) as Hex;
    accounts.set(address, { ...account, codeHash: hash });
    codes.set(hash, code);
  }
  return { ...archive, accounts, codes };
}

/** Whether code of `address`, or of the implementation that it is a proxy of, is not recorded. */
export function lacksCode(archive: Archive, address: Address): boolean {
  const account = archive.accounts.get(address);
  if (account === undefined || account.codeHash === null) return true;
  if (!archive.codes.has(account.codeHash)) return true;
  const implementation = account.storage.get(IMPLEMENTATION);
  return implementation !== undefined && lacksCode(archive, toAddress(implementation));
}

/** Code of a pool's implementation that is recorded, if it is. */
export function implementationCode(archive: Archive, venue: RecordedVenue): Hex | undefined {
  const found = findRecorded(archive, venue);
  const hash = found === undefined ? undefined : archive.accounts.get(found.implementation)?.codeHash;
  return hash === undefined || hash === null ? undefined : archive.codes.get(hash);
}

/** The oracle that a provider of v3 names, where that is recorded. */
export function recordedOracle(archive: Archive, { provider }: RecordedVenue): Address | undefined {
  const word = archive.accounts.get(provider)?.storage.get(ORACLE_SLOT);
  return word === undefined ? undefined : toAddress(word);
}

function slotOf(key: Address | bigint, base: bigint): bigint {
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [BigInt(key), base])));
}

/** The low 160 bits of a word. */
export function toAddress(word: bigint): Address {
  return `0x${(word & ((1n << 160n) - 1n)).toString(16).padStart(40, "0")}` as Address;
}
