import type { Feeds } from "../chain/source-kind.js";
import { decimalsFault } from "../snapshot/decimals.js";
import type { FeedState, ReserveState } from "../snapshot/snapshot.js";
import { bigToInt, intToBig } from "../units.js";
import type { Address, Bps, Hex } from "../units.js";
import type { MorphoTotals, RawMorphoMarket } from "./morpho-markets.js";
import { incentiveFactor } from "./morpho-math.js";

/** USD with 36 decimals, as many as Morpho's prices have: rounding a price to it loses less than they do. */
export const BASE_UNIT = 10n ** 36n;
const ORACLE_SCALE = 10n ** 36n;
const WAD = 10n ** 18n;
const WAD_PER_BPS = 10n ** 14n;
const WORDS_END = 2n ** 256n;

/** What loan tokens are valued with, and what is shown. */
export interface MorphoTerms {
  /** By loan token. */
  readonly feedOf: ReadonlyMap<Address, Address>;
  readonly feeds: Feeds;
  /** Markets to show; undefined for all. */
  readonly markets: ReadonlySet<Hex> | undefined;
}

/** A market, and the collateral of all its borrowers. */
export interface MorphoMarket {
  readonly id: Hex;
  readonly raw: RawMorphoMarket;
  readonly totals: MorphoTotals;
  readonly collateral: bigint;
}

/** Why a market whose loan token has no price cannot be shown, and what that leaves out. */
export function unvalued({ totals }: MorphoMarket, reason: string): string {
  return `${reason}; ${totals.borrowedAssets} raw units owed are in no total`;
}

/** The two reserves of a market: what is lent, and what backs it; or why the market cannot be shown. */
export function reservesOf(
  market: MorphoMarket,
  loanPrice: bigint,
  { markets }: MorphoTerms,
): [ReserveState, ReserveState] | string {
  if (markets?.has(market.id) === false) return "it is none of the configured markets";
  const fault = faultOf(market);
  if (fault !== undefined) return fault;
  const backing = collateralReserve(market, loanPrice);
  if (backing.priceBase === 0n) return `no price: its oracle answers ${market.raw.price}, less than 1e-36 USD`;
  return [loanReserve(market, loanPrice), backing];
}

/** Why a market cannot be shown; undefined where it can. */
function faultOf({ raw, collateral }: MorphoMarket): string | undefined {
  if (!raw.hasRate) return "its interest rate model does not answer";
  if (raw.loanToken === raw.collateralToken) return "its loan token is its collateral";
  const fault = decimalsFault(raw.hasCollateralDecimals ? raw.collateralDecimals : undefined);
  if (fault !== undefined) return `its collateral: ${fault}`;
  if (!raw.hasPrice) return "no price: its oracle does not answer";
  if (raw.price === 0n) return "no price: its oracle answers 0";
  return collateral * raw.price < WORDS_END
    ? undefined
    : `its oracle answers ${raw.price}, with which Morpho overflows`;
}

const OPEN = { active: true, frozen: false, paused: false } as const;

function loanReserve({ id, raw, totals }: MorphoMarket, priceBase: bigint): ReserveState {
  return {
    ...OPEN,
    market: id,
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

function collateralReserve({ id, raw, collateral }: MorphoMarket, loanPrice: bigint): ReserveState {
  const wholeUnit = 10n ** intToBig(raw.collateralDecimals);
  const lltvBps: Bps = bigToInt(raw.lltvWad / WAD_PER_BPS);
  return {
    ...OPEN,
    market: id,
    asset: raw.collateralToken,
    priceBase: valueOf(wholeUnit * raw.price, loanPrice, raw.loanDecimals) / ORACLE_SCALE,
    ltvBps: lltvBps,
    liquidationThresholdBps: lltvBps,
    liquidationBonusBps: bigToInt((incentiveFactor(raw.lltvWad) - WAD + WAD_PER_BPS - 1n) / WAD_PER_BPS),
    borrowingEnabled: false,
    suppliedUnits: collateral,
    debtUnits: 0n,
  };
}

/** Base units per whole loan token; or why there is no price. */
export function priceOfLoan(raw: RawMorphoMarket, { feedOf, feeds }: MorphoTerms): bigint | string {
  const feed = feedOf.get(raw.loanToken);
  if (feed === undefined) return `no feed in USD of its loan token ${raw.loanToken} is configured`;
  const state = feeds.get(feed);
  if (state === undefined) return `the feed ${feed} of its loan token is excluded`;
  const fault = decimalsFault(raw.hasLoanDecimals ? raw.loanDecimals : undefined);
  return fault === undefined ? usdOf(state) : `its loan token: ${fault}`;
}

function usdOf({ answer, decimals }: FeedState): bigint {
  return (answer * BASE_UNIT) / 10n ** intToBig(decimals);
}

/** In base units, rounded down. */
export function valueOf(units: bigint, price: bigint, decimals: number): bigint {
  return (units * price) / 10n ** intToBig(decimals);
}
