import type { Book } from "../book.js";
import { resumeCascade, runCascade, type Cascade } from "../cascade.js";
import { LADDER_RULES } from "../leverage.js";
import type { Shock } from "../price-state.js";
import { heldByAsset, lossUsd } from "../loss.js";
import { largest, systemicness } from "./systemicness.js";

/** How many are left out one by one. MODEL 6.4. */
const LEAVE_OUT = 50;

/** An account by what its forced sales cost everybody. */
export interface SystemicAccount {
  readonly account: number;
  /** Its systemicness: of the linear system, or of the first round alone where that is supercritical. USD. */
  readonly linearUsd: number;
  /** The exact loss that it makes, all rounds included. USD; NaN where a cascade did not end. */
  readonly exactUsd: number;
}

/**
 * The most systemic accounts under `shock`, most first by systemicness, at most 50, each with its exact leave-one-out.
 * `run` is scratch.
 *
 * **Source.** MODEL 6.4.
 */
export function mostSystemic(
  book: Book,
  shock: Shock,
  run: Cascade,
): { readonly supercritical: boolean; readonly accounts: readonly SystemicAccount[] } {
  const { account, supercritical } = systemicness(book, shock, run);
  const top = largest(account, LEAVE_OUT);
  const exact = lossesWithout(
    book,
    shock,
    top.map((i) => [i]),
    run,
  );
  const accounts = top.map((i, rank) => ({ account: i, linearUsd: account[i]!, exactUsd: exact[rank]!.lossUsd }));
  return { supercritical, accounts };
}

/** What the loss owes to one group of accounts being liquidated. */
export interface LeftOut {
  readonly accounts: readonly number[];
  /** Linf less what it is if nobody liquidates them: USD, NaN where a cascade did not end. */
  readonly lossUsd: number;
}

/**
 * Exact leave-one-out: run the cascade again without the liquidation of each of `groups` (one account, or all of an
 * owner's). Their collateral still counts as loss: only their sales are missing. `run` is scratch.
 *
 * **Source.** MODEL 6.4.
 */
export function lossesWithout(
  book: Book,
  shock: Shock,
  groups: readonly (readonly number[])[],
  run: Cascade,
): LeftOut[] {
  const held = heldByAsset(book);
  const lossOf = (accounts: readonly number[]): number => {
    runWithout(book, shock, accounts, run);
    return run.converged ? lossUsd(held, run.prices.price) : NaN;
  };
  const all = lossOf([]);
  return groups.map((accounts) => ({ accounts, lossUsd: all - lossOf(accounts) }));
}

/** The accounts of one owner, ascending. */
export function accountsOf(book: Book, owner: number): number[] {
  const { accountOwner } = book.state;
  return Array.from(accountOwner, (_, i) => i).filter((i) => accountOwner[i] === owner);
}

/** A cascade in which `accounts` owe nothing: so nobody liquidates them, and what they owe in `run` is put back after. */
function runWithout(book: Book, shock: Shock, accounts: readonly number[], run: Cascade): void {
  const ranks = accounts.map((i) => book.rank[i]!).filter((rank) => rank >= 0);
  runCascade(book, shock, { ...LADDER_RULES, maxRounds: 0 }, run);
  for (const rank of ranks) run.debtLeft[rank] = 0;
  resumeCascade(book, shock, LADDER_RULES, run);
  for (const rank of ranks) run.debtLeft[rank] = 1;
}
