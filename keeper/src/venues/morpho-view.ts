import type { Feeds } from "../chain/source-kind.js";
import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, Exclusion, FeedState, ReserveState } from "../snapshot/snapshot.js";
import { BPS_ONE, bigToInt, intToBig } from "../units.js";
import type { Address, Bps, Hex } from "../units.js";
import type { MorphoState } from "./morpho-blue.js";
import { totalsAt } from "./morpho-markets.js";
import type { MorphoTotals, RawMorphoMarket } from "./morpho-markets.js";
import { incentiveFactor, toAssetsUp } from "./morpho-math.js";
import { partsOf } from "./morpho-positions.js";
import type { MorphoPosition } from "./morpho-positions.js";

/** USD with 36 decimals, as many as Morpho's prices have: rounding a price to it loses less than they do. */
const BASE_UNIT = 10n ** 36n;
const USD_E8 = 10n ** 8n;
const ORACLE_SCALE = 10n ** 36n;
const WAD = 10n ** 18n;
const WAD_PER_BPS = 10n ** 14n;
/** `10 ** 77` is the largest power of ten that 256 bits hold. */
const MAX_DECIMALS = 77;

/** What loan tokens are valued with. */
export interface LoanFeeds {
  /** By loan token. */
  readonly feedOf: ReadonlyMap<Address, Address>;
  readonly feeds: Feeds;
}

/** A market in the snapshot: its two reserves by their place there. */
interface Shown {
  readonly raw: RawMorphoMarket;
  readonly totals: MorphoTotals;
  readonly loan: number;
  readonly collateral: number;
}

/**
 * Turn a state into what the snapshot shows of it. A market is two reserves: what is lent, and what backs it, at the oracle's
 * price times the loan token's in USD, rounded down; LLTVs that are no whole basis points are rounded down, incentives up.
 *
 * Markets in which nobody owes anything are not shown: their collateral backs nothing and is lent to nobody. A market that
 * cannot be valued is excluded; what is owed there counts in the total as far as the loan token has a price.
 */
export function viewMorpho(venue: Address, state: MorphoState, loanFeeds: LoanFeeds): VenueView {
  const shown = new Map<Hex, Shown>();
  const reserves: ReserveState[] = [];
  const exclusions: Exclusion[] = [];
  let totalDebtBase = 0n;
  const supplied = collateralOf(state);
  for (const [id, raw] of state.market) {
    const totals = totalsAt(raw, state.block.timestamp);
    const loanPrice = priceOfLoan(raw, loanFeeds);
    if (typeof loanPrice === "bigint") totalDebtBase += valueOf(totals.borrowedAssets, loanPrice, raw.loanDecimals);
    const reason = faultOf(raw, totals, loanPrice);
    if (typeof loanPrice === "string" || reason !== undefined) {
      exclusions.push({ scope: "reserve", id: `${venue}/${id}`, reason: reason! });
      continue;
    }
    const pair = [
      { ...loanReserve(raw, totals, loanPrice), market: id },
      { ...collateralReserve(raw, loanPrice, supplied.get(id) ?? 0n), market: id },
    ];
    const first = raw.loanToken < raw.collateralToken ? 0 : 1;
    shown.set(id, { raw, totals, loan: reserves.length + first, collateral: reserves.length + 1 - first });
    reserves.push(...(first === 0 ? pair : pair.toReversed()));
  }
  return {
    state: {
      venue,
      kind: "morpho-blue",
      baseUnit: BASE_UNIT,
      baseUsdE8: USD_E8,
      closeFactorBps: BPS_ONE,
      fullCloseHfWad: 0n,
      reserves,
      accounts: accountsOf(state, shown),
      totalDebtBase,
    },
    forcedSales: state.sales,
    exclusions: [...exclusions, ...missing(venue, state)],
  };
}

/** Collateral of all borrowers by market: Morpho keeps no total of it. */
function collateralOf({ accounts }: MorphoState): ReadonlyMap<Hex, bigint> {
  const sums = new Map<Hex, bigint>();
  for (const [key, { collateral }] of accounts) {
    const { id } = partsOf(key);
    sums.set(id, (sums.get(id) ?? 0n) + collateral);
  }
  return sums;
}

