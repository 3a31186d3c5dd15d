import type { BenchCase, Prepared } from "./case.js";
import { medianMs } from "./clock.js";

/** A case's figures. Times are medians, in milliseconds for the case's unit. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly input: string;
  readonly oursMs: number;
  readonly straightforwardMs: number;
  readonly ratio: number;
  readonly barMs: number | null;
  readonly withinBar: boolean | null;
  /** What the straightforward one ran, its time scaled up by parts. */
  readonly subset: string;
  readonly difference: number;
  /** Peak of this process after ours ran, MB. */
  readonly peakRssMb: number;
}

/** Above this the two did not compute the same, and a comparison would mean nothing. */
const AGREE = 1e-6;

/** Measure one case. **Throws** `Error` where the two sides disagree. */
export async function measure(one: BenchCase, quick: boolean): Promise<Measured> {
  const prepared = one.prepare(quick);
  try {
    return await figures(one, prepared, quick);
  } finally {
    await prepared.close?.();
  }
}

async function figures(one: BenchCase, { input, ours, straightforward, difference }: Prepared, quick: boolean) {
  const oursMs = await medianMs(ours, quick ? 1 : 5);
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const straightforwardMs = await medianMs(straightforward, quick ? 1 : 3);
  const off = difference();
  if (!(off <= AGREE)) throw new Error(`${one.name}: the two sides differ by ${off}, expected at most ${AGREE}`);
  const subset =
    straightforward.parts >= straightforward.of ? "all" : `${straightforward.parts} of ${straightforward.of}`;
  const { name, unit, barMs } = one;
  const withinBar = barMs === null || quick ? null : oursMs < barMs;
  const ratio = straightforwardMs / oursMs;
  return { name, unit, input, oursMs, straightforwardMs, ratio, barMs, withinBar, subset, difference: off, peakRssMb };
}
