import type { Book } from "../book.js";
import { runCascade, type Cascade } from "../cascade.js";
import { LADDER_RULES } from "../leverage.js";
import type { Shock } from "../price-state.js";
import { heldByAsset, lossUsd } from "./loss.js";

/** How many are left out one by one. MODEL 6.4. */
export const LEAVE_OUT = 50;

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
  const lossOf = (changed: Book): number => {
    runCascade(changed, shock, LADDER_RULES, run);
    return run.converged ? lossUsd(held, run.prices.price) : NaN;
  };
  const all = lossOf(book);
  return groups.map((accounts) => ({ accounts, lossUsd: all - lossOf(untouched(book, accounts)) }));
}

/** The accounts of one owner, ascending. */
export function accountsOf(book: Book, owner: number): number[] {
  const { accountOwner } = book.state;
  return Array.from(accountOwner, (_, i) => i).filter((i) => accountOwner[i] === owner);
}

/** A book in which nobody touches `accounts`: the rules leave accounts under water alone, and these with them. */
function untouched(book: Book, accounts: readonly number[]): Book {
  const insolvent = Uint8Array.from(book.insolvent);
  for (const i of accounts) insolvent[i] = 1;
  return { ...book, insolvent };
}
