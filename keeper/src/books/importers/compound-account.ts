import { fromUnits, intToBig } from "../../units.js";
import type { BookAccount, BookAmount, Remainder } from "../book.js";
import { addressOf } from "../parse-book.js";
import { ONE, SCALE, type CompoundRow, type CompoundToken } from "./compound-rows.js";
import { assetPrice, toWei, type CompoundTerms, type MarketTerms } from "./compound-terms.js";
import { LEGACY_WBTC, placedFactorBps } from "./compound-v2-markets.js";
import { sourceError } from "./source-row.js";

/**
 * One account of the Compound v2 file: balances as stored, and two totals that the subgraph worked out at one moment,
 * interest included. Amounts are made such that both totals, and with them the health factor, are the file's.
 */

/** Totals are sums of products of the file's own numbers: one that differs by more is not theirs. */
const NOISE_PER = 10n ** 9n;
const BPS = 10_000n;
/** Underlying per cToken on a market's first day: no market has ever been below it. */
const [LEAST_RATE, LEAST_RATE_PER] = [2n, 100n];

/** What became of one account; `account` is null where it holds nothing that secures anything. */
export interface ImportedAccount {
  readonly account: BookAccount | null;
  readonly remainders: readonly Remainder[];
}

/** A row's tokens with the terms of their markets. */
interface Holding extends CompoundToken {
  readonly terms: MarketTerms;
  /** What it lets its owner borrow, in ETH: exact, whatever price and exchange rate are apart. */
  readonly limit: bigint;
  /** What is owed as stored, in ETH. */
  readonly stored: bigint;
}

/** Import one account. Throws `BookSourceMalformed` where its balances do not make its total. */
export function importCompoundAccount(row: CompoundRow, terms: CompoundTerms): ImportedAccount {
  const holdings = row.tokens.map((token) => holdingOf(row, token, terms));
  const limit = total(holdings.map((holding) => holding.limit));
  if (size(limit - row.collateral) > size(row.collateral) / NOISE_PER + ONE / NOISE_PER) {
    throw sourceError(row, `a collateral total of ${row.collateral}`, `the ${limit} that its balances come to`);
  }
  const placed = (symbol: string) => assetPrice(terms, symbol);
  const note = noteFor(row.id);
  if (holdings.some(({ supplied }) => supplied < 0n)) {
    return { account: null, remainders: [note("collateral", "negative", limit, 0n)] };
  }
  const supplied = holdings.filter((holding) => holding.supplied > 0n);
  const collateral = collect(
    supplied.map((holding) => [holding.terms, pledged(holding), placed(holding.terms.symbol)]),
  );
  const { debt, interest } = debtOf(row, holdings, placed);
  const remainders = [
    ...supplied.flatMap((holding) => collateralNote(note, holding)),
    ...(debt.length > 0 && collateral.length > 0 ? [note("debt", "accrued", interest, interest)] : []),
  ];
  if (collateral.length > 0) {
    const healthFactor = fromUnits(row.collateral, SCALE) / fromUnits(row.debt, SCALE);
    const account = { id: row.id, account: addressOf(row.id), collateral, debt };
    return { account: debt.length > 0 ? { ...account, healthFactor } : account, remainders };
  }
  if (debt.length === 0) return { account: null, remainders };
  return { account: null, remainders: [...remainders, note("debt", "unbacked", row.debt, 0n)] };
}

function holdingOf(row: CompoundRow, token: CompoundToken, terms: CompoundTerms): Holding {
  const market = terms.get(token.market);
  if (market === undefined) throw sourceError(row, `cToken ${token.market}`, "one of compound-v2-markets.ts");
  const unpriced = assetPrice(terms, market.symbol) === 0n || (token.borrowed > 0n && market.price === 0n);
  if (unpriced && (token.borrowed > 0n || (token.supplied > 0n && market.factorBps > 0))) {
    throw sourceError(row, `${market.symbol} without a price`, "some account that owes nothing else, to tell it from");
  }
  const limit = (token.supplied * market.limitPerToken) / ONE;
  return { ...token, terms: market, limit, stored: (token.borrowed * market.price) / ONE };
}

/** Value of what is supplied where it secures something: of legacy WBTC as much as has the same limit today. */
function pledged({ terms: { symbol, factorBps }, limit }: Holding): bigint {
  return factorBps === 0 ? 0n : (limit * BPS) / intToBig(placedFactorBps(symbol));
}

/** Debts as stored, and on top, in proportion, the interest since they were last touched. */
function debtOf(
  row: CompoundRow,
  holdings: readonly Holding[],
  placed: (symbol: string) => bigint,
): { debt: BookAmount[]; interest: bigint } {
  const stored = total(holdings.map((holding) => holding.stored));
  const owed = holdings.filter((holding) => holding.stored > 0n);
  const accrued = (holding: Holding): bigint => (holding.stored * row.debt) / stored;
  const debt = collect(owed.map((holding) => [holding.terms, accrued(holding), placed(holding.terms.symbol)]));
  return { debt, interest: row.debt - stored };
}

type Note = (
  side: Remainder["side"],
  handling: Remainder["handling"],
  fileValue: bigint,
  placedValue: bigint,
) => Remainder;

function noteFor(id: string): Note {
  return (side, handling, fileValue, placedValue) => ({
    id,
    side,
    handling,
    fileValue: toWei(fileValue),
    placedValue: toWei(placedValue),
  });
}

/** What secures nothing, at the least that it can be worth; and what was moved to the present market of WBTC. */
function collateralNote(note: Note, holding: Holding): Remainder[] {
  const { market, supplied, limit } = holding;
  const { factorBps, price } = holding.terms;
  if (factorBps === 0) {
    const least = (((supplied * price) / ONE) * LEAST_RATE) / LEAST_RATE_PER;
    return [note("collateral", "not-collateral", -least, 0n)];
  }
  return market === LEGACY_WBTC
    ? [note("collateral", "legacy", (limit * BPS) / intToBig(factorBps), pledged(holding))]
    : [];
}

/** Values in ETH as amounts, one a symbol, those above zero. */
function collect(values: readonly (readonly [MarketTerms, value: bigint, price: bigint])[]): BookAmount[] {
  const units = new Map<string, bigint>();
  for (const [{ symbol, decimals }, value, price] of values) {
    if (value === 0n) continue;
    units.set(symbol, (units.get(symbol) ?? 0n) + (value * 10n ** intToBig(decimals) + price / 2n) / price);
  }
  return [...units].flatMap(([symbol, sum]) => (sum > 0n ? [{ symbol, units: sum }] : []));
}

function total(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n);
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}
