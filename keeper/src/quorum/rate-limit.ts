/** A token bucket for each client, in bounded memory. */
export interface RateLimit {
  /** Take one token of `client` at `nowMs` (any monotonic clock); false when it has none left. */
  readonly take: (client: string, nowMs: number) => boolean;
}

/** How fast and how far a client may go, and how many clients are remembered. */
export interface RateLimitOptions {
  readonly perSec: number;
  readonly burst: number;
  readonly clients: number;
}

/** Open a limit. Beyond `clients`, the client that was quiet longest is forgotten. */
export function createRateLimit({ perSec, burst, clients }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take: (client, nowMs) => {
      const last = buckets.get(client) ?? { tokens: burst, atMs: nowMs };
      const tokens = Math.min(burst, last.tokens + ((nowMs - last.atMs) * perSec) / 1000);
      buckets.delete(client);
      buckets.set(client, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
      const oldest = buckets.keys().next();
      if (buckets.size > clients && oldest.done !== true) buckets.delete(oldest.value);
      return tokens >= 1;
    },
  };
}
