import type { LabResult, RunOutcome, Sample } from "./result.js";

/** The lab's result as a picture: price and liquidations of both runs over time, levels as bands behind them. */

const WIDTH = 860;
const PANEL = { left: 64, right: 16, height: 170, gap: 40, top: 44 } as const;
const INNER = WIDTH - PANEL.left - PANEL.right;
const COLOURS = { off: "#c0392b", on: "#1f6fb2", text: "#333", axis: "#999" } as const;
const LEVEL_FILLS = ["none", "#fdf6d8", "#fbe3b5", "#f6c28b", "#e89a7c"] as const;
const LEVEL_NAMES = ["Normal", "Watch", "NoNewLeverage", "Throttle", "Halt"] as const;
const TICKS = 4;

interface Scale {
  readonly x: (timestamp: number) => number;
  readonly y: (value: number) => number;
}

/** Draw a result as SVG. The same result gives the same bytes. */
export function resultPicture(result: LabResult): string {
  const runs = result.on === null ? [result.off] : [result.off, result.on];
  const levels = (result.on ?? result.off).samples;
  const panels = [
    { title: "price on the pool, USD", value: (sample: Sample) => sample.price },
    {
      title: "debt repaid by liquidators, USD million",
      from: 0,
      value: (sample: Sample) => sample.liquidatedUsd / 1e6,
    },
    { title: "published interconnection leverage", from: 1, value: (sample: Sample) => Math.max(1, sample.leverage) },
  ].map((quantity, index) => panel(quantity, index, runs, levels));
  const height = PANEL.top + panels.length * (PANEL.height + PANEL.gap) + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(PANEL.left, 20, `Crash lab: ${result.scenario}, seed ${result.seed}`, { size: 14 }),
    legend(result.on !== null),
    ...panels,
    levelKey(height - 12),
    "</svg>",
    "",
  ].join("\n");
}

/** What a panel shows; its axis begins at `from`, or at the lowest value. */
interface Quantity {
  readonly title: string;
  readonly from?: number;
  readonly value: (sample: Sample) => number;
}

function panel(
  { title, from: least, value }: Quantity,
  index: number,
  runs: readonly RunOutcome[],
  levels: readonly Sample[],
): string {
  const top = PANEL.top + index * (PANEL.height + PANEL.gap);
  const values = runs.flatMap(({ samples }) => samples.map(value));
  const low = least ?? Math.min(...values);
  const high = Math.max(...values, low + 1e-9);
  const times = levels.map(({ timestamp }) => timestamp);
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 1];
  const scale: Scale = {
    x: (timestamp) => PANEL.left + (INNER * (timestamp - from)) / Math.max(1, to - from),
    y: (amount) => top + PANEL.height - (PANEL.height * (amount - low)) / (high - low),
  };
  return [
    ...bands(levels, scale, top),
    ...ticks(low, high).map((tick) => gridLine(tick, scale)),
    text(PANEL.left, top - 6, title),
    ...runs.map(({ samples }, run) => line(samples, value, scale, run === 0 ? COLOURS.off : COLOURS.on)),
    ...hours(from, to).map((at) => text(scale.x(at), top + PANEL.height + 14, clock(at), { anchor: "middle" })),
  ].join("\n");
}

function bands(samples: readonly Sample[], scale: Scale, top: number): string[] {
  const starts = samples.filter(({ level }, i) => level !== samples[i - 1]?.level);
  const end = samples.at(-1)?.timestamp ?? 0;
  return starts.flatMap(({ timestamp, level }, i) => {
    if (level === 0) return [];
    const x = scale.x(timestamp);
    const width = scale.x(starts[i + 1]?.timestamp ?? end) - x;
    return [rect({ x, y: top, width, height: PANEL.height }, LEVEL_FILLS[level] ?? "none")];
  });
}

function line(samples: readonly Sample[], value: (sample: Sample) => number, scale: Scale, colour: string): string {
  const points = samples.map(
    (sample) => `${scale.x(sample.timestamp).toFixed(1)},${scale.y(value(sample)).toFixed(1)}`,
  );
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="1.6"/>`;
}

function gridLine(tick: number, scale: Scale): string {
  const y = scale.y(tick).toFixed(1);
  const rule = `<line x1="${PANEL.left}" x2="${WIDTH - PANEL.right}" y1="${y}" y2="${y}" stroke="${COLOURS.axis}" stroke-width="0.4"/>`;
  const shown = Math.abs(tick) >= 100 ? tick.toFixed(0) : tick.toFixed(2);
  return rule + text(PANEL.left - 6, scale.y(tick) + 4, shown, { anchor: "end" });
}

function ticks(low: number, high: number): number[] {
  return Array.from({ length: TICKS + 1 }, (_, i) => low + ((high - low) * i) / TICKS);
}

function hours(from: number, to: number): number[] {
  const step = Math.max(1, Math.round((to - from) / 6 / 3600)) * 3600;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}

function clock(timestamp: number): string {
  return new Date(timestamp * 1000).toISOString().slice(5, 16).replace("T", " ");
}

function legend(hasBoth: boolean): string {
  const off = text(WIDTH - 220, 20, "breaker off", { fill: COLOURS.off });
  return hasBoth ? off + text(WIDTH - 120, 20, "breaker on", { fill: COLOURS.on }) : off;
}

function levelKey(y: number): string {
  return LEVEL_NAMES.slice(1)
    .map((name, i) => {
      const x = PANEL.left + i * 140;
      return rect({ x, y: y - 10, width: 12, height: 12 }, LEVEL_FILLS[i + 1] ?? "none") + text(x + 18, y, name);
    })
    .join("");
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function rect({ x, y, width, height }: Box, fill: string): string {
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height}" fill="${fill}"/>`;
}

function text(
  x: number,
  y: number,
  content: string,
  style: { size?: number; fill?: string; anchor?: string } = {},
): string {
  const { size = 12, fill = COLOURS.text, anchor = "start" } = style;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${content}</text>`;
}
