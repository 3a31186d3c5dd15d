import type { Exclusion } from "../snapshot/snapshot.js";
import type { Address } from "../units.js";
import { UNREADABLE } from "./compound-v2-markets.js";
import type { Accrued, RawMarket } from "./compound-v2-markets.js";
import type { CompoundV2State } from "./compound-v2.js";

/** The token that a market lends; undefined for ether where no token is configured for it. */
export function tokenOf(native: Address | undefined, raw: RawMarket): Address | undefined {
  return BigInt(raw.underlying) === 0n ? native : raw.underlying;
}

/** Why a market cannot be shown. */
export function faultOf(native: Address | undefined, raw: RawMarket): string | undefined {
  if (tokenOf(native, raw) === undefined) return "its asset is ether: configure nativeAsset";
  if (BigInt(raw.underlying) !== 0n && !raw.hasDecimals) return `the decimals of ${raw.underlying} do not answer`;
  if (raw.price === 0n || raw.price === UNREADABLE) {
    return `no price: the oracle ${raw.price === 0n ? "answers 0" : "does not answer"}`;
  }
  return raw.borrowRate === UNREADABLE ? "its interest rate does not answer" : undefined;
}

/** What is not shown of a state, or by nobody known, and why; `shown` is markets as they are shown, by cToken. */
export function exclusionsOf(
  source: { readonly comptroller: Address; readonly nativeAsset?: Address },
  { followed, owed }: CompoundV2State,
  shown: ReadonlyMap<Address, { readonly accrued: Accrued }>,
): Exclusion[] {
  const unshown = followed.market.markets.flatMap((raw): Exclusion[] => {
    const reason = faultOf(source.nativeAsset, raw);
    return reason === undefined ? [] : [{ scope: "reserve", id: `${source.comptroller}/${raw.cToken}`, reason }];
  });
  const held = followed.market.markets.flatMap((raw) =>
    unheld(source.comptroller, raw, followed.unattributed.get(raw.cToken)),
  );
  return [...unshown, ...held, ...missing(source.comptroller, owed, shown)];
}

function unheld(comptroller: Address, { cToken, supply }: RawMarket, amount: bigint | undefined): Exclusion[] {
  if (amount === undefined) return [];
  const reason = `of ${supply} cTokens, ${amount} are held by no known account`;
  return [{ scope: "reserve", id: `${comptroller}/${cToken}`, reason }];
}

/** A market adds interest to its sum and to each debt apart: they differ by less than this share of what is owed. */
const TOLERANCE = 10n ** 4n;

function missing(
  comptroller: Address,
  owed: CompoundV2State["owed"],
  shown: ReadonlyMap<Address, { readonly accrued: Accrued }>,
): Exclusion[] {
  const known = new Map<Address, bigint>();
  for (const { cToken, principal, index } of owed?.loans.values() ?? []) {
    const borrowIndex = shown.get(cToken)?.accrued.borrowIndex ?? 0n;
    known.set(cToken, (known.get(cToken) ?? 0n) + (principal * borrowIndex) / index);
  }
  return [...shown].flatMap(([cToken, { accrued }]) => {
    const open = accrued.borrows - (known.get(cToken) ?? 0n);
    if (open <= accrued.borrows / TOLERANCE) return [];
    const reason = `of ${accrued.borrows} raw units owed, ${open} are owed by no known account`;
    return [{ scope: "reserve", id: `${comptroller}/${cToken}`, reason }];
  });
}
