import type { Advice } from "../model/assessment.js";
import type { Bps } from "../units.js";
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
const RATE_ONE = 10_000 * 3_600;
const SHARE_ONE = 65_536;
/** What a smaller value eases as: 1.00x, 1 %. */
const LEAST_BASE = 100;

/**
 * What the oracle will store when `signed` follows `last`: danger at once, easing no faster than allowed, advice one level
 * an epoch. **Source.** contracts/libraries/EasingLib.sol `step`; a lane that was unknown is taken as signed, though the oracle
 * may still hold it to what it was before that.
 */
export function storedLane(signed: Lane, last: Lane, easing: Easing): Lane {
  if (signed.leverage === 0 || last.leverage === 0) return signed;
  const share = shareOf(easing);
  const allowance = (from: number): number => Math.floor((Math.max(from, LEAST_BASE) * share) / SHARE_ONE);
  const fall = (to: number, from: number): number => Math.max(to, from - allowance(from));
  const rise = (to: number, from: number): number => (from === 0 ? to : Math.min(to, from + allowance(from)));
  return {
    leverage: fall(signed.leverage, last.leverage),
    liquidationAtRisk: fall(signed.liquidationAtRisk, last.liquidationAtRisk),
    rehypothecation: signed.rehypothecation === 0 ? 0 : fall(signed.rehypothecation, last.rehypothecation),
    borrowLtv: rise(signed.borrowLtv, last.borrowLtv),
    advice: stepAdvice(signed.advice, last.advice, easing),
  };
}

/**
 * Share of a value that may ease, in 1/65536, rounded down: the rate over the ticks of time that ended in between. A tick is the
 * least power of two in seconds that eases a unit of a hundred, rounding included; ticks begin at multiples of themselves.
 * **Source.** EasingLib.sol `pace`, which says why.
 */
function shareOf({ maxEase, from, to, mayEase }: Easing): number {
  if (!mayEase || maxEase === 0 || to <= from) return 0;
  const share = (seconds: number): number => Math.floor((seconds * maxEase * SHARE_ONE) / RATE_ONE);
  let tick = 1;
  while (share(tick) * LEAST_BASE < SHARE_ONE) tick *= 2;
  const ticks = Math.floor(to / tick) - Math.floor(from / tick);
  return Math.min(SHARE_ONE, share(ticks * tick));
}

function stepAdvice(signed: Advice, last: Advice, { maxEase, from, to, mayEase }: Easing): Advice {
  if (signed >= last) return signed;
  return mayEase && maxEase > 0 && to > from ? ((last - 1) as Advice) : last;
}
