import { expectAmounts } from "./amounts.js";
import type { ClearingNetwork } from "./clearing-network.js";
import { createLinearSystem, solve, sweep, type LinearSystem } from "./linear-system.js";
import { multiplyInto } from "./sparse.js";

/** Shares in [0,1] of what a defaulted node has that reach its creditors: 1 and 1 in Eisenberg and Noe. */
export interface Recovery {
  /** Alpha: of external assets. */
  readonly externalFrac: number;
  /** Beta: of what it gets from others. */
  readonly claimFrac: number;
}

/** No cost of default. */
export const FULL_RECOVERY: Recovery = { externalFrac: 1, claimFrac: 1 };

/** **Shapes.** `externalUsd[n]`: what each node owns besides its claims on the others. */
export interface ClearingTerms {
  readonly externalUsd: Float64Array;
  readonly recovery: Recovery;
}

/** Scratch and result of one clearing. Reusable: {@link clearGreatest} and {@link clearLeast} overwrite everything. */
export interface Clearing {
  /** What each node pays, to creditors in and outside the network together. */
  readonly paidUsd: Float64Array;
  /** What each node gets from the others. */
  readonly inflowUsd: Float64Array;
  /** 1 where a node pays less than it owes. */
  readonly inDefault: Uint8Array;
  /** Passes over all nodes. */
  rounds: number;
  /** False only where more than 1024 nodes default at once and their system does not settle. */
  converged: boolean;
  /** Largest distance of a payment from what its node would pay at these payments, relative to what it owes. */
  residual: number;
  readonly role: Uint8Array;
  readonly members: Int32Array;
  readonly position: Int32Array;
  readonly system: LinearSystem;
}

/** Roles of nodes within a solution. */
const PAYS_IN_FULL = 0;
const DEFAULTS = 1;
const RESCUED = 2;
const UNBACKED = 3;

/** A node that misses its liabilities by less than this share of them missed them by rounding. */
const ROUNDING = 1e-12;

/** Allocate the scratch of clearings of `network`. */
export function createClearing(network: ClearingNetwork): Clearing {
  const { size, value } = network.owed;
  return {
    paidUsd: new Float64Array(size),
    inflowUsd: new Float64Array(size),
    inDefault: new Uint8Array(size),
    rounds: 0,
    converged: false,
    residual: 0,
    role: new Uint8Array(size),
    members: new Int32Array(size),
    position: new Int32Array(size),
    system: createLinearSystem(size, value.length),
  };
}

/**
 * The greatest clearing vector: nobody defaults who need not.
 *
 * Fictitious defaults: all pay in full; who cannot defaults, and pays out what it gets, which may pull down others. Who
 * defaults once stays in default, so that there are at most n rounds, each an exact linear solve. A closed circle of
 * nodes never defaults as a whole, which keeps the systems regular even without losses (`alpha = beta = 1`).
 *
 * **Throws** `RangeError` for external assets below 0 or recoveries outside [0,1]. **Source.** Eisenberg and Noe 2001,
 * section 3; Rogers and Veraart 2013, definition 3.6; MODEL 5.6.
 */
export function clearGreatest(network: ClearingNetwork, terms: ClearingTerms, run: Clearing): void {
  begin(network, terms, run);
  payFromAbove(network, terms, run, FULL_RECOVERY);
  conclude(network, terms, run);
}

/**
 * The least clearing vector: nobody pays what no external asset backs.
 *
 * Fictitious rescues: let everybody recover as in default, up to its liabilities, and let those pay nothing whom no
 * external asset reaches. Circles without backing are all that could make these payments ambiguous, so that they may be
 * solved from above. Who is solvent at them pays in full from then on, and so forth: at most n rounds of at most n
 * solves. Iterating from 0 can take any number of rounds, and ends too low where its limit is exactly solvent.
 *
 * **Throws** `RangeError` as {@link clearGreatest}. **Source.** MODEL 5.6; uniqueness: Eisenberg and Noe 2001, theorem 2.
 */
export function clearLeast(network: ClearingNetwork, terms: ClearingTerms, run: Clearing): void {
  begin(network, terms, run);
  do {
    payOnlyBacked(network, terms, run);
    payFromAbove(network, terms, run, terms.recovery);
  } while (rescue(network, terms, run));
  conclude(network, terms, run);
}

/** True where the greatest and the least clearing vector agree to `toleranceFrac` of what each node owes. */
export function isUnique(
  network: ClearingNetwork,
  bounds: readonly [Clearing, Clearing],
  toleranceFrac: number,
): boolean {
  const [greatest, least] = bounds;
  return network.faceUsd.every((face, i) => greatest.paidUsd[i]! - least.paidUsd[i]! <= toleranceFrac * face);
}

function begin(network: ClearingNetwork, { externalUsd, recovery }: ClearingTerms, run: Clearing): void {
  expectAmounts(externalUsd, network.owed.size, "external assets");
  for (const share of [recovery.externalFrac, recovery.claimFrac]) {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`saw a recovery of ${share}, expected a share from 0 to 1`);
  }
  run.role.fill(PAYS_IN_FULL);
  run.paidUsd.set(network.faceUsd);
  run.inflowUsd.set(network.dueUsd);
  run.rounds = 0;
  run.converged = true;
}

/**
 * Let nodes default one after the other until nobody is short of its liabilities, counting `counted` of what it has.
 *
 * Payments fall towards the solution and never below it, so that who is short on the way is short at the end: while
 * new defaults turn up, one sweep has to do; the exact solution is for when there are none.
 */
