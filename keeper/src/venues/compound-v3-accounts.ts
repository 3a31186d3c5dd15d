import { CompoundV3AccountsLens__factory, CompoundV3DigestLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { count, decodeRow, int, uint } from "../chain/words.js";
import { keccak256 } from "../keccak.js";
import type { Address } from "../units.js";

/** An account of a market, before interest. */
export interface RawAccount {
  readonly account: Address;
  /** Base units; below 0 owed. */
  readonly principal: bigint;
  /** Raw units by the position of the collateral in Comet, ascending; above 0. */
  readonly collateral: readonly (readonly [position: number, units: bigint])[];
}

const PRINCIPAL_BITS = 104;
const ANSWERED = { done: count(0, 0, 32) } as const;
const ACCOUNT = { principal: int(0, 0, PRINCIPAL_BITS), held: count(0, 104, 24) } as const;
const BALANCE = { units: uint(0) } as const;
/** Accounts whose answer fits one call with a few collaterals each. */
const PORTION = 250;
/** Accounts whose addresses fit one init code, 20 bytes each. */
const DIGEST_PORTION = 2_000;
const DIGEST = { hash: uint(1) } as const;

/** Read accounts in the order given. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readAccounts(
  reader: BlockReader,
  venue: { readonly comet: Address; readonly assets: readonly Address[] },
  accounts: readonly Address[],
): Promise<RawAccount[]> {
  return runInPortions(accounts, PORTION, async (portion) => {
    const words = await runLens(reader, CompoundV3AccountsLens__factory, [venue.comet, venue.assets, portion]);
    const { done } = decodeRow(words, 0, ANSWERED);
    let at = 1;
    const rows = portion.slice(0, done).map((account): RawAccount => {
      const { principal, held } = decodeRow(words, at++, ACCOUNT);
      const collateral: [number, bigint][] = [];
      for (let position = 0; position < venue.assets.length; position++) {
        if (((held >> position) & 1) === 0) continue;
        const { units } = decodeRow(words, at++, BALANCE);
        if (units > 0n) collateral.push([position, units]);
      }
      return { account, principal, collateral };
    });
    return { rows, done };
  });
}

/** Those of `accounts` whose principal is another, in groups: moving debt from one borrower to another emits no event. */
export async function findSilent(
  reader: BlockReader,
  comet: Address,
  accounts: readonly RawAccount[],
): Promise<Address[]> {
  const portions: RawAccount[][] = [];
  for (let at = 0; at < accounts.length; at += DIGEST_PORTION) portions.push(accounts.slice(at, at + DIGEST_PORTION));
  const stale = await Promise.all(
    portions.map(async (portion) => {
      const addresses = `0x${portion.map(({ account }) => account.slice(2)).join("")}`;
      const words = await runLens(reader, CompoundV3DigestLens__factory, [comet, addresses]);
      return decodeRow(words, 0, DIGEST).hash === digestOf(portion) ? [] : portion.map(({ account }) => account);
    }),
  );
  return stale.flat();
}

function digestOf(accounts: readonly RawAccount[]): bigint {
  const digits = accounts.map(({ principal }) =>
    BigInt.asUintN(PRINCIPAL_BITS, principal)
      .toString(16)
      .padStart(PRINCIPAL_BITS / 4, "0"),
  );
  const hash = keccak256(Buffer.from(digits.join(""), "hex"));
  return BigInt(`0x${Buffer.from(hash).toString("hex")}`);
}
