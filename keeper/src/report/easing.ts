import type { Advice } from "../model/assessment.js";
import { intToBig, bigToInt, type Bps } from "../units.js";
import type { Lane } from "./lane.js";

/** How far lanes may ease between two observations. */
export interface Easing {
  /** The oracle's `maxEase`: share of a lane's last value an hour. */
  readonly maxEase: Bps;
  /** Unix seconds of the last observation and of this one. */
  readonly from: number;
  readonly to: number;
  /** Whether coverage reaches the oracle's `minCoverage`; if not, nothing eases. */
  readonly mayEase: boolean;
}

/** Basis points times seconds of an hour. */
const EASE_DENOMINATOR = 10_000 * 3_600;

/**
 * What the oracle will store when `signed` follows `last`: danger at once, easing no faster than allowed, advice one level
 * an epoch. **Source.** contracts/libraries/EasingLib.sol `step`; a lane that was unknown is taken as signed, though the oracle
 * may still hold it to what it was before that.
 */
export function storedLane(signed: Lane, last: Lane, easing: Easing): Lane {
  if (signed.leverage === 0 || last.leverage === 0) return signed;
  const fall = (to: number, from: number): number => (to >= from ? to : Math.max(to, from - allowance(from, easing)));
  const rise = (to: number, from: number): number =>
    to <= from || from === 0 ? to : Math.min(to, from + allowance(from, easing));
  return {
    leverage: fall(signed.leverage, last.leverage),
    liquidationAtRisk: fall(signed.liquidationAtRisk, last.liquidationAtRisk),
    rehypothecation: signed.rehypothecation === 0 ? 0 : fall(signed.rehypothecation, last.rehypothecation),
    borrowLtv: rise(signed.borrowLtv, last.borrowLtv),
    advice: stepAdvice(signed.advice, last.advice, easing),
  };
}

/**
 * Whole units that `value` may ease: the rate over the steps of time that ended in between, rounded down. A step is the least
 * power of two in seconds that is more than one unit takes; steps begin at multiples of themselves. **Source.** EasingLib.sol
 * `_allowance`, which says why.
 */
function allowance(value: number, { maxEase, from, to, mayEase }: Easing): number {
  const speed = value * maxEase;
  if (!mayEase || speed === 0) return 0;
  let step = 1;
  while (speed * step <= EASE_DENOMINATOR) step *= 2;
  const seconds = (Math.floor(to / step) - Math.floor(from / step)) * step;
  return bigToInt((intToBig(speed) * intToBig(seconds)) / intToBig(EASE_DENOMINATOR));
}

function stepAdvice(signed: Advice, last: Advice, { maxEase, from, to, mayEase }: Easing): Advice {
  if (signed >= last) return signed;
  return mayEase && maxEase > 0 && to > from ? ((last - 1) as Advice) : last;
}
