/** How the page writes numbers and tables. */

const SCALES = [
  [1e9, "bn"],
  [1e6, "m"],
  [1e3, "k"],
] as const;

/** An amount in USD with three digits, e.g. `$27.4m`. */
export function usd(amount: number): string {
  if (!Number.isFinite(amount)) return Number.isNaN(amount) ? "unknown" : "no limit";
  const size = Math.abs(amount);
  const [unit, suffix] = SCALES.find(([least]) => size >= least * 0.9995) ?? [1, ""];
  const scaled = size / unit;
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(scaled, 1))));
  return `${amount < 0 ? "-" : ""}$${scaled.toFixed(digits)}${suffix}`;
}

/** A share as a percentage. */
export function percent(share: number, decimals = 1): string {
  return Number.isNaN(share) ? "unknown" : `${(100 * share).toFixed(decimals)} %`;
}

/** A multiple, e.g. `1.97x`. */
export function multiple(value: number, decimals = 2): string {
  return Number.isFinite(value) ? `${value.toFixed(decimals)}x` : "unknown";
}

/** Thousands apart. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** An address that can be told from others but not looked up by copying. */
export function shortened(address: string): string {
  return `\`${address.slice(0, 6)}…${address.slice(-4)}\``;
}

/** A Markdown table; numbers are right-aligned, that is every column but the first `left`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i < left ? "---" : "--:"))), ...rows.map(line)].join("\n");
}
