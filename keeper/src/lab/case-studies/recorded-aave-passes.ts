import { canonicalJson } from "../../snapshot/canonical.js";
import type { AccountState, ReserveState } from "../../snapshot/snapshot.js";
import type { OwnBalances } from "./recorded-aave-own.js";

/** An account of a venue, and what the protocol's own getters say of it. */
export interface RecordedPosition {
  readonly account: AccountState;
  /** Reserves that it uses and that are not recorded: what it has there is not in {@link account}. */
  readonly unread: number;
  /** What the tokens' `balanceOf` says; undefined where one cannot answer from what is recorded. */
  readonly own: OwnBalances | undefined;
  /** Whether the pool's `getUserAccountData` agrees, with the recorded prices and with any in place of those that are not. */
  readonly isHealthOwn: boolean;
}

/** One read, with one value in place of whatever is not recorded. */
export interface Pass {
  readonly reserves: readonly Partial<ReserveState>[];
  readonly accounts: readonly RecordedPosition[];
}

/** What does not depend on anything that is not recorded. */
export interface SameInAll {
  /** Fields by asset; one without any is left out. */
  readonly reserves: readonly (Pick<ReserveState, "asset"> & Partial<ReserveState>)[];
  readonly accounts: readonly RecordedPosition[];
}

/** What is the same in all passes. */
export function inAll([first, ...others]: readonly Pass[]): SameInAll {
  const reserves = first!.reserves.flatMap((reserve, r) => {
    const same = Object.entries(reserve).filter(([field, value]) =>
      others.every(({ reserves: rows }) => rows[r]![field as keyof ReserveState] === value),
    );
    return same.length <= 1 ? [] : [Object.fromEntries(same) as SameInAll["reserves"][number]];
  });
  const accounts = first!.accounts.flatMap((position) => {
    const rows = others.map((pass) =>
      pass.accounts.find(({ account }) => account.account === position.account.account),
    );
    const isSame = (of: (row: RecordedPosition) => unknown): boolean =>
      rows.every((row) => row !== undefined && canonicalJson([of(row)]) === canonicalJson([of(position)]));
    if (!isSame(({ account }) => account)) return [];
    const own = isSame((row) => row.own ?? {}) ? position.own : undefined;
    return [{ ...position, own, isHealthOwn: position.isHealthOwn && isSame((row) => row.isHealthOwn) }];
  });
  return { reserves, accounts };
}
