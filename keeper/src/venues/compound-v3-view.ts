import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, Exclusion, ReserveState } from "../snapshot/snapshot.js";
import { bigToInt } from "../units.js";
import type { Address } from "../units.js";
import type { RawAccount } from "./compound-v3-accounts.js";
import { PRICE_UNREADABLE, indicesAt, presentValue } from "./compound-v3-market.js";
import type { RawCollateral, RawMarket } from "./compound-v3-market.js";
import type { CompoundV3State } from "./compound-v3.js";

const BASE_UNIT = 10n ** 8n;
const BPS_ONE = 10_000n;
const FACTOR_ONE = 10n ** 18n;

/**
 * Turn a state into what the snapshot shows of it: debts with interest up to the block's time, to the unit what
 * `borrowBalanceOf` says. Comet's own `isLiquidatable` looks at the last accrual; `absorb` adds interest first.
 *
 * An absorption takes all collateral and credits `liquidationFactor` of its value against the debt: the bonus is what that takes
 * beyond the debt, rounded up. Whoever buys it from the market gets a part of that, the market's reserves the rest.
 */
export function viewCompoundV3(
  venue: Address,
  baseUsdFeed: Address | undefined,
  { block, market, accounts, sales, unattributed }: CompoundV3State,
): VenueView {
  const indices = indicesAt(market, block.timestamp);
  const debtUnits = presentValue(market.totalBorrowed, indices.borrow);
  const base: ReserveState = {
    ...reserveOf(market, market.base, market.basePrice),
    borrowingEnabled: !market.withdrawPaused,
    suppliedUnits: presentValue(market.totalSupplied, indices.supply),
    debtUnits,
  };
  const collaterals = market.assets.map((raw) => collateralOf(market, raw));
  const reserves = [base, ...collaterals].sort((a, b) => (a.asset < b.asset ? -1 : 1));
  const places = [base, ...collaterals].map((reserve) => reserves.indexOf(reserve));
  const rows = [...accounts.values()].map((raw) => accountOf(raw, places, indices.borrow));
  return {
    baseUsdFeed,
    state: {
      venue,
      kind: "compound-v3",
      baseUnit: BASE_UNIT,
      closeFactorBps: bigToInt(BPS_ONE),
      fullCloseHfWad: 0n,
      reserves,
      accounts: rows
        .filter(({ collateral, debt }) => collateral.length > 0 || debt.length > 0)
        .sort((a, b) => (a.account < b.account ? -1 : 1)),
      totalDebtBase: (debtUnits * base.priceBase) / market.baseScale,
    },
    forcedSales: sales,
    exclusions: [...exclusionsOf(venue, market), ...missing(venue, market, unattributed)],
  };
}

function reserveOf(market: RawMarket, asset: Address, price: bigint): ReserveState {
  return {
    asset,
    priceBase: price === PRICE_UNREADABLE ? 0n : price,
    ...{ ltvBps: 0, liquidationThresholdBps: 0, liquidationBonusBps: 0 },
    ...{ active: true, frozen: market.supplyPaused, paused: market.absorbPaused, borrowingEnabled: false },
    ...{ suppliedUnits: 0n, debtUnits: 0n },
  };
}

function collateralOf(market: RawMarket, raw: RawCollateral): ReserveState {
  return {
    ...reserveOf(market, raw.asset, raw.price),
    ltvBps: bps(raw.borrowFactor),
    liquidationThresholdBps: bps(raw.liquidateCollateralFactor),
    liquidationBonusBps: bonusBps(raw.liquidationFactor),
    suppliedUnits: raw.supplied,
  };
}

/** Comet keeps four decimals of its factors, so that nothing is lost. Source: Comet.sol, getPackedAssetInternal. */
function bps(factor: bigint): number {
  return bigToInt((factor * BPS_ONE) / FACTOR_ONE);
}

/** 0 where an absorption credits nothing: the whole collateral is lost whatever the debt. */
function bonusBps(liquidationFactor: bigint): number {
  if (liquidationFactor === 0n) return 0;
  return bigToInt((FACTOR_ONE * BPS_ONE + liquidationFactor - 1n) / liquidationFactor - BPS_ONE);
}

function accountOf(raw: RawAccount, places: readonly number[], index: bigint): AccountState {
  const owed = raw.principal < 0n ? presentValue(-raw.principal, index) : 0n;
  const collateral = raw.collateral.map(([position, units]) => [places[position + 1]!, units] as const);
  return {
    account: raw.account,
    collateral: [...collateral].sort((a, b) => a[0] - b[0]),
    debt: owed > 0n ? [[places[0]!, owed]] : [],
  };
}

function exclusionsOf(venue: Address, market: RawMarket): Exclusion[] {
  return [{ asset: market.base, price: market.basePrice }, ...market.assets].flatMap(({ asset, price }) => {
    if (price !== 0n && price !== PRICE_UNREADABLE) return [];
    const saw = price === 0n ? "the feed answers 0" : "the feed does not answer";
    return [{ scope: "reserve", id: `${venue}/${asset}`, reason: `no price: ${saw}` }];
  });
}

function missing(venue: Address, market: RawMarket, unattributed: ReadonlyMap<string, bigint>): Exclusion[] {
  return [...unattributed.values()].map((amount) => ({
    scope: "reserve",
    id: `${venue}/${market.base}`,
    reason: `of ${market.totalBorrowed} base units owed before interest, ${amount} are owed by no known account`,
  }));
}
