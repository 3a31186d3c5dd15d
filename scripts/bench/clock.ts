import type { Side } from "./case.js";

/** Longer than this no case is repeated. */
const PATIENCE_MS = 20_000;
/** What runs at every block is compiled after the first few, and has its memory: a case runs for this long before it is timed. */
const WARM_UP_MS = 1_000;

/** Median of up to `repetitions` after a warm-up of at least one, for the whole unit. */
export async function medianMs({ run, parts, of }: Side, repetitions: number): Promise<number> {
  const cold = performance.now();
  do await run();
  while (repetitions > 1 && performance.now() - cold < WARM_UP_MS);
  const times: number[] = [];
  const begin = performance.now();
  while (times.length === 0 || (times.length < repetitions && performance.now() - begin < PATIENCE_MS)) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return (times[times.length >> 1]! * of) / parts;
}
