import type { Side } from "./case.js";

/** Longer than this no case is repeated. */
const PATIENCE_MS = 20_000;

/** Median of up to `repetitions` after one warm-up, for the whole unit. */
export async function medianMs({ run, parts, of }: Side, repetitions: number): Promise<number> {
  await run();
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
