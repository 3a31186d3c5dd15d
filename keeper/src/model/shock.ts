import { pow } from "./elementary.js";

/** No drop from outside goes further than this. */
export const MAX_DROP = 0.99;

/**
 * Depth left of every asset after `dropFrac[K]`, as a share of what was read: market makers withdraw as a drop deepens,
 * half of them at `halvingDrop`. A rise leaves depth as it is.
 *
 * **Source.** MODEL 5.4.
 */
export function thinnedDepth(dropFrac: Float64Array, halvingDrop: number): Float64Array {
  return dropFrac.map((drop) => pow(0.5, Math.max(0, drop) / halvingDrop));
}
