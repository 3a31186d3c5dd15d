import type { Book } from "../book.js";
import { createCascade, runCascade, type Cascade, type CascadeRules } from "../cascade.js";
import { latentBadDebtUsd, visitUncovered } from "../latent.js";
import { createValued, hfOf, isLeftAlone, liquidate, value, WORTH_SIZE, type Valued } from "../liquidation.js";
import type { Shock } from "../price-state.js";
import {
  askedHf,
  checkLatency,
  createRounds,
  finishRound,
  forgetTouched,
  isOver,
  shockRounds,
  startRound,
  type Rounds,
} from "../rounds.js";
import { ALL } from "./kernel-code.js";
import { LANES, LIST } from "./lane-memory.js";
import {
  createLaneWatch,
  findDue,
  followLanes,
  leaveLaneAlone,
  lookAtLanesAgain,
  settleLane,
  startLanes,
  type LaneWatch,
} from "./lane-watch.js";

/** A cascade among others. Debtors stand in its rounds in the order in which they were touched. */
export interface Lane {
  run: Rounds;
  /** {@link latentBadDebtUsd} above 0, by rank, ascending. */
  readonly latent: { readonly rank: number; readonly usd: number }[];
}

/** Up to {@link LANES} cascades over one book, round by round together: scratch and results. Reusable. */
export interface Lockstep {
  readonly book: Book;
  readonly lanes: readonly Lane[];
  readonly watch: LaneWatch;
  readonly who: Valued;
  /** For cascades that have to run alone; made when there is one. */
  alone: Cascade | null;
}

/** Allocate the scratch of cascades over `book`. */
export function createLockstep(book: Book, latencyRounds: number): Lockstep {
  const watch = createLaneWatch(book);
  return {
    book,
    lanes: Array.from({ length: LANES }, () => ({ run: createRounds(book, latencyRounds, 0), latent: [] })),
    watch,
    who: createValued(watch.memory.worth),
    alone: null,
  };
}

/**
 * Run every shock to where {@link runCascade} takes it, to the bit: the rounds of a cascade know nothing of those of
 * another, and within a round everybody is liquidated in the same order. A cascade that leaves its candidates behind starts
 * over on its own, as does every one under a gate, which may count on what it has seen.
 *
 * **Throws** `RangeError` where the scratch was made for another latency, or shocks are more than {@link LANES}.
 */
export function runInStep(step: Lockstep, shocks: readonly Shock[], rules: CascadeRules): void {
  checkStep(step, shocks, rules);
  const { book, watch } = step;
  const lanes = step.lanes.slice(0, shocks.length);
  const hf = askedHf(rules);
  lanes.forEach(({ run }, l) => {
    clear(run);
    shockRounds(book, shocks[l]!, run);
  });
  const prices = lanes.map(({ run }) => run.prices.price);
  let alone = rules.gate === undefined ? startLanes(watch, book, prices, hf) : ALL;
  lanes.forEach((lane, l) => makeRoom(book, lane, watch.count, shocks[l]!));
  for (;;) {
    const oracles = lanes.map(({ run }, l) => (isIn(alone, l) || isOver(run, rules) ? null : startRound(run)));
    if (oracles.every((oracle) => oracle === null)) break;
    alone |= followLanes(watch, book, oracles, hf);
    watch.memory.sold.fill(0);
    while (findDue(watch)) liquidateDue(step, rules);
    oracles.forEach((oracle, l) => {
      if (oracle !== null && !isIn(alone, l)) finishLane(step, l, shocks[l]!, rules);
    });
  }
  alone |= findLatent(step, shocks.length, alone);
  lanes.forEach((lane, l) => {
    if (isIn(alone, l)) runAlone(step, lane, shocks[l]!, rules);
  });
}

function checkStep({ lanes }: Lockstep, { length }: readonly Shock[], rules: CascadeRules): void {
  checkLatency(lanes[0]!.run, rules);
  if (length > LANES) throw new RangeError(`${length} shocks: expected up to ${LANES} at a time`);
}

function isIn(lanes: number, l: number): boolean {
  return ((lanes >>> l) & 1) === 1;
}

/** Liquidate, lane after lane, debtor after debtor; then whatever changes hands does. */
function liquidateDue({ book, lanes, watch, who }: Lockstep, rules: CascadeRules): void {
  const { rank, place, due, dueInLane, counts } = watch.memory;
  watch.kernels.value();
  lanes.forEach(({ run }, l) => {
    for (let i = LIST * l, end = i + counts[l]!; i < end; i++) {
      const d = dueInLane[i]!;
      const c = due[d]!;
      who.rank = rank[c]!;
      if (isLeftAlone(book, rules, who.rank)) {
        leaveLaneAlone(watch, c, l);
        continue;
      }
      const known = place[LANES * c + l]!;
      const at = standsAt(run, known);
      who.at = at;
      who.first = WORTH_SIZE * d + l;
      if (known !== 0 || book.hasStranded[who.rank] === 1) value(who, book, run);
      liquidate(book, rules, run, who);
      if (at < run.touchedCount) place[LANES * c + l] = at + 1;
      const left = { collateral: run.collateralLeft[at]!, debt: run.debtLeft[at]! };
      settleLane(watch, { c, l }, hfOf(who), left);
    }
  });
  watch.kernels.sell();
}

