/** Two pictures of a book, as SVG. The same findings give the same bytes. */

const SIZE = { width: 720, height: 300 } as const;
const MARGIN = { left: 72, right: 20, top: 44, bottom: 46 } as const;
const COLOURS = { line: "#1f6fb2", second: "#c0392b", text: "#333", grid: "#bbb" } as const;

/** One axis: where a value lies, and its ticks. */
interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly (readonly [value: number, label: string])[];
}

/** A quantity over the ladder. */
export interface LadderPoint {
  readonly stepFrac: number;
  readonly leverageX: number;
}

/** M(s) and rho_eff over the ladder, one panel above the other. */
export function ladderPlot(title: string, ladder: readonly LadderPoint[]): string {
  const height = 2 * SIZE.height - MARGIN.top;
  const last = ladder.at(-1)?.stepFrac ?? 1;
  const x = horizontal(
    0,
    last,
    ladder.filter(isLabelled).map(({ stepFrac }) => [stepFrac, percent(stepFrac)]),
  );
  const rho = ladder.map(({ leverageX }) => Math.max(0, 1 - 1 / leverageX));
  const most = Math.max(...ladder.map(({ leverageX }) => leverageX));
  const leverage = vertical(0, 1, 1 + 4 * stepFor(most - 1), (value) => `${value.toFixed(2)}x`);
  const share = vertical(SIZE.height - MARGIN.top, 0, 1, percent);
  const draw = (y: Axis, values: readonly number[], colour: string): string =>
    curve(
      ladder.map(({ stepFrac }, i) => [x.at(stepFrac), y.at(values[i]!)]),
      colour,
    );
  return picture(title, height, [
    ...frame(x, leverage, "leverage M(s): full loss over first-round loss"),
    draw(
      leverage,
      ladder.map(({ leverageX }) => leverageX),
      COLOURS.line,
    ),
    ...frame(x, share, "share of the loss that the system makes itself"),
    draw(share, rho, COLOURS.second),
    label(MARGIN.left + inner() / 2, height - 8, "drop of ETH on the ladder; other assets by tail beta", "middle"),
  ]);
}

/** A round distance between ticks, four of which reach `most`. */
function stepFor(most: number): number {
  let step = 0.125;
  while (4 * step < most) step *= 2;
  return step;
}

/** Lowest share that the axis shows: one in a million. */
const FLOOR_EXPONENT = -6;

/** Share of the debt that is repaid, all scenarios from the worst, on a logarithmic axis; with the 99 % quantile. */
export function distributionPlot(title: string, shares: Float64Array, quantile: number): string {
  const worstFirst = shares.toSorted().reverse();
  const count = worstFirst.length;
  const x = horizontal(
    1,
    count,
    [1, 50, 100, 150, count].filter((n) => n <= count).map((n) => [n, String(n)]),
  );
  const decades = Array.from({ length: 1 - FLOOR_EXPONENT }, (_, i) => FLOOR_EXPONENT + i);
  const span = SIZE.height - MARGIN.top - MARGIN.bottom;
  const y: Axis = {
    at: (share) => MARGIN.top + span * (Math.min(0, Math.max(FLOOR_EXPONENT, Math.log10(share))) / FLOOR_EXPONENT),
    ticks: decades.map((exponent) => [10 ** exponent, `${Number((100 * 10 ** exponent).toPrecision(1))} %`]),
  };
  const dots = [...worstFirst].map((share, i) => dot(x.at(i + 1), y.at(share), share > 0));
  const mark = y.at(quantile).toFixed(1);
  return picture(title, SIZE.height, [
    ...frame(x, y, "debt that liquidators repay within a day, share of all"),
    `<line x1="${MARGIN.left}" x2="${SIZE.width - MARGIN.right}" y1="${mark}" y2="${mark}" stroke="${COLOURS.second}" stroke-dasharray="4 3"/>`,
    label(SIZE.width - MARGIN.right - 4, y.at(quantile) + 14, `99 % quantile: ${percent(quantile, 2)}`, "end"),
    ...dots,
    label(MARGIN.left + inner() / 2, SIZE.height - 8, "scenarios, worst first; hollow: nobody is liquidated", "middle"),
  ]);
}

/** Labels of small steps would touch each other. */
function isLabelled({ stepFrac }: LadderPoint): boolean {
  return stepFrac === 0.01 || stepFrac >= 0.03;
}

function percent(share: number, decimals = 1): string {
  return `${Number((100 * share).toFixed(decimals))} %`;
}

function inner(): number {
  return SIZE.width - MARGIN.left - MARGIN.right;
}

function horizontal(from: number, to: number, ticks: Axis["ticks"]): Axis {
  return { at: (value) => MARGIN.left + (inner() * (value - from)) / Math.max(1e-12, to - from), ticks };
}

/** Five ticks between `from` and `to`, in the panel that begins at `top`. */
function vertical(top: number, from: number, to: number, name: (value: number) => string): Axis {
  const span = SIZE.height - MARGIN.top - MARGIN.bottom;
  const values = Array.from({ length: 5 }, (_, i) => from + ((to - from) * i) / 4);
  return {
    at: (value) => top + MARGIN.top + span * (1 - (value - from) / (to - from)),
    ticks: values.map((value) => [value, name(value)]),
  };
}

function frame(x: Axis, y: Axis, caption: string): string[] {
  const ends = y.ticks.map(([value]) => y.at(value));
  const [top, bottom] = [Math.min(...ends), Math.max(...ends)];
  return [
    label(MARGIN.left, top - 8, caption),
    ...y.ticks.flatMap(([value, name]) => [
      `<line x1="${MARGIN.left}" x2="${SIZE.width - MARGIN.right}" y1="${y.at(value).toFixed(1)}" y2="${y.at(value).toFixed(1)}" stroke="${COLOURS.grid}" stroke-width="0.5"/>`,
      label(MARGIN.left - 6, y.at(value) + 4, name, "end"),
    ]),
    ...x.ticks.map(([value, name]) => label(x.at(value), bottom + 15, name, "middle")),
  ];
}

function curve(points: readonly (readonly [number, number])[], colour: string): string {
  const path = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const marks = points.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${colour}"/>`);
  return [`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.6"/>`, ...marks].join("\n");
}

function dot(x: number, y: number, filled: boolean): string {
  const fill = filled ? COLOURS.line : "#fff";
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.2" fill="${fill}" stroke="${COLOURS.line}" stroke-width="0.8"/>`;
}

function picture(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${SIZE.width}" height="${height}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="18" font-size="14" fill="${COLOURS.text}">${title}</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

type Anchor = "start" | "middle" | "end";

function label(x: number, y: number, content: string, anchor: Anchor = "start"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${COLOURS.text}" text-anchor="${anchor}">${content}</text>`;
}
