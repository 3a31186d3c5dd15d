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
const EASE_DENOMINATOR = 10_000n * 3_600n;

/**
 * What the oracle will store when `signed` follows `last`: danger at once, easing no faster than allowed, advice one level
 * an epoch. **Source.** contracts/libraries/Lanes.sol `step`; a lane that was unknown is taken as signed, though the oracle
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

/** Whole units that `value` may ease: the difference of two floors over absolute time. */
function allowance(value: number, { maxEase, from, to, mayEase }: Easing): number {
  if (!mayEase) return 0;
  const at = (sec: number): bigint => (intToBig(value) * intToBig(maxEase) * intToBig(sec)) / EASE_DENOMINATOR;
  return bigToInt(at(to) - at(from));
}

function stepAdvice(signed: Advice, last: Advice, { maxEase, from, to, mayEase }: Easing): Advice {
  if (signed >= last) return signed;
  return mayEase && maxEase > 0 && to > from ? ((last - 1) as Advice) : last;
}
