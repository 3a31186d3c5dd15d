import { z } from "zod";
import { sourceKind } from "../chain/source-kind.js";
import type { VenueView } from "../snapshot/compose.js";
import { decimalsFault } from "../snapshot/decimals.js";
import type { AccountState, Exclusion, ReserveState } from "../snapshot/snapshot.js";
import { BPS_ONE, bigToInt } from "../units.js";
import type { Address } from "../units.js";
import { address } from "../values.js";
import { readCrvUsd } from "./crvusd-markets.js";
import type { RawCrvUsd, RawCrvUsdMarket, RawLoan } from "./crvusd-markets.js";
import { readAnew } from "./read-anew.js";
import { unproven } from "./unproven.js";

const WAD = 10n ** 18n;
const WAD_PER_BPS = 10n ** 14n;

const schema = z.strictObject({
  kind: z.literal("crvusd"),
  factory: address,
  baseUsdFeed: address.describe("feed of crvUSD in USD"),
  unproven: unproven("crvusd"),
});

/** The markets that mint crvUSD. Not proven offline. */
export const crvUsd = sourceKind({
  schema,
  addressOf: ({ factory }) => factory,
  feedsOf: ({ baseUsdFeed }) => [baseUsdFeed],
  follow: (chain, { factory }) => readAnew(chain, (reader) => readCrvUsd(reader, factory)),
  view: ({ factory, baseUsdFeed }, { read }) => ({ ...viewCrvUsd(factory, read), baseUsdFeed }),
});

/**
 * What the snapshot shows: each market is two reserves, prices in crvUSD. A loan has collateral, and as collateral, too, the
 * crvUSD that the market maker already got for some of it.
 *
 * **Gap.** Whom the protocol liquidates depends on the bands that a loan is spread over, which a snapshot does not hold: the
 * threshold here is one less the liquidation discount, at the oracle's price, and the sales on the way down are missing.
 */
export function viewCrvUsd(venue: Address, { stablecoin, markets }: RawCrvUsd): Omit<VenueView, "baseUsdFeed"> {
  const reserves: ReserveState[] = [];
  const accounts: AccountState[] = [];
  const exclusions: Exclusion[] = [];
  for (const market of markets.toSorted((a, b) => (a.controller < b.controller ? -1 : 1))) {
    const reason = faultOf(market, stablecoin);
    if (reason !== undefined) {
      exclusions.push({ scope: "reserve", id: `${venue}/${market.controller}`, reason });
      continue;
    }
    const isFirst = stablecoin < market.collateral;
    const at = { stablecoin: reserves.length + (isFirst ? 0 : 1), collateral: reserves.length + (isFirst ? 1 : 0) };
    const pair = [stablecoinOf(market, stablecoin), collateralOf(market)];
    reserves.push(...(isFirst ? pair : pair.toReversed()));
    const loans = market.list.toSorted((a, b) => (a.borrower < b.borrower ? -1 : 1));
    for (const loan of loans) accounts.push(accountOf(market, loan, at));
  }
  return {
    state: {
      venue,
      kind: "crvusd",
      baseUnit: WAD,
      closeFactorBps: BPS_ONE,
      fullCloseHfWad: 0n,
      reserves,
      accounts,
      totalDebtBase: markets.reduce((sum, { debt }) => sum + debt, 0n),
    },
    forcedSales: [],
    exclusions,
  };
}

function faultOf(market: RawCrvUsdMarket, stablecoin: Address): string | undefined {
  if (market.collateral === stablecoin) return "its collateral is what it lends";
  const fault = decimalsFault(market.hasDecimals ? market.decimals : undefined);
  if (fault !== undefined) return `its collateral: ${fault}`;
  if (!market.hasPrice) return "no price: its market maker does not answer";
  if (market.priceWad === 0n) return "no price: its market maker answers 0";
  return market.liquidationDiscountWad >= WAD ? "its liquidation discount is all of the collateral" : undefined;
}

/** A loan is closed where the discounted collateral is what is owed: the liquidator gets the discount. */
function termsOf({ liquidationDiscountWad, loanDiscountWad }: RawCrvUsdMarket) {
  const counted = WAD - liquidationDiscountWad;
  return {
    ltvBps: bigToInt((WAD - (loanDiscountWad < WAD ? loanDiscountWad : WAD)) / WAD_PER_BPS),
    liquidationThresholdBps: bigToInt(counted / WAD_PER_BPS),
    liquidationBonusBps: bigToInt((liquidationDiscountWad * WAD) / counted / WAD_PER_BPS),
  };
}

const OPEN = { active: true, frozen: false, paused: false } as const;

function stablecoinOf(market: RawCrvUsdMarket, asset: Address): ReserveState {
  return {
    ...OPEN,
    ...termsOf(market),
    market: market.controller,
    asset,
    priceBase: WAD,
    borrowingEnabled: true,
    suppliedUnits: market.list.reduce((sum, { stablecoin }) => sum + stablecoin, 0n),
    debtUnits: market.debt,
  };
}

function collateralOf(market: RawCrvUsdMarket): ReserveState {
  return {
    ...OPEN,
    ...termsOf(market),
    market: market.controller,
    asset: market.collateral,
    priceBase: market.priceWad,
    borrowingEnabled: false,
    suppliedUnits: market.list.reduce((sum, { collateral }) => sum + collateral, 0n),
    debtUnits: 0n,
  };
}

function accountOf(
  { controller }: RawCrvUsdMarket,
  loan: RawLoan,
  at: { readonly stablecoin: number; readonly collateral: number },
): AccountState {
  const held = [[at.collateral, loan.collateral] as const, [at.stablecoin, loan.stablecoin] as const];
  return {
    market: controller,
    account: loan.borrower,
    collateral: held.filter(([, units]) => units > 0n).sort(([a], [b]) => a - b),
    debt: loan.debt > 0n ? [[at.stablecoin, loan.debt]] : [],
  };
}
