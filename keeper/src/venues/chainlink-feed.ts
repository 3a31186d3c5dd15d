import { ChainlinkFeedLens__factory } from "../../../typechain-types/index.js";
import { runInPortions, runLens } from "../chain/lens.js";
import type { BlockReader } from "../chain/rpc-pool.js";
import { count, decodeRow, decodeText, flag, int, uint } from "../chain/words.js";
import type { Exclusion, FeedState } from "../snapshot/snapshot.js";
import { bigToInt } from "../units.js";
import type { Address } from "../units.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const FEED = {
  hasDecimals: flag(0, 0),
  hasRound: flag(0, 1),
  hasBounds: flag(0, 2),
  isCapped: flag(0, 3),
  decimals: count(0, 8, 8),
  descriptionBytes: count(0, 16, 16),
  answer: int(1),
  updatedAt: uint(2),
  least: int(5),
  most: int(6),
} as const;
const FEED_WORDS = 7;
const DESCRIPTION_WORD = 3;
/** What the lens takes at once. */
const PORTION = 100;

/** A feed to read. Named twice, the shortest age counts. */
export interface FeedSource {
  readonly feed: Address;
  /** Seconds: an older answer is excluded. Without it any age is taken. */
  readonly maxAgeSec?: number | undefined;
}

/** Feeds that answered, and those that did not with the reason: never a zero in place of an unknown price. */
export interface FeedsRead {
  /** Ascending by address. */
  readonly feeds: readonly FeedState[];
  readonly exclusions: readonly Exclusion[];
}

type FeedRead = { readonly feed: FeedState } | { readonly exclusion: Exclusion };

/** What to read besides prices. */
export interface FeedsWanted {
  /** Whether to ask each feed what it is of; without, `description` is "". It prices nothing, and recorded blocks may lack it. */
  readonly descriptions: boolean;
}

/** Read Chainlink feeds at a block. Repeated ones are read once. */
export async function readFeeds(
  reader: BlockReader,
  feeds: readonly (Address | FeedSource)[],
  { descriptions }: FeedsWanted = { descriptions: true },
): Promise<FeedsRead> {
  const ages = agesOf(feeds);
  const wanted = [...ages.keys()].sort();
  const read = await runInPortions(wanted, PORTION, async (portion) => {
    const words = await runLens(reader, ChainlinkFeedLens__factory, [portion, descriptions]);
    const { done } = decodeRow(words, 0, ANSWERED);
    const rows = portion.slice(0, done).map((feed, i): FeedRead => {
      const at = 1 + i * FEED_WORDS;
      const row = decodeRow(words, at, FEED);
      const reason = faultOf(row) ?? timeFaultOf(bigToInt(row.updatedAt), reader.block.timestamp, ages.get(feed)!);
      if (reason !== undefined) return { exclusion: { scope: "feed", id: feed, reason } };
      const description = decodeText(words, at + DESCRIPTION_WORD, row.descriptionBytes) ?? "";
      const { decimals, answer } = row;
      return { feed: { feed, description, decimals, answer, updatedAt: bigToInt(row.updatedAt) } };
    });
    return { rows, done };
  });
  return {
    feeds: read.flatMap((row) => ("feed" in row ? [row.feed] : [])),
    exclusions: read.flatMap((row) => ("exclusion" in row ? [row.exclusion] : [])),
  };
}

const LATEST_TIME = 1n << 52n;

interface FeedRow {
  readonly hasDecimals: boolean;
  readonly hasRound: boolean;
  readonly hasBounds: boolean;
  readonly isCapped: boolean;
  readonly answer: bigint;
  readonly updatedAt: bigint;
  readonly least: bigint;
  readonly most: bigint;
}

/** Why an answer is no price. At a bound of its aggregator the price is beyond it, or about to be. */
function faultOf(row: FeedRow): string | undefined {
  if (!row.hasRound) return "latestRoundData does not answer";
  if (!row.hasDecimals) return "decimals does not answer";
  if (row.answer <= 0n) return `the answer is ${row.answer}`;
  if (row.updatedAt <= 0n || row.updatedAt > LATEST_TIME) return `updated at ${row.updatedAt}`;
  if (row.hasBounds && row.answer <= row.least) return `the answer ${row.answer} is at its least, ${row.least}`;
  if (row.hasBounds && row.answer >= row.most) return `the answer ${row.answer} is at its most, ${row.most}`;
  if (row.isCapped) return `the answer ${row.answer} is its cap`;
  return undefined;
}

/** Why an answer is of the wrong time; an age of exactly the most is taken. Seconds. */
function timeFaultOf(updatedAt: number, now: number, maxAgeSec: number): string | undefined {
  if (updatedAt > now) return `updated at ${updatedAt}, after the block, which is of ${now}`;
  return now - updatedAt > maxAgeSec ? `${now - updatedAt} seconds old, more than ${maxAgeSec}` : undefined;
}

/** How old each feed's answer may be, Infinity where nobody says. */
function agesOf(feeds: readonly (Address | FeedSource)[]): Map<Address, number> {
  const ages = new Map<Address, number>();
  for (const source of feeds) {
    const { feed, maxAgeSec = Infinity }: FeedSource = typeof source === "string" ? { feed: source } : source;
    ages.set(feed, Math.min(maxAgeSec, ages.get(feed) ?? Infinity));
  }
  return ages;
}
