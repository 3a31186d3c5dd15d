import { type Bps, fracToBpsNearest } from "../units.js";
import { defaultBonusBps, defaultDecimals, defaultDriver, defaultLtvBps, maxBonusBps } from "./asset-defaults.js";
import { BASE_DECIMALS, type BaseCurrency, type BookAsset } from "./book.js";
import { formatDecimal, parseDecimalNearest } from "./decimal.js";
import { BookMalformed } from "./errors.js";
import type { HeaderAsset } from "./parse-book.js";

/** What a book says about each asset, gathered line by line; the same everywhere, or the book is refused. */
export interface AssetTable {
  readonly file: string;
  readonly base: BaseCurrency;
  readonly header: Readonly<Record<string, HeaderAsset>>;
  readonly seen: Map<string, Sighting>;
}

interface Sighting {
  readonly price: bigint;
  readonly priceLine: number;
  thresholdBps?: Bps;
  thresholdLine: number;
}

export interface AssetMention {
  readonly symbol: string;
  readonly price: string;
  readonly line: number;
  /** Left out on the debt side. */
  readonly thresholdBps?: Bps;
}

export function createAssetTable(file: string, base: BaseCurrency, header: Record<string, HeaderAsset>): AssetTable {
  return { file, base, header, seen: new Map() };
}

/**
 * Note what one line says about an asset; returns its decimals.
 *
 * **Throws** {@link BookMalformed} where it contradicts an earlier line.
 */
export function noteAsset(table: AssetTable, mention: AssetMention): number {
  const { symbol, line, thresholdBps } = mention;
  const price = parseDecimalNearest(mention.price, BASE_DECIMALS[table.base]);
  const known = table.seen.get(symbol);
  if (price === 0n) refuse(table, line, `${symbol} at ${mention.price}`, "a price above zero");
  if (known === undefined) {
    table.seen.set(symbol, {
      price,
      priceLine: line,
      thresholdLine: line,
      ...(thresholdBps === undefined ? {} : { thresholdBps }),
    });
  } else {
    if (known.price !== price) {
      const before = formatDecimal(known.price, BASE_DECIMALS[table.base]);
      refuse(
        table,
        line,
        `${symbol} at ${mention.price}`,
        `one price for the asset (${before} on line ${known.priceLine})`,
      );
    }
    noteThreshold(table, known, mention);
  }
  return table.header[symbol]?.decimals ?? defaultDecimals(symbol);
}

function noteThreshold(table: AssetTable, known: Sighting, { symbol, thresholdBps, line }: AssetMention): void {
  if (thresholdBps === undefined) return;
  if (known.thresholdBps !== undefined && known.thresholdBps !== thresholdBps) {
    const before = `${known.thresholdBps / 10_000} on line ${known.thresholdLine}`;
    refuse(table, line, `${symbol} with threshold ${thresholdBps / 10_000}`, `one threshold for the asset (${before})`);
  }
  if (known.thresholdBps === undefined) known.thresholdLine = line;
  known.thresholdBps = thresholdBps;
}

/** List the assets, ascending by symbol. Throws {@link BookMalformed} for parameters that no lending pool accepts. */
export function assetsOf(table: AssetTable): BookAsset[] {
  const symbols = [...table.seen.keys()].sort();
  return symbols.map((symbol) => assetOf(table, symbol));
}

function assetOf(table: AssetTable, symbol: string): BookAsset {
  const stated = table.header[symbol] ?? {};
  const seen = table.seen.get(symbol);
  const thresholdBps = seen?.thresholdBps ?? 0;
  const ltvBps = stated.ltv === undefined ? defaultLtvBps(thresholdBps) : fracToBpsNearest(stated.ltv);
  const bonusBps = stated.bonus === undefined ? defaultBonusBps(thresholdBps) : fracToBpsNearest(stated.bonus);
  if (ltvBps > thresholdBps) {
    refuse(table, 1, `${symbol} with ltv ${ltvBps / 10_000}`, `at most its threshold, ${thresholdBps / 10_000}`);
  }
  if (thresholdBps > 0 && bonusBps > maxBonusBps(thresholdBps)) {
    refuse(table, 1, `${symbol} with bonus ${bonusBps / 10_000}`, "threshold * (1 + bonus) within 1");
  }
  return {
    symbol,
    decimals: stated.decimals ?? defaultDecimals(symbol),
    price: formatDecimal(seen?.price ?? 0n, BASE_DECIMALS[table.base]),
    ltvBps,
    liquidationThresholdBps: thresholdBps,
    liquidationBonusBps: bonusBps,
    follows: stated.follows ?? defaultDriver(symbol),
  };
}

function refuse({ file }: AssetTable, line: number, seen: string, expected: string): never {
  throw new BookMalformed(file, line, { seen, expected });
}
