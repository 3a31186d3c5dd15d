import { readFileSync, readdirSync } from "node:fs";
import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import { z } from "zod";

/**
 * Recorded price paths. One JSON file of this folder is one scenario: figures with the source that they were read from.
 *
 * An hour's candle becomes four points: its open at :00, its two extremes at :20 and :40 (low first when it closed at or
 * above its open, high first otherwise), and the next candle's open (after the last: its own close) at the full hour.
 * Every recorded low and high is then on the path of any block time that divides 20 minutes.
 */

const HOUR_SEC = 3600;
const EXTREME_SEC = 1200;

const price = z.number().positive();
const identity = { symbol: z.string().min(1), source: z.string().min(1), file: z.string().min(1) };
/** `return`: start from the replayed market's own price and follow the changes. `level`: approach the recorded level. */
const reading = { quote: z.string().min(1), replay: z.enum(["return", "level"]) };

const candleSeries = z.strictObject({
  ...identity,
  ...reading,
  kind: z.literal("hourly-candles"),
  /** Open, high, low, close; the first candle opens at `from`. */
  candles: z.array(z.tuple([price, price, price, price])).min(1),
});

const pointSeries = z.strictObject({
  ...identity,
  ...reading,
  kind: z.literal("points"),
  /** Seconds by which the source's stamps run late; already taken off the points. */
  stampLagSec: z.number().int().nonnegative(),
  /** Unix seconds and price, ascending; the first at or before `from`, the last at or after `to`. */
  points: z.array(z.tuple([z.number().int(), price])).min(2),
});

const scenarioSchema = z.strictObject({
  scenario: z.literal("bulkhead/scenario/1"),
  name: z.string().min(1),
  title: z.string().min(1),
  /** Unix seconds, UTC. */
  from: z.number().int(),
  to: z.number().int(),
  /** A series whose quote is not USD is quoted in the symbol of an earlier one. */
  series: z.array(z.discriminatedUnion("kind", [candleSeries, pointSeries])).min(1),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioSeries = Scenario["series"][number];

/** Prices in USD per whole unit at one moment. */
export interface PathStep {
  /** Unix seconds. */
  readonly timestamp: number;
  readonly prices: Readonly<Record<string, number>>;
}

type Point = readonly [timestamp: number, price: number];

/** Thrown when no scenario has the given name. */
export class ScenarioUnknown extends Error {
  override readonly name = "ScenarioUnknown";
  constructor(seen: string) {
    super(
      `scenario "${seen}" is unknown; expected one of: ${scenarioNames().join(", ")}; pass one of them as --scenario`,
    );
  }
}

/** List the names of all scenarios, ascending. */
export function scenarioNames(): string[] {
  const files = readdirSync(new URL(".", import.meta.url)).filter((file) => file.endsWith(".json"));
  return files.map((file) => file.slice(0, -".json".length)).sort();
}

/**
 * Read one scenario by its name.
 *
 * **Throws** {@link ScenarioUnknown}.
 */
export function loadScenario(name: string): Scenario {
  if (!scenarioNames().includes(name)) throw new ScenarioUnknown(name);
  return scenarioSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8")));
}

/** Name the sources of a scenario in one line. */
export function scenarioSource(scenario: Scenario): string {
  return scenario.series.map(({ symbol, quote, source }) => `${symbol}/${quote}: ${source}`).join("; ");
}

/**
 * Sample a scenario at every block: `from`, `from + blockSeconds`, … up to and including `to` where it is hit.
 *
 * **Units.** USD per whole unit, by symbol. Linear in log price between the recorded points.
 */
export function scenarioPath(scenario: Scenario, blockSeconds: number): PathStep[] {
  const tracks = scenario.series.map((series) => ({ series, points: seriesPoints(series, scenario.from) }));
  const steps: PathStep[] = [];
  for (let timestamp = scenario.from; timestamp <= scenario.to; timestamp += blockSeconds) {
    const prices: Record<string, number> = {};
    for (const { series, points } of tracks) {
      prices[series.symbol] = priceAt(points, timestamp) * quotePrice(series.quote, prices);
    }
    steps.push({ timestamp, prices });
  }
  return steps;
}

/** List the recorded points of a series, ascending in time, in units of its quote. */
function seriesPoints(series: ScenarioSeries, from: number): Point[] {
  return series.kind === "points" ? series.points : candlePoints(series.candles, from);
}

function candlePoints(candles: readonly (readonly [number, number, number, number])[], from: number): Point[] {
  const points: Point[] = [];
  let end: Point = [from, 1];
  candles.forEach(([open, high, low, close], i) => {
    const start = from + i * HOUR_SEC;
    const [first, second] = close >= open ? [low, high] : [high, low];
    points.push([start, open], [start + EXTREME_SEC, first], [start + 2 * EXTREME_SEC, second]);
    end = [start + HOUR_SEC, close];
  });
  return [...points, end];
}

function priceAt(points: readonly Point[], timestamp: number): number {
  const after = points.findIndex(([at]) => at >= timestamp);
  const next = points[after];
  const previous = points[after - 1];
  if (next === undefined) throw new RangeError(`expected a recorded point at or after ${timestamp}, saw none`);
  if (next[0] === timestamp) return next[1];
  if (previous === undefined) throw new RangeError(`expected a recorded point at or before ${timestamp}, saw none`);
  const share = (timestamp - previous[0]) / (next[0] - previous[0]);
  return exp(ln(previous[1]) + share * (ln(next[1]) - ln(previous[1])));
}

function quotePrice(quote: string, prices: Readonly<Record<string, number>>): number {
  const usd = quote === "USD" ? 1 : prices[quote];
  if (usd === undefined) throw new RangeError(`expected the series of ${quote} before those quoted in it, saw none`);
  return usd;
}