function payFromAbove(network: ClearingNetwork, terms: ClearingTerms, run: Clearing, counted: Recovery): void {
  let count = 0;
  let exact = true;
  for (;;) {
    run.rounds++;
    const before = count;
    count = addDefaults(network, terms, run, { counted, count });
    if (count === before && exact) return;
    gatherSystem(network, terms, run, count);
    exact = count === before;
    if (exact) run.converged = solve(run.system) && run.converged;
    else sweep(run.system);
    passOnPayments(network, run, count);
  }
}

/** Append whoever is short at these payments to the first `count` members; returns how many there are then. */
function addDefaults(
  network: ClearingNetwork,
  terms: ClearingTerms,
  run: Clearing,
  { counted, count }: { counted: Recovery; count: number },
): number {
  let members = count;
  for (let i = 0; i < network.owed.size; i++) {
    if (run.role[i] !== PAYS_IN_FULL || !isShort(countUsd(terms, run, i, counted), network.faceUsd[i]!)) continue;
    run.role[i] = DEFAULTS;
    run.position[i] = members;
    run.members[members++] = i;
  }
  return members;
}

/** The equations of the first `count` members: each pays out what it recovers. */
function gatherSystem({ claims }: ClearingNetwork, terms: ClearingTerms, run: Clearing, count: number): void {
  const { externalFrac, claimFrac } = terms.recovery;
  const { role, position, members, paidUsd, system } = run;
  const { start, column, weight, rhs, x } = system;
  system.count = count;
  let links = 0;
  for (let m = 0; m < count; m++) {
    const i = members[m]!;
    let others = 0;
    start[m] = links;
    for (let e = claims.start[i]!; e < claims.start[i + 1]!; e++) {
      const debtor = claims.column[e]!;
      const share = claims.value[e]!;
      if (role[debtor] === DEFAULTS) {
        column[links] = position[debtor]!;
        weight[links++] = claimFrac * share;
      } else {
        others += share * paidUsd[debtor]!;
      }
    }
    rhs[m] = externalFrac * terms.externalUsd[i]! + claimFrac * others;
    x[m] = paidUsd[i]!;
  }
  start[count] = links;
}

/** Take over the solution, and tell creditors what changed. */
function passOnPayments({ owed }: ClearingNetwork, run: Clearing, count: number): void {
  const { paidUsd, inflowUsd, members } = run;
  const { x } = run.system;
  for (let m = 0; m < count; m++) {
    const i = members[m]!;
    const change = x[m]! - paidUsd[i]!;
    if (change === 0) continue;
    paidUsd[i] = x[m]!;
    for (let e = owed.start[i]!; e < owed.start[i + 1]!; e++) {
      const creditor = owed.column[e]!;
      inflowUsd[creditor] = inflowUsd[creditor]! + owed.value[e]! * change;
    }
  }
}

/** Start over from full payments of those whom money can reach: from external assets, or from somebody rescued. */
function payOnlyBacked(network: ClearingNetwork, terms: ClearingTerms, run: Clearing): void {
  const { owed, faceUsd } = network;
  let reached = 0;
  for (let i = 0; i < owed.size; i++) {
    if (run.role[i] !== RESCUED) {
      const hasAssets = terms.recovery.externalFrac * terms.externalUsd[i]! > 0;
      run.role[i] = hasAssets ? PAYS_IN_FULL : UNBACKED;
    }
    if (run.role[i] !== UNBACKED) run.members[reached++] = i;
  }
  for (let m = 0; m < reached; m++) {
    const i = run.members[m]!;
    for (let e = owed.start[i]!; e < owed.start[i + 1]!; e++) {
      const creditor = owed.column[e]!;
      if (run.role[creditor] !== UNBACKED || !(owed.value[e]! > 0)) continue;
      run.role[creditor] = PAYS_IN_FULL;
      run.members[reached++] = creditor;
    }
  }
  for (let i = 0; i < owed.size; i++) run.paidUsd[i] = run.role[i] === UNBACKED ? 0 : faceUsd[i]!;
  multiplyInto(run.inflowUsd, network.claims, run.paidUsd);
}

/** Mark whoever pays too little though it is solvent; false where there is nobody. */
function rescue(network: ClearingNetwork, terms: ClearingTerms, run: Clearing): boolean {
  let found = false;
  for (let i = 0; i < network.owed.size; i++) {
    const owes = network.faceUsd[i]!;
    if (run.paidUsd[i]! >= owes || isShort(countUsd(terms, run, i, FULL_RECOVERY), owes)) continue;
    run.role[i] = RESCUED;
    found = true;
  }
  return found;
}

/** What `counted` of node i's assets amounts to. */
function countUsd(terms: ClearingTerms, run: Clearing, i: number, counted: Recovery): number {
  return counted.externalFrac * terms.externalUsd[i]! + counted.claimFrac * run.inflowUsd[i]!;
}

/** True where `hasUsd` is less than `owesUsd` by more than rounding. */
function isShort(hasUsd: number, owesUsd: number): boolean {
  return hasUsd < owesUsd * (1 - ROUNDING);
}

/** What creditors get, from the payments alone; flags and residual at these. */
function conclude(network: ClearingNetwork, terms: ClearingTerms, run: Clearing): void {
  multiplyInto(run.inflowUsd, network.claims, run.paidUsd);
  run.residual = 0;
  for (let i = 0; i < network.owed.size; i++) {
    const face = network.faceUsd[i]!;
    const short = isShort(countUsd(terms, run, i, FULL_RECOVERY), face);
    const pays = short ? countUsd(terms, run, i, terms.recovery) : face;
    run.inDefault[i] = short ? 1 : 0;
    if (face > 0) run.residual = Math.max(run.residual, Math.abs(pays - run.paidUsd[i]!) / face);
  }
}
