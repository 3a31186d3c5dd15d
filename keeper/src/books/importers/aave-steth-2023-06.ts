import { join } from "node:path";
import type { Book, BookAccount, BookAsset, Remainder } from "../book.js";
import { formatDecimal, parseDecimalDown, parseDecimalNearest } from "../decimal.js";
import type { BookImporter } from "../importer.js";
import { fracToBpsNearest } from "../../units.js";
import * as v2 from "./aave-v2-2023-06.js";
import { type CsvRow, readCsvGz } from "./csv.js";
import { importAccount } from "./steth-account.js";
import { field, type SourceRow, sourceError } from "./source-row.js";

/**
 * Borrowers of Aave v2 with stETH as collateral, June 2023: every account of `b1` (against ETH) and of `b21` (against
 * stablecoins). Recorded by gregshestakovlido/aave-liquidations-model @a1f384cdb230; read in place, see PROVENANCE.md.
 */

const ETH_DEBT = "b1.csv.gz";
const STABLECOIN_DEBT = "b21_debt_stables.csv.gz";
const ONE_SQUARED = 10n ** 36n;
/** Decimals kept of USD per ETH: those of a Chainlink USD feed. */
const USD_FEED_SCALE = 10n ** 10n;

export const aaveSteth202306: BookImporter = {
  name: "aave-steth-2023-06",
  files: [ETH_DEBT, STABLECOIN_DEBT],
  read: (folder) => {
    const rows = [ETH_DEBT, STABLECOIN_DEBT].flatMap((file) => sourceRows(readCsvGz(join(folder, file)), file));
    const assets = readAssets(rows);
    const imported = rows.map((row) => importAccount(row, assets));
    return bookOf(assets, {
      accounts: imported.map(({ account }) => account),
      remainders: imported.flatMap(({ remainders }) => remainders),
    });
  },
};

function bookOf(assets: ReadonlyMap<string, BookAsset>, content: BookContent): Book {
  const usdc = parseDecimalDown(assets.get("USDC")?.price ?? "1", 18);
  return {
    name: aaveSteth202306.name,
    base: "ETH",
    ethUsd: formatDecimal(ONE_SQUARED / usdc / USD_FEED_SCALE, 8),
    source: "Aave v2 stETH borrowers of June 2023 (github.com/gregshestakovlido/aave-liquidations-model @a1f384cdb230)",
    path: "2022-06-steth",
    assets: [...assets.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    ...content,
  };
}

interface BookContent {
  readonly accounts: readonly BookAccount[];
  readonly remainders: readonly Remainder[];
}

function sourceRows(rows: readonly CsvRow[], file: string): SourceRow[] {
  return rows.map((fields, i) => ({ file, number: i + 2, fields }));
}

function readAssets(rows: readonly SourceRow[]): ReadonlyMap<string, BookAsset> {
  const stables = rows.filter(({ file }) => file === STABLECOIN_DEBT);
  const assets = v2.STABLECOINS.map((symbol) => stablecoin(symbol, stables));
  return new Map([...assets, stakedEther(rows), v2.WETH_ASSET, v2.REST_ASSET].map((asset) => [asset.symbol, asset]));
}

/** stETH's price is the same in every row; the ratio of the sums has the most digits. */
function stakedEther(rows: readonly SourceRow[]): BookAsset {
  const sum = (column: string): bigint =>
    rows.reduce((total, row) => total + parseDecimalNearest(field(row, column), 18), 0n);
  return v2.stethAsset(formatDecimal((sum("collateral_steth_calc") * 10n ** 18n) / sum("amount"), 18));
}

function stablecoin(symbol: string, rows: readonly SourceRow[]): BookAsset {
  const column = symbol.toLowerCase();
  const stated = (row: SourceRow): string[] =>
    ["price", "decimals", "threshold"].map((key) => field(row, `${column}_${key}`));
  const [first] = rows;
  const [price = "0", decimals = "0", threshold = "0"] = first === undefined ? [] : stated(first);
  for (const row of rows) {
    const seen = stated(row).join(", ");
    if (seen !== [price, decimals, threshold].join(", ")) {
      throw sourceError(row, `${symbol} with price, decimals, threshold ${seen}`, "those of the first row");
    }
  }
  return v2.stablecoinAsset(symbol, {
    decimals: Number.parseInt(decimals, 10),
    price: formatDecimal(parseDecimalDown(price, 0), 18),
    thresholdBps: fracToBpsNearest(Number.parseFloat(threshold)),
  });
}