/** Base units per whole loan token; or why there is no price. */
function priceOfLoan(raw: RawMorphoMarket, { feedOf, feeds }: LoanFeeds): bigint | string {
  const feed = feedOf.get(raw.loanToken);
  if (feed === undefined) return `no feed in USD of its loan token ${raw.loanToken} is configured`;
  const state = feeds.get(feed);
  if (state === undefined) return `the feed ${feed} of its loan token is excluded`;
  if (!raw.hasLoanDecimals || raw.loanDecimals > MAX_DECIMALS) return "its loan token has no decimals";
  return usdOf(state);
}

function usdOf({ answer, decimals }: FeedState): bigint {
  return (answer * BASE_UNIT) / 10n ** intToBig(decimals);
}

function valueOf(units: bigint, price: bigint, decimals: number): bigint {
  return (units * price) / 10n ** intToBig(decimals);
}

/** Why a market cannot be shown; undefined where it can. */
function faultOf(raw: RawMorphoMarket, totals: MorphoTotals, loanPrice: bigint | string): string | undefined {
  if (typeof loanPrice === "string") return `${loanPrice}; ${totals.borrowedAssets} raw units owed are in no total`;
  if (!raw.hasRate) return "its interest rate model does not answer";
  if (raw.loanToken === raw.collateralToken) return "its loan token is its collateral";
  if (!raw.hasCollateralDecimals || raw.collateralDecimals > MAX_DECIMALS) return "its collateral has no decimals";
  if (!raw.hasPrice) return "no price: its oracle does not answer";
  return raw.price === 0n ? "no price: its oracle answers 0" : undefined;
}

const OPEN = { active: true, frozen: false, paused: false } as const;

function loanReserve(raw: RawMorphoMarket, totals: MorphoTotals, priceBase: bigint): ReserveState {
  return {
    ...OPEN,
    asset: raw.loanToken,
    priceBase,
    ltvBps: 0,
    liquidationThresholdBps: 0,
    liquidationBonusBps: 0,
    borrowingEnabled: true,
    suppliedUnits: totals.suppliedAssets,
    debtUnits: totals.borrowedAssets,
  };
}

function collateralReserve(raw: RawMorphoMarket, loanPrice: bigint, suppliedUnits: bigint): ReserveState {
  const wholeUnit = 10n ** intToBig(raw.collateralDecimals);
  const lltvBps: Bps = bigToInt(raw.lltvWad / WAD_PER_BPS);
  return {
    ...OPEN,
    asset: raw.collateralToken,
    priceBase: valueOf(wholeUnit * raw.price, loanPrice, raw.loanDecimals) / ORACLE_SCALE,
    ltvBps: lltvBps,
    liquidationThresholdBps: lltvBps,
    liquidationBonusBps: bigToInt((incentiveFactor(raw.lltvWad) - WAD + WAD_PER_BPS - 1n) / WAD_PER_BPS),
    borrowingEnabled: false,
    suppliedUnits,
    debtUnits: 0n,
  };
}

/** Ascending by market, then owner, as their keys are. */
function accountsOf(state: MorphoState, shown: ReadonlyMap<Hex, Shown>): AccountState[] {
  return [...state.accounts.keys()].sort().flatMap((key) => {
    const { id, account } = partsOf(key);
    const market = shown.get(id);
    return market === undefined ? [] : [toAccount(id, account!, { position: state.accounts.get(key)!, market })];
  });
}

function toAccount(
  id: Hex,
  account: Address,
  { position, market }: { readonly position: MorphoPosition; readonly market: Shown },
): AccountState {
  const { raw, totals, loan, collateral } = market;
  const owed = toAssetsUp(position.borrowedShares, totals.borrowedAssets, raw.borrowedShares);
  return {
    market: id,
    account,
    collateral: position.collateral > 0n ? [[collateral, position.collateral]] : [],
    debt: owed > 0n ? [[loan, owed]] : [],
  };
}

function missing(venue: Address, { market, unattributed }: MorphoState): Exclusion[] {
  return [...unattributed].map(([id, amount]) => {
    const { borrowedShares } = market.get(id as Hex)!;
    const reason = `of ${borrowedShares} borrowed shares, ${amount} are owed by no known account`;
    return { scope: "reserve", id: `${venue}/${id}`, reason };
  });
}
