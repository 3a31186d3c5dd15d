import { join } from "node:path";
import { formatDecimal } from "../decimal.js";
import type { BookImporter } from "../importer.js";
import { importCompoundAccount } from "./compound-account.js";
import { ONE, readCompoundRows } from "./compound-rows.js";
import { assetPrice, compoundAssets, readTerms } from "./compound-terms.js";

/**
 * Every account that had ever borrowed from Compound v2 by May 2023, as its subgraph told. Recorded by
 * rtuchman/compound-risk-optimization @f7b808af0d3b; read in place, see PROVENANCE.md. The prices beside it end in March
 * and are not used: those of the book are in the accounts' totals.
 */

const ACCOUNTS = "accounts.jsonl.gz";
/** Decimals of a Chainlink USD feed. */
const USD_DECIMALS = 8;

export const compoundV2202305: BookImporter = {
  name: "compound-v2-2023-05",
  files: [ACCOUNTS, "prices.json.gz"],
  read: (folder) => {
    const rows = readCompoundRows(join(folder, ACCOUNTS), ACCOUNTS);
    const terms = readTerms(rows);
    const imported = rows.map((row) => importCompoundAccount(row, terms));
    const accounts = imported.flatMap(({ account }) => (account === null ? [] : [account]));
    const closed = imported.filter(({ account, remainders }) => account === null && remainders.length === 0).length;
    return {
      name: compoundV2202305.name,
      base: "ETH",
      ethUsd: formatDecimal((ONE * 10n ** 8n) / assetPrice(terms, "USDC"), USD_DECIMALS),
      source:
        `Compound v2 accounts of May 2023 (github.com/rtuchman/compound-risk-optimization @f7b808af0d3b): ` +
        `${rows.length} that ever borrowed, of which ${closed} neither held nor owed a raw unit`,
      assets: compoundAssets(terms),
      accounts,
      remainders: imported.flatMap(({ remainders }) => remainders),
    };
  },
};
