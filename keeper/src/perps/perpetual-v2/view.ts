import type { PerpView } from "../../snapshot/compose.js";
import type { PerpAccountState, PerpMarketState } from "../../snapshot/perps.js";
import type { Exclusion } from "../../snapshot/snapshot.js";
import { intToBig } from "../../units.js";
import type { Address } from "../../units.js";
import { WAD, abs, assetOf, mulWad } from "../perp-source.js";
import type { MarketAssets } from "../perp-source.js";
import type { RawAccount } from "./accounts.js";
import type { PerpetualV2State } from "./follow.js";
import type { RawMarket, RawVenue } from "./markets.js";

const RATIO_ONE = 1_000_000n;
const WAD_DECIMALS = 18;
const Q96 = 1n << 96n;

/**
 * What the snapshot shows of a deployment. Values are exact but for the vault's rounding: what `getAccountValue` says is an
 * account's value rounded down to a unit of the settlement token, up to one unit more with other collateral.
 */
export function viewPerpetualV2(
  clearingHouse: Address,
  assets: MarketAssets,
  state: PerpetualV2State,
): Omit<PerpView, "quoteUsdFeed"> {
  const { venue } = state;
  const priced = venue.markets.filter(isPriced);
  const index = new Map(priced.map(({ market }, m) => [market, m] as const));
  const exclusions: Exclusion[] = excludedMarkets(clearingHouse, state);
  const accounts: PerpAccountState[] = [];
  for (const [address, account] of [...state.accounts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (account === "unreadable" || account.positions.some(({ market }) => !index.has(market))) {
      const reason = "a price that its value needs does not answer";
      exclusions.push({ scope: "account", id: `${clearingHouse}/${address}`, reason });
      continue;
    }
    const shown = toAccount(address, account, { venue, priced, index });
    if (shown.positions.length > 0) accounts.push(shown);
  }
  if (!venue.hasFund) {
    exclusions.push({ scope: "perp-venue", id: clearingHouse, reason: "the insurance fund does not answer: 0" });
  }
  return {
    state: {
      venue: clearingHouse,
      kind: "perpetual-v2",
      collateralAsset: venue.settlementToken,
      insuranceFundWad: venue.hasFund ? venue.capacity * unitOf(venue) : 0n,
      markets: priced.map((market, m) => ({
        ...toMarket(venue, market),
        ...assetOf(assets, market.market),
        ...openInterest(accounts, m),
      })),
      accounts,
    },
    exclusions,
  };
}

function isPriced({ open, hasMark, hasIndex, hasMarketTwap, hasIndexTwap, mark }: RawMarket): boolean {
  return hasMark && hasIndex && mark > 0n && (!open || (hasMarketTwap && hasIndexTwap));
}

/** 1e18-scaled amount of one unit of the settlement token. */
function unitOf({ decimals }: RawVenue): bigint {
  return 10n ** intToBig(WAD_DECIMALS - decimals);
}

function toMarket(venue: RawVenue, raw: RawMarket): Omit<PerpMarketState, "asset" | "longWad" | "shortWad"> {
  const wadOf = (ratio: bigint): bigint => (ratio * WAD) / RATIO_ONE;
  return {
    market: raw.market,
    symbol: raw.symbol,
    open: raw.open,
    indexPriceWad: raw.index,
    markPriceWad: raw.mark,
    initialMarginWad: wadOf(venue.initialRatio),
    maintenanceMarginWad: wadOf(venue.maintenanceRatio),
    liquidationPenaltyWad: wadOf(venue.penaltyRatio),
    fundingRateWad: raw.open && raw.indexTwap > 0n ? fundingRate(raw, venue.maxFundingRatio) : 0n,
  };
}

/** **Source.** Exchange._getDeltaTwapX96, over a day and the index. */
function fundingRate({ sqrtMarketTwapX96, indexTwap }: RawMarket, maxFundingRatio: bigint): bigint {
  const market = (((sqrtMarketTwapX96 * sqrtMarketTwapX96) / Q96) * WAD) / Q96;
  const limit = (indexTwap * maxFundingRatio) / RATIO_ONE;
  const delta = market - indexTwap;
  const kept = abs(delta) <= limit ? delta : delta < 0n ? -limit : limit;
  return (kept * WAD) / indexTwap;
}

function toAccount(
  account: Address,
  raw: RawAccount,
  {
    venue,
    priced,
    index,
  }: { readonly venue: RawVenue; readonly priced: readonly RawMarket[]; readonly index: ReadonlyMap<Address, number> },
): PerpAccountState {
  const unit = unitOf(venue);
  const held = raw.positions.filter((p) => p.size !== 0n || p.openNotional !== 0n || p.funding !== 0n);
  const positions = held.map((p) => [index.get(p.market)!, p.size, p.openNotional, p.funding] as const);
  const value = positions.reduce((sum, [m, size]) => sum + abs(mulWad(size, priced[m]!.mark)), 0n);
  return {
    account,
    collateralWad: (raw.balance + raw.otherCollateral) * unit + raw.owedRealizedPnl + raw.pendingFee,
    requirementWad: (value * venue.maintenanceRatio) / RATIO_ONE,
    positions: positions.sort(([a], [b]) => a - b),
  };
}

function openInterest(accounts: readonly PerpAccountState[], market: number): { longWad: bigint; shortWad: bigint } {
  const sums = { longWad: 0n, shortWad: 0n };
  for (const { positions } of accounts) {
    const size = positions.find(([m]) => m === market)?.[1] ?? 0n;
    if (size > 0n) sums.longWad += size;
    else sums.shortWad -= size;
  }
  return sums;
}

function excludedMarkets(clearingHouse: Address, { venue, unbalanced }: PerpetualV2State): Exclusion[] {
  return venue.markets.flatMap((raw) => {
    const id = `${clearingHouse}/${raw.market}`;
    const net = unbalanced.get(raw.market);
    const reasons = [
      ...(isPriced(raw) ? [] : ["no price: the market or its index does not answer"]),
      ...(net === undefined ? [] : [`sizes of the known accounts add up to ${net}, expected 0`]),
    ];
    return reasons.map((reason): Exclusion => ({ scope: "perp-market", id, reason }));
  });
}
