import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { isDecimal, parseDecimalNearest } from "../decimal.js";
import { sourceError, type SourceRow } from "./source-row.js";

/** Decimals kept of what the file states: it is sixteen significant digits, of amounts down to 1e-20. */
export const SCALE = 36;
export const ONE = 10n ** 36n;

/** One account as the file has it. Amounts and totals scaled by {@link ONE}, totals in ETH. */
export interface CompoundRow extends Pick<SourceRow, "file" | "number"> {
  readonly id: string;
  /** Weighted with collateral factors: what the account may owe. */
  readonly collateral: bigint;
  readonly debt: bigint;
  readonly tokens: readonly CompoundToken[];
}

export interface CompoundToken {
  /** The cToken, lower case. */
  readonly market: string;
  /** cTokens; below zero where the file is wrong. */
  readonly supplied: bigint;
  /** Underlying, with interest up to when the account last touched it. */
  readonly borrowed: bigint;
}

const number = z.string().refine((text) => isDecimal(text.replace(/^-/, "")));
const line = z.object({
  id: z.string().min(1),
  totalBorrowValueInEth: number,
  totalCollateralValueInEth: number,
  tokens: z.array(z.object({ id: z.string().min(42), cTokenBalance: number, storedBorrowBalance: number })),
});

/** Read the file's lines. Throws `BookSourceMalformed` for one that is not an account. */
export function readCompoundRows(path: string, file: string): CompoundRow[] {
  const text = gunzipSync(readFileSync(path)).toString("utf8").trimEnd();
  return text.split("\n").map((json, i) => rowOf(json, { file, number: i + 1, fields: new Map() }));
}

function rowOf(json: string, at: SourceRow): CompoundRow {
  const parsed = line.safeParse(jsonOf(json));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw sourceError(at, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, "an account with decimal strings");
  }
  const { id, totalBorrowValueInEth, totalCollateralValueInEth, tokens } = parsed.data;
  return {
    file: at.file,
    number: at.number,
    id,
    collateral: scaled(totalCollateralValueInEth),
    debt: scaled(totalBorrowValueInEth),
    tokens: tokens.map((token) => ({
      market: token.id.slice(0, token.id.indexOf("-")).toLowerCase(),
      supplied: scaled(token.cTokenBalance),
      borrowed: scaled(token.storedBorrowBalance),
    })),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function scaled(text: string): bigint {
  return text.startsWith("-") ? -parseDecimalNearest(text.slice(1), SCALE) : parseDecimalNearest(text, SCALE);
}
