import type { PerpView } from "../../snapshot/compose.js";
import type { PerpAccountState, PerpMarketState } from "../../snapshot/perps.js";
import type { Exclusion } from "../../snapshot/snapshot.js";
import type { Address } from "../../units.js";
import type { Followed } from "../../venues/follow-accounts.js";
import { WAD, abs, assetOf, mulWad } from "../perp-source.js";
import type { MarketAssets } from "../perp-source.js";
import type { RawMarket, RawMarkets, RawTerms } from "./markets.js";
import type { RawPosition } from "./positions.js";

/** All markets at one block. Unattributed: sizes of either side that no known account has, by market. */
export type SynthetixState = Followed<RawMarkets, RawPosition>;

/**
 * What the snapshot shows of a state: to the wei what the market's `profitLoss`, `accruedFunding` and `remainingMargin` say.
 *
 * Each account has a margin of its own in each market. A liquidation's premium and fees are part of what it must hold.
 */
export function viewSynthetix(
  manager: Address,
  assets: MarketAssets,
  state: SynthetixState,
): Omit<PerpView, "quoteUsdFeed"> {
  const { market: read } = state;
  const priced = read.markets.filter(isPriced);
  const index = new Map<string, number>(priced.map(({ market }, m) => [market, m] as const));
  const accounts: PerpAccountState[] = [];
  for (const key of [...state.accounts.keys()].sort()) {
    const [market, account] = key.split("/") as [Address, Address];
    const m = index.get(market);
    if (m === undefined) continue;
    const raw = state.accounts.get(key)!;
    accounts.push({
      market,
      account,
      ...toAccount(raw, m, priced[m]!),
      requirementWad: requirement(raw, priced[m]!, read),
    });
  }
  return {
    state: {
      venue: manager,
      kind: "synthetix-perps-v2",
      collateralAsset: read.currency,
      markets: priced.map((market) => ({ ...toMarket(market, read), ...assetOf(assets, market.market) })),
      accounts,
    },
    exclusions: excludedMarkets(manager, state),
  };
}

function isPriced({ isPriceValid, price, skewScale }: RawMarket): boolean {
  return isPriceValid && price > 0n && skewScale > 0n;
}

function toMarket(raw: RawMarket, terms: RawTerms): PerpMarketState {
  return {
    market: raw.market,
    symbol: raw.key,
    open: true,
    indexPriceWad: raw.price,
    markPriceWad: raw.price,
    initialMarginWad: raw.maxLeverage === 0n ? 0n : (WAD * WAD) / raw.maxLeverage,
    maintenanceMarginWad: raw.bufferRatio + terms.flaggerFeeRatio,
    liquidationPenaltyWad: terms.flaggerFeeRatio,
    // The market counts what longs get.
    fundingRateWad: raw.fundingRate,
    longWad: (raw.size + raw.skew) / 2n,
    shortWad: (raw.size - raw.skew) / 2n,
  };
}

/** **Source.** PerpsV2MarketBase._profitLoss, _accruedFunding. */
function toAccount(
  raw: RawPosition,
  m: number,
  { price, funding }: RawMarket,
): Pick<PerpAccountState, "collateralWad" | "positions"> {
  const profit = mulWad(raw.size, price - raw.lastPrice);
  const received = mulWad(raw.size, funding - raw.lastFunding);
  // The market rounds the profit once: what the position cost takes the difference.
  return { collateralWad: raw.margin, positions: [[m, raw.size, profit - mulWad(raw.size, price), -received]] };
}

/** A position is liquidated at or below its limit, hence a unit more. **Source.** PerpsV2MarketBase._canLiquidate. */
function requirement(raw: RawPosition, market: RawMarket, terms: RawTerms): bigint {
  const size = abs(raw.size);
  const value = mulWad(size, market.price);
  const proportional = mulWad(value, terms.flaggerFeeRatio);
  const capped = proportional > terms.maxFlaggerFee ? terms.maxFlaggerFee : proportional;
  const fee = capped > terms.minFlaggerFee ? capped : terms.minFlaggerFee;
  const premium = mulWad(mulWad((size * WAD) / market.skewScale, value), market.premiumFactor);
  return mulWad(value, market.bufferRatio) + fee + terms.liquidatorFee + premium + 1n;
}

function excludedMarkets(manager: Address, { market: { markets }, unattributed }: SynthetixState): Exclusion[] {
  return markets.flatMap((raw) => {
    const reasons = [
      ...(isPriced(raw) ? [] : ["no price: the market's is invalid, or it has no scale"]),
      ...["long", "short"].flatMap((side) => {
        const missing = unattributed.get(`${raw.market}/${side}`);
        return missing === undefined ? [] : [`${missing} of the ${side} sizes belongs to no known account`];
      }),
    ];
    const id = `${manager}/${raw.market}`;
    return reasons.map((reason): Exclusion => ({ scope: "perp-market", id, reason }));
  });
}
