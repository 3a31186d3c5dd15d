import type { Book } from "../book.js";
import { createCascade, runCascade } from "../cascade.js";
import { LADDER_RULES } from "../leverage.js";
import type { Shock } from "../price-state.js";
import { SALES_ONLY, WINDOWS } from "./amplification.js";
import { jacobian } from "./jacobian.js";
import { heldByAsset, lossUsd } from "../loss.js";
import { spectralRadius } from "./spectral.js";

/** How far the system is from falling by itself. */
export interface Cliff {
  /** s*: the largest drop before it, rounded down; Infinity where there is none in reach, NaN where a cascade did not end. */
  readonly dropFrac: number;
  /** The same in daily standard deviations of what drops. */
  readonly sigmas: number;
  /** What gives way first: one more step adds a multiple of its own loss, or small drops no longer die out. */
  readonly cause: "loss" | "radius" | null;
}

/** What is scanned for a cliff, each at a drop along the direction. */
export interface CliffProbe {
  /** L1 in USD. */
  readonly first: (dropFrac: number) => number;
  /** Linf in USD; NaN where it is unknown. */
  readonly full: (dropFrac: number) => number;
  /** Spectral radius of J from there on, the smallest over the windows that were looked at. */
  readonly radius: (dropFrac: number) => number;
}

/** Steps of the scan in a unit drop: 10 bp. */
export const CLIFF_STEPS = 1_000;
/** A step that adds more than this times its own loss is a cliff. */
export const CLIFF_MULTIPLE = 20;
/** Halvings of a step: 10 bp to less than 0.1 bp. */
const HALVINGS = 7;

/**
 * Scan in steps of 10 bp for the first drop from which one more step adds more than 20 times its own loss, or at which
 * the spectral radius of J reaches 1; then halve that step.
 *
 * **Source.** MODEL 6.3.
 */
export function cliffOf(probe: CliffProbe, maxDropFrac: number, sigmaDaily: number): Cliff {
  const falls = (from: number, to: number) =>
    probe.full(to) - probe.full(from) > CLIFF_MULTIPLE * (probe.first(to) - probe.first(from));
  for (let step = 0; step < maxDropFrac * CLIFF_STEPS; step++) {
    const [at, next] = [step / CLIFF_STEPS, (step + 1) / CLIFF_STEPS];
    if (Number.isNaN(probe.full(next))) return { dropFrac: NaN, sigmas: NaN, cause: null };
    if (probe.radius(at) >= 1) {
      const before = Math.max(0, step - 1) / CLIFF_STEPS;
      return found(
        "radius",
        halved(before, at, (_, middle) => probe.radius(middle) >= 1),
      );
    }
    if (falls(at, next)) return found("loss", halved(at, next, falls));
  }
  return { dropFrac: Infinity, sigmas: Infinity, cause: null };

  function found(cause: Cliff["cause"], dropFrac: number): Cliff {
    return { dropFrac, sigmas: dropFrac / sigmaDaily, cause };
  }
}

/** The lower end of what is left of an interval after going, {@link HALVINGS} times, to the half in which it gives way. */
function halved(from: number, to: number, givesWay: (from: number, middle: number) => boolean): number {
  let [low, high] = [from, to];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (givesWay(low, middle)) high = middle;
    else low = middle;
  }
  return low;
}

/**
 * Where along `shockOf(drop)` the system falls by itself; drops beyond `maxDropFrac` are not looked at.
 *
 * The radius must reach 1 at every window of MODEL 6.2: one large account at its limit passes 1 at the smallest window
 * alone, and is no cliff, since nothing comes after it.
 */
export function cliffDistance(
  book: Book,
  shockOf: (dropFrac: number) => Shock,
  { maxDropFrac, sigmaDaily }: { readonly maxDropFrac: number; readonly sigmaDaily: number },
): Cliff {
  const held = heldByAsset(book);
  const [run, scratch] = [createCascade(book, 0), createCascade(book, 0)];
  const lossAfter = (dropFrac: number, maxRounds: number): number => {
    runCascade(book, shockOf(dropFrac), { ...LADDER_RULES, maxRounds }, run);
    return lossUsd(held, run.prices.price);
  };
  const full = remembered((dropFrac) => {
    const loss = lossAfter(dropFrac, LADDER_RULES.maxRounds);
    return run.converged ? loss : NaN;
  });
  const radius = (dropFrac: number): number => {
    const shock = shockOf(dropFrac);
    runCascade(book, shock, LADDER_RULES, run);
    let least = Infinity;
    for (const windowFrac of WINDOWS) {
      const from = { cascade: run, shock };
      const matrix = jacobian(book, scratch, { windowFrac, rules: SALES_ONLY, from });
      least = Math.min(least, spectralRadius(matrix, held.length).radius);
      if (least < 1) break;
    }
    return least;
  };
  return cliffOf({ first: (dropFrac) => lossAfter(dropFrac, 0), full, radius }, maxDropFrac, sigmaDaily);
}

/** Neighbouring steps share an end. */
function remembered(f: (x: number) => number): (x: number) => number {
  const known = new Map<number, number>();
  return (x) => {
    const value = known.get(x) ?? f(x);
    known.set(x, value);
    return value;
  };
}
