import { MakerIlksLens__factory, MakerUrnsLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { WordsMalformed, address, count, decodeRow, flag, uint } from "../chain/words.js";
import type { Row } from "../chain/words.js";
import type { Address, Hex } from "../units.js";
import { ilkBytes } from "./maker-logs.js";

const HEADER = { done: count(0, 0, 32), live: flag(0, 32), debt: uint(1), vice: uint(2), par: uint(3) } as const;
const HEADER_WORDS = 4;
const ILK = {
  /** Wad, before interest. */
  totalArt: uint(0),
  /** Ray. */
  rate: uint(1),
  spot: uint(2),
  /** Rad. */
  line: uint(3),
  /** Ray. */
  mat: uint(4),
  /** Wad. */
  chop: uint(5),
  gem: address(6),
  decimals: count(6, 160, 8),
  hasDecimals: flag(6, 168),
} as const;
const ILK_WORDS = 7;
const URNS_ANSWERED = { done: count(0, 0, 32) } as const;
const URN = { ink: uint(0), art: uint(1) } as const;
const URN_WORDS = 2;
/** What one call takes. */
const [ILK_PORTION, URN_PORTION] = [100, 350];
const NOBODY: Address = "0x0000000000000000000000000000000000000000";

/** What the lens answers for a number that cannot be read. */
export const UNREADABLE = (1n << 256n) - 1n;

export type RawIlk = Row<typeof ILK> & { readonly ilk: string };

/** Maker's sums and ilks, as stored: interest is as of each ilk's last drip, and so are the Vat's own checks. */
export interface RawMaker {
  readonly live: boolean;
  /** Rad: what all vaults owe, by the Vat's own sums. */
  readonly owed: bigint;
  /** Ray. */
  readonly par: bigint;
  /** Ascending by name. */
  readonly ilks: readonly RawIlk[];
}

/** A vault. Wads, the debt before interest. */
export interface RawUrn {
  readonly ilk: string;
  readonly urn: Address;
  readonly ink: bigint;
  readonly art: bigint;
}

/** The contracts of a deployment. */
export interface Deployment {
  readonly vat: Address;
  readonly spot: Address;
  readonly dog?: Address;
  readonly registry?: Address;
}

/** Read ilks; `gems` are the tokens that the registry is not asked for. Throws {@link CallReverted}, {@link WordsMalformed}. */
export async function readIlks(
  reader: BlockReader,
  { vat, spot, dog = NOBODY, registry = NOBODY }: Deployment,
  ilks: readonly string[],
  gems: ReadonlyMap<string, Address>,
): Promise<RawMaker> {
  const maker = { vat, spot, dog, registry };
  const run = async (some: readonly string[]) => {
    const known = some.map((ilk) => gems.get(ilk) ?? NOBODY);
    const words = await runLens(reader, MakerIlksLens__factory, [maker, some.map(ilkBytes), known]);
    const header = decodeRow(words, 0, HEADER);
    const rows = some
      .slice(0, header.done)
      .map((ilk, i): RawIlk => ({ ilk, ...decodeRow(words, HEADER_WORDS + i * ILK_WORDS, ILK) }));
    return { header, rows, done: header.done };
  };
  const [{ header }, read] = await Promise.all([run([]), runInPortions([...ilks].sort(), ILK_PORTION, run)]);
  const { live, debt, vice, par } = header;
  if (par === UNREADABLE) throw new WordsMalformed("no par", `one of ${spot}, Maker's Spotter`);
  return { live, owed: debt - vice, par, ilks: read };
}

/** Read vaults in the order given. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readUrns(
  reader: BlockReader,
  vat: Address,
  urns: readonly { readonly ilk: string; readonly urn: Address }[],
): Promise<RawUrn[]> {
  return runInPortions(urns, URN_PORTION, async (portion) => {
    const args = [vat, portion.map(({ ilk }): Hex => ilkBytes(ilk)), portion.map(({ urn }) => urn)];
    const words = await runLens(reader, MakerUrnsLens__factory, args);
    const { done } = decodeRow(words, 0, URNS_ANSWERED);
    const rows = portion
      .slice(0, done)
      .map(({ ilk, urn }, i): RawUrn => ({ ilk, urn, ...decodeRow(words, 1 + i * URN_WORDS, URN) }));
    return { rows, done };
  });
}
