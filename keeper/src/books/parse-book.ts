import { z } from "zod";
import { type Bps, fracToBpsNearest } from "../units.js";
import type { Book, BookAccount, BookAmount } from "./book.js";
import { assetsOf, createAssetTable, type AssetTable, noteAsset } from "./book-assets.js";
import { isDecimal, parseDecimalDown, parseDecimalUp } from "./decimal.js";
import { BookMalformed } from "./errors.js";
import { namedAddress } from "./named-address.js";

/** Read a book: one JSON object a line, an optional header first. docs/books.md describes it. */

const MAX_SHOWN = 60;

const decimal = z
  .union([z.string(), z.number().nonnegative().transform(String)])
  .refine(isDecimal, { error: "a decimal number >= 0, as a string or a JSON number" });
const fraction = z.number().min(0).max(1);
const symbol = z.string().regex(/^\S+$/, { error: "a symbol without spaces" });

const headerAsset = z.strictObject({
  decimals: z.number().int().min(0).max(36).optional(),
  ltv: fraction.optional(),
  bonus: fraction.optional(),
  follows: z.enum(["USD", "ETH", "stETH"]).optional(),
});

const headerSchema = z.strictObject({
  book: z.literal("bulkhead/book/1"),
  name: z.string().min(1).optional(),
  base: z.enum(["USD", "ETH"]).optional(),
  ethUsd: decimal.optional(),
  source: z.string().optional(),
  path: z.string().optional(),
  assets: z.record(symbol, headerAsset).optional(),
});

const debtSchema = z.strictObject({ asset: symbol, amount: decimal, price: decimal });
const collateralSchema = z.strictObject({ asset: symbol, amount: decimal, price: decimal, threshold: fraction });

const accountSchema = z.strictObject({
  id: z.string().min(1),
  collateral: z.array(collateralSchema).min(1),
  debt: z.array(debtSchema),
  healthFactor: z.number().positive().optional(),
});

export type HeaderAsset = z.infer<typeof headerAsset>;
type Header = z.infer<typeof headerSchema>;
type AccountLine = z.infer<typeof accountSchema>;

interface Line {
  readonly number: number;
  readonly value: unknown;
}

interface Reading {
  readonly file: string;
  readonly table: AssetTable;
}

/**
 * Parse the text of a book file; `file` names it in errors.
 *
 * **Units.** Collateral rounds down to raw units, debt up, prices to the nearest unit of the base currency.
 *
 * **Throws** {@link BookMalformed}.
 */
export function parseBook(text: string, file: string): Book {
  const lines = jsonLines(text, file);
  const header = readHeader(lines[0], file);
  const base = header?.base ?? "USD";
  if (base === "ETH" && header?.ethUsd === undefined) {
    throw new BookMalformed(file, 1, {
      seen: "base ETH without ethUsd",
      expected: "USD per ETH as ethUsd in the header",
    });
  }
  const reading = { file, table: createAssetTable(file, base, header?.assets ?? {}) };
  const body = header === undefined ? lines : lines.slice(1);
  if (body.length === 0) throw new BookMalformed(file, 1, { seen: "no account", expected: "one account a line" });
  const accounts = readAccounts(body, reading);
  return {
    name: header?.name ?? file,
    base,
    source: header?.source ?? file,
    assets: assetsOf(reading.table),
    accounts,
    remainders: [],
    ...(header?.ethUsd === undefined ? {} : { ethUsd: header.ethUsd }),
    ...(header?.path === undefined ? {} : { path: header.path }),
  };
}

function jsonLines(text: string, file: string): Line[] {
  return text
    .split("\n")
    .flatMap((raw, i) => (raw.trim() === "" ? [] : [{ number: i + 1, value: json(raw, file, i + 1) }]));
}

function json(raw: string, file: string, line: number): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new BookMalformed(file, line, { seen: shown(raw), expected: "one JSON object" });
  }
}

function readHeader(line: Line | undefined, file: string): Header | undefined {
  const isHeader = typeof line?.value === "object" && line.value !== null && "book" in line.value;
  return isHeader ? check(headerSchema, line, file) : undefined;
}

function readAccounts(lines: readonly Line[], reading: Reading): BookAccount[] {
  const seenOn = new Map<string, number>();
  return lines.map((line) => {
    const entry = check(accountSchema, line, reading.file);
    const account = addressOf(entry.id);
    const earlier = seenOn.get(account);
    if (earlier !== undefined) {
      const problem = { seen: `id ${entry.id} again (first on line ${earlier})`, expected: "each account once" };
      throw new BookMalformed(reading.file, line.number, problem);
    }
    seenOn.set(account, line.number);
    return {
      id: entry.id,
      account,
      collateral: readSide(entry.collateral, line.number, reading),
      debt: readSide(entry.debt, line.number, reading),
      ...(entry.healthFactor === undefined ? {} : { healthFactor: entry.healthFactor }),
    };
  });
}

function readSide(
  entries: AccountLine["collateral"] | AccountLine["debt"],
  line: number,
  { file, table }: Reading,
): BookAmount[] {
  const symbols = new Set<string>();
  return entries.map((entry) => {
    const { asset, amount, price } = entry;
    if (symbols.has(asset))
      throw new BookMalformed(file, line, { seen: `${asset} twice on one side`, expected: "its sum" });
    symbols.add(asset);
    const threshold = "threshold" in entry ? { thresholdBps: thresholdBps(entry.threshold, file, line) } : {};
    const decimals = noteAsset(table, { symbol: asset, price, line, ...threshold });
    const units = "threshold" in entry ? parseDecimalDown(amount, decimals) : parseDecimalUp(amount, decimals);
    if (units === 0n)
      throw new BookMalformed(file, line, { seen: `${amount} ${asset}`, expected: "at least one unit" });
    return { symbol: asset, units };
  });
}

function thresholdBps(threshold: number, file: string, line: number): Bps {
  const bps = fracToBpsNearest(threshold);
  if (Math.abs(threshold * 10_000 - bps) < 1e-6) return bps;
  throw new BookMalformed(file, line, { seen: `threshold ${threshold}`, expected: "whole basis points, e.g. 0.83" });
}

/** The id where it is an address; otherwise the last 20 bytes of `keccak256("bulkhead/book/" + id)`. */
export function addressOf(id: string): BookAccount["account"] {
  const isAddress = (text: string): text is `0x${string}` => /^0x[0-9a-f]{40}$/.test(text);
  const lower = id.toLowerCase();
  return isAddress(lower) ? lower : namedAddress(`bulkhead/book/${id}`);
}

function check<T>(schema: z.ZodType<T>, line: Line, file: string): T {
  const result = schema.safeParse(line.value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const at = path.length === 0 ? "" : `${path.join(".")} = `;
  throw new BookMalformed(file, line.number, {
    seen: at + shown(JSON.stringify(valueAt(line.value, path)) ?? "nothing"),
    expected: issue?.message ?? "another shape",
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" ? Reflect.get(inner ?? {}, key) : undefined),
    value,
  );
}

function shown(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}
