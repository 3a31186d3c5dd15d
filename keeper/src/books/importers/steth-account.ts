import { intToBig } from "../../units.js";
import { type BookAccount, type BookAmount, type BookAsset, type Remainder, valueOf } from "../book.js";
import { parseDecimalDown, parseDecimalNearest } from "../decimal.js";
import { addressOf } from "../parse-book.js";
import { COLLATERAL_STABLECOINS, REST, REST_THRESHOLD_BPS, STABLECOINS } from "./aave-v2-2023-06.js";
import { fitRest } from "./place-remainder.js";
import { field, type SourceRow, sourceError } from "./source-row.js";

/**
 * One row of the stETH files: totals as the protocol reported them (`collateral`, `debt`, `threshold`, `healthf`), and the
 * assets that the file names. What is missing between the two becomes `rest` collateral or WETH debt.
 */

/** Totals are float64 in the file: differences below this share are its rounding. */
const NOISE_PER = 10n ** 12n;
/** Named amounts may exceed the total by this share: prices and balances were read a moment apart. */
const EXCESS_PER = 10n ** 6n;

type Assets = ReadonlyMap<string, BookAsset>;

interface Side {
  readonly amounts: readonly BookAmount[];
  readonly remainders: readonly Omit<Remainder, "id" | "side">[];
}

/** Import one account. Throws `BookSourceMalformed` where its totals cannot be matched. */
export function importAccount(row: SourceRow, assets: Assets): { account: BookAccount; remainders: Remainder[] } {
  const id = row.fields.get("user") ?? "";
  const collateral = importCollateral(row, assets);
  const debt = importDebt(row, assets);
  const account = {
    id,
    account: addressOf(id),
    collateral: collateral.amounts,
    debt: debt.amounts,
    healthFactor: Number.parseFloat(field(row, "healthf")),
  };
  const named = (side: Remainder["side"], { remainders }: Side): Remainder[] =>
    remainders.map((remainder) => ({ id, side, ...remainder }));
  return { account, remainders: [...named("collateral", collateral), ...named("debt", debt)] };
}

function importDebt(row: SourceRow, assets: Assets): Side {
  const total = parseDecimalNearest(field(row, "debt"), 18);
  const stablecoins = row.fields.has("usdc")
    ? STABLECOINS.map((symbol) => amount(row, symbol, symbol.toLowerCase()))
    : [];
  const weth = { symbol: "WETH", units: parseDecimalNearest(field(row, "ethdebt"), 18) };
  const named = [weth, ...stablecoins].filter(({ units }) => units > 0n);
  const missing = total - valueOfAll(named, assets);
  if (within(missing, total, NOISE_PER)) return { amounts: named, remainders: [] };
  if (missing > 0n) {
    const amounts = [{ symbol: "WETH", units: weth.units + missing }, ...stablecoins].filter(({ units }) => units > 0n);
    return { amounts, remainders: [{ handling: "WETH", fileValue: missing, placedValue: missing }] };
  }
  if (!within(missing, total, EXCESS_PER)) throw sourceError(row, "named debts above the total", "at most 1e-6 above");
  return scaleDown(named, missing, assets);
}

function importCollateral(row: SourceRow, assets: Assets): Side {
  const total = parseDecimalNearest(field(row, "collateral"), 18);
  const steth = { symbol: "stETH", units: parseDecimalNearest(field(row, "amount"), 18) };
  const stablecoins = row.fields.has("usdc") ? COLLATERAL_STABLECOINS.map((symbol) => collateralOf(row, symbol)) : [];
  const supplied = stablecoins.filter(({ units }) => units > 0n);
  const excess = valueOfAll([steth, ...supplied], assets) - total;
  if (excess > 0n && !within(excess, total, EXCESS_PER)) {
    const value = valueOfAll(supplied, assets);
    const dropped = { handling: "not-collateral", fileValue: -value, placedValue: 0n } as const;
    const side = matchTotal(row, [steth], assets);
    return { amounts: side.amounts, remainders: [dropped, ...side.remainders] };
  }
  return matchTotal(row, [steth, ...supplied], assets);
}

/** Match the total and the average threshold of the row: scale stETH where the named assets exceed it, else add `rest`. */
function matchTotal(row: SourceRow, named: readonly BookAmount[], assets: Assets): Side {
  const total = parseDecimalNearest(field(row, "collateral"), 18);
  const thresholdBps = parseDecimalDown(field(row, "threshold"), 0);
  const missing = total - valueOfAll(named, assets);
  if (missing < 0n && !within(missing, total, EXCESS_PER)) {
    throw sourceError(row, "stETH above the total collateral", "at most 1e-6 above");
  }
  const exceeded = missing < 0n && !within(missing, total, NOISE_PER);
  const side: Side = exceeded ? scaleDown(named, missing, assets) : { amounts: named, remainders: [] };
  const value = valueOfAll(side.amounts, assets);
  const weighted = weightedValue(side.amounts, assets);
  if (missing < total / NOISE_PER && weighted / value === thresholdBps) return side;
  const fit = fitRest(
    { value, weighted },
    { target: total * thresholdBps, preferredBps: thresholdBps, restBps: intToBig(REST_THRESHOLD_BPS) },
  );
  if (fit === undefined) throw sourceError(row, "a collateral total that nothing fits", "one that `rest` can complete");
  return {
    amounts: [...side.amounts, { symbol: REST, units: fit.restValue }].filter(({ units }) => units > 0n),
    remainders: [...side.remainders, { handling: "rest", fileValue: missing, placedValue: fit.restValue }],
  };
}

/** Take the excess off the largest amount. */
function scaleDown(amounts: readonly BookAmount[], missing: bigint, assets: Assets): Side {
  const value = (one: BookAmount): bigint => valueOfAll([one], assets);
  const largest = amounts.reduce((best, one) => (value(one) > value(best) ? one : best));
  const { price, scale } = priceOf(largest.symbol, assets);
  const scaled = { symbol: largest.symbol, units: largest.units - (-missing * scale) / price };
  const placedValue = value(scaled) - value(largest);
  return {
    amounts: amounts.map((one) => (one === largest ? scaled : one)),
    remainders: [{ handling: "scaled", fileValue: missing, placedValue }],
  };
}

function amount(row: SourceRow, symbol: string, column: string): BookAmount {
  return { symbol, units: parseDecimalDown(field(row, column), 0) };
}

function collateralOf(row: SourceRow, symbol: string): BookAmount {
  return amount(row, symbol, `${symbol.toLowerCase()}_collateral`);
}

function valueOfAll(amounts: readonly BookAmount[], assets: Assets): bigint {
  return amounts.reduce((sum, { symbol, units }) => {
    const { price, decimals } = priceOf(symbol, assets);
    return sum + valueOf(units, price, decimals);
  }, 0n);
}

function weightedValue(amounts: readonly BookAmount[], assets: Assets): bigint {
  return amounts.reduce((sum, one) => {
    const thresholdBps = assets.get(one.symbol)?.liquidationThresholdBps ?? 0;
    return sum + valueOfAll([one], assets) * intToBig(thresholdBps);
  }, 0n);
}

function priceOf(symbol: string, assets: Assets): { price: bigint; decimals: number; scale: bigint } {
  const { price, decimals } = assets.get(symbol) ?? { price: "1", decimals: 18 };
  return { price: parseDecimalNearest(price, 18), decimals, scale: 10n ** intToBig(decimals) };
}

function within(difference: bigint, total: bigint, per: bigint): boolean {
  return (difference < 0n ? -difference : difference) <= total / per;
}
