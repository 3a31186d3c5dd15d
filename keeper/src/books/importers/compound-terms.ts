import { intToBig } from "../../units.js";
import { defaultDecimals, defaultDriver } from "../asset-defaults.js";
import type { BookAsset } from "../book.js";
import { formatDecimal } from "../decimal.js";
import { ONE, type CompoundRow, type CompoundToken } from "./compound-rows.js";
import { INCENTIVE_BONUS_BPS, LEGACY_WBTC, MARKETS, type CompoundMarket } from "./compound-v2-markets.js";

/** A market, and what the accounts tell of it. */
export interface MarketTerms extends CompoundMarket {
  readonly decimals: number;
  /** ETH per unit of the underlying, scaled by {@link ONE}. */
  readonly price: bigint;
  /** ETH that one cToken lets its owner borrow: exchange rate, price and collateral factor in one. Scaled likewise. */
  readonly limitPerToken: bigint;
}

/** Markets by cToken. */
export type CompoundTerms = ReadonlyMap<string, MarketTerms>;

/**
 * Work out every market's terms from accounts whose total is of one balance alone: what a cToken counts for from the
 * largest of them, the price from the debtor with the least interest, who touched his debt last. That price is at most too
 * high, by his interest.
 */
export function readTerms(rows: readonly CompoundRow[]): CompoundTerms {
  const limits = new Map<string, { readonly supplied: bigint; readonly perToken: bigint }>();
  const prices = new Map<string, bigint>();
  for (const { tokens, collateral, debt } of rows) {
    const held = only(tokens, ({ supplied }) => supplied !== 0n);
    if (held !== undefined && held.supplied > (limits.get(held.market)?.supplied ?? 0n)) {
      limits.set(held.market, { supplied: held.supplied, perToken: (collateral * ONE) / held.supplied });
    }
    const owed = only(tokens, ({ borrowed }) => borrowed !== 0n);
    if (owed === undefined) continue;
    const price = (debt * ONE) / owed.borrowed;
    const known = prices.get(owed.market);
    if (known === undefined || price < known) prices.set(owed.market, price);
  }
  const termsOf = ([market, known]: readonly [string, CompoundMarket]): [string, MarketTerms] => {
    const price = known.symbol === "WETH" ? ONE : (prices.get(market) ?? 0n);
    const limitPerToken = limits.get(market)?.perToken ?? 0n;
    return [market, { ...known, decimals: defaultDecimals(known.symbol), price, limitPerToken }];
  };
  return new Map(Object.entries(MARKETS).map(termsOf));
}

/** The assets that the markets are in, ascending by symbol; none where no account tells a price. */
export function compoundAssets(terms: CompoundTerms): BookAsset[] {
  const assets = [...terms].flatMap(([market, { symbol, decimals, price, factorBps }]): BookAsset[] => {
    if (market === LEGACY_WBTC || price === 0n) return [];
    const secures = { ltvBps: factorBps, liquidationThresholdBps: factorBps };
    const bonus = { liquidationBonusBps: factorBps === 0 ? 0 : INCENTIVE_BONUS_BPS };
    // SAI was shut down at a fixed amount of ETH.
    const follows = symbol === "SAI" ? "ETH" : defaultDriver(symbol);
    return [{ symbol, decimals, price: formatDecimal(toWei(price), 18), ...secures, ...bonus, follows }];
  });
  return assets.sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

/** Where the asset of a market is worth what: the legacy market of WBTC goes by the price of the present one. */
export function assetPrice(terms: CompoundTerms, symbol: string): bigint {
  for (const [market, { symbol: other, price }] of terms) if (other === symbol && market !== LEGACY_WBTC) return price;
  throw new RangeError(`saw symbol ${symbol}, expected that of a market: add it to compound-v2-markets.ts`);
}

/** From {@link ONE} to 18 decimals, to nearest. */
export function toWei(scaled: bigint): bigint {
  const unit = ONE / 10n ** intToBig(18);
  return scaled < 0n ? -toWei(-scaled) : (scaled + unit / 2n) / unit;
}

/** The one token that a test holds for, if it is one. */
function only(tokens: readonly CompoundToken[], test: (token: CompoundToken) => boolean): CompoundToken | undefined {
  const found = tokens.filter(test);
  return found.length === 1 ? found[0] : undefined;
}