/** Where a debtor of a known place, or none, stands: whoever was not touched stands behind those who were, as it was at t0. */
function standsAt(run: Rounds, known: number): number {
  return known === 0 ? run.touchedCount : known - 1;
}

/** Take over what was sold in lane `l`, and move its prices. */
function finishLane({ book, lanes, watch }: Lockstep, l: number, shock: Shock, rules: CascadeRules): void {
  const { run } = lanes[l]!;
  const { sold } = watch.memory;
  for (let k = 0; k < run.soldUsd.length; k++) run.soldUsd[k] = sold[LANES * k + l]!;
  finishRound(book, shock, rules, run);
}

/** Find the latent bad debt of the first `count` lanes but those `alone`. Returns the lanes that have to do without. */
function findLatent({ book, lanes, watch }: Lockstep, count: number, alone: number): number {
  const { rank, place, due, dueInLane, counts } = watch.memory;
  const last = lanes.slice(0, count).map(({ run }, l) => (isIn(alone, l) ? null : run.prices.price));
  lookAtLanesAgain(watch);
  const outside = followLanes(watch, book, last, book.coveredHf);
  for (const { latent } of lanes) latent.length = 0;
  while (findDue(watch)) {
    lanes.forEach(({ run, latent }, l) => {
      for (let i = LIST * l, end = i + counts[l]!; i < end; i++) {
        const c = due[dueInLane[i]!]!;
        const usd = latentBadDebtUsd(book, run, rank[c]!, standsAt(run, place[LANES * c + l]!));
        if (usd > 0) latent.push({ rank: rank[c]!, usd });
      }
    });
  }
  return outside;
}

/** Nobody was touched; the first `touchedCount` stand there as they were at t0. */
function clear(run: Rounds): void {
  for (const left of [run.collateralLeft, run.debtLeft]) left.fill(1, 0, run.touchedCount);
  for (const usd of [run.repaidUsd, run.badDebtUsd, run.writtenOffFrac]) usd.fill(0, 0, run.touchedCount);
  run.triggerRound.fill(0, 0, run.touchedCount);
  forgetTouched(run);
}

/** Room for one more than may be touched: where somebody stands who is looked at and not liquidated. */
function makeRoom(book: Book, lane: Lane, debtors: number, shock: Shock): void {
  if (lane.run.touched.length > debtors) return;
  lane.run = createRounds(book, lane.run.oracleRing.length - 1, Math.min(2 * debtors, book.order.length) + 1);
  shockRounds(book, shock, lane.run);
}

function runAlone(step: Lockstep, lane: Lane, shock: Shock, rules: CascadeRules): void {
  const { book } = step;
  const { latent } = lane;
  const alone = (step.alone ??= createCascade(book, rules.latencyRounds));
  runCascade(book, shock, rules, alone);
  latent.length = 0;
  visitUncovered(book, alone, (rank) => {
    const usd = latentBadDebtUsd(book, alone, rank);
    if (usd > 0) latent.push({ rank, usd });
  });
  makeRoom(book, lane, alone.touchedCount, shock);
  copyByTouch(alone, lane.run);
}

/** Make `to`, in the order of touch, stand where `from` stands, by rank. */
function copyByTouch(from: Cascade, to: Rounds): void {
  clear(to);
  for (let t = 0; t < from.touchedCount; t++) {
    const rank = from.touched[t]!;
    to.touched[t] = rank;
    to.collateralLeft[t] = from.collateralLeft[rank]!;
    to.debtLeft[t] = from.debtLeft[rank]!;
    to.repaidUsd[t] = from.repaidUsd[rank]!;
    to.triggerRound[t] = from.triggerRound[rank]!;
    to.badDebtUsd[t] = from.badDebtUsd[rank]!;
    to.writtenOffFrac[t] = from.writtenOffFrac[rank]!;
    if (from.writtenOffFrac[rank]! > 0) to.writtenOff[to.writtenOffCount++] = t;
  }
  to.touchedCount = from.touchedCount;
  to.bonusUsd = from.bonusUsd;
  to.prices.price.set(from.prices.price);
  to.prices.temporaryUsd.set(from.prices.temporaryUsd);
  to.prices.permanentUsd.set(from.prices.permanentUsd);
  to.rounds = from.rounds;
  to.converged = from.converged;
}
