import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, EModeState, Exclusion, ReserveState } from "../snapshot/snapshot.js";
import { intToBig } from "../units.js";
import type { Address } from "../units.js";
import type { ScaledAccount, ScaledPosition } from "./aave-accounts.js";
import type { RawEMode } from "./aave-emodes.js";
import { indicesAt, stableDebtAt, totalDebt } from "./aave-interest.js";
import type { Indices } from "./aave-interest.js";
import { PRICE_UNREADABLE } from "./aave-reserves.js";
import type { RawReserve, RawReserves } from "./aave-reserves.js";
import { aaveRules } from "./aave-rules.js";
import type { AaveRules } from "./aave-rules.js";
import type { Followed } from "./follow-accounts.js";

/** A deployment at one block, before interest. Unattributed is scaled variable debt, by reserve id. */
export type AaveState = Followed<RawReserves, ScaledAccount>;

/**
 * What no getter tells, and all versions have: half. Source: DEFAULT_LIQUIDATION_CLOSE_FACTOR of LiquidationLogic.sol (v3),
 * LIQUIDATION_CLOSE_FACTOR_PERCENT of LendingPoolCollateralManager.sol (v2).
 */
const CLOSE_FACTOR_BPS = 5_000;
const BPS_ONE = 10_000;

/** The rules and the time that scaled amounts are turned into amounts with. */
interface Moment {
  readonly rules: AaveRules;
  /** Unix seconds. */
  readonly timestamp: number;
}

interface ReserveAt {
  readonly raw: RawReserve;
  /** Its place in the snapshot. */
  readonly index: number;
  readonly indices: Indices;
}

/**
 * Turn a state into what the snapshot shows of it: amounts with interest up to the block's time, to the wei what the tokens'
 * `balanceOf` says. A reserve without a price has price 0 and is named among the exclusions.
 */
export function viewAave(venue: Address, state: AaveState): Omit<VenueView, "baseUsdFeed"> {
  const { eModes } = state.market;
  const rules = aaveRules(state.market.version);
  const { timestamp } = state.block;
  const now = { rules, timestamp };
  const byId = new Map<number, ReserveAt>();
  state.market.reserves.forEach((raw, index) =>
    byId.set(raw.id, { raw, index, indices: indicesAt(raw, timestamp, rules) }),
  );
  const reserves = [...byId.values()].map((reserve) => toReserve(reserve, now));
  const accounts: AccountState[] = [];
  for (const address of [...state.accounts.keys()].sort()) {
    const account = toAccount(state.accounts.get(address)!, byId, now);
    if (account.collateral.length > 0 || account.debt.length > 0) accounts.push(account);
  }
  return {
    state: {
      venue,
      kind: rules.kind,
      baseUnit: state.market.baseUnit,
      closeFactorBps: CLOSE_FACTOR_BPS,
      fullCloseHfWad: rules.fullCloseHfWad,
      ...(rules.fullCloseBase === 0n ? {} : { fullCloseBase: rules.fullCloseBase }),
      reserves,
      ...(eModes.length === 0 ? {} : { eModes: eModes.map((raw) => toEMode(raw, byId)) }),
      accounts,
      totalDebtBase: reserves.reduce((sum, reserve, r) => sum + debtBase(reserve, state.market.reserves[r]!), 0n),
    },
    forcedSales: state.sales,
    exclusions: [...state.market.reserves.flatMap((raw) => unpriced(venue, raw)), ...missing(venue, state)],
  };
}

function toReserve({ raw, indices }: ReserveAt, now: Moment): ReserveState {
  return {
    asset: raw.asset,
    priceBase: raw.price === PRICE_UNREADABLE ? 0n : raw.price,
    ltvBps: raw.ltvBps,
    liquidationThresholdBps: raw.liquidationThresholdBps,
    liquidationBonusBps: bonusOf(raw.bonusFactorBps),
    active: raw.active,
    frozen: raw.frozen,
    paused: raw.paused,
    borrowingEnabled: raw.borrowingEnabled,
    suppliedUnits: now.rules.toSupplied(raw.scaledSupply, indices.income),
    debtUnits: totalDebt(raw, indices.debt, now),
    ...(raw.eMode === 0 ? {} : { eMode: raw.eMode }),
  };
}

function toEMode(raw: RawEMode, byId: ReadonlyMap<number, ReserveAt>): EModeState {
  const indicesOf = (bits: bigint): number[] =>
    [...byId.values()].filter(({ raw: { id } }) => ((bits >> intToBig(id)) & 1n) === 1n).map(({ index }) => index);
  return {
    id: raw.id,
    ltvBps: raw.ltvBps,
    liquidationThresholdBps: raw.liquidationThresholdBps,
    liquidationBonusBps: bonusOf(raw.bonusFactorBps),
    ...(raw.price === 0n ? {} : { priceBase: raw.price === PRICE_UNREADABLE ? 0n : raw.price }),
    ...(raw.sets === undefined
      ? {}
      : { collateral: indicesOf(raw.sets.collateral), borrowable: indicesOf(raw.sets.lent) }),
  };
}

/** Aave counts the debt itself in; a reserve that cannot be collateral has 0. */
function bonusOf(factorBps: number): number {
  return Math.max(0, factorBps - BPS_ONE);
}

function toAccount(scaled: ScaledAccount, byId: ReadonlyMap<number, ReserveAt>, now: Moment): AccountState {
  const collateral: [number, bigint][] = [];
  const debt: [number, bigint][] = [];
  for (const position of scaled.positions) {
    const { raw, index, indices } = byId.get(position.id)!;
    // Before v3.6 Aave ignores the flag while the threshold is 0. Source: GenericLogic.calculateUserAccountData.
    const isIgnored = raw.liquidationThresholdBps === 0 && now.rules.needsOwnThreshold;
    const supplied = isIgnored ? 0n : now.rules.toSupplied(position.supplied, indices.income);
    const owed = owedUnits(position, indices, now);
    if (supplied > 0n) collateral.push([index, supplied]);
    if (owed > 0n) debt.push([index, owed]);
  }
  collateral.sort(byIndex);
  debt.sort(byIndex);
  return { account: scaled.account, ...(scaled.eMode === 0 ? {} : { eMode: scaled.eMode }), collateral, debt };
}

function owedUnits({ owed, stable }: ScaledPosition, indices: Indices, { rules, timestamp }: Moment): bigint {
  const variable = rules.toOwed(owed, indices.debt);
  return stable === undefined ? variable : variable + stableDebtAt(stable, timestamp, rules);
}

function byIndex(a: readonly [number, bigint], b: readonly [number, bigint]): number {
  return a[0] - b[0];
}

/** Rounded down for each reserve, as Aave does for each account. */
function debtBase({ debtUnits, priceBase }: ReserveState, { decimals }: RawReserve): bigint {
  return (debtUnits * priceBase) / 10n ** intToBig(decimals);
}

function unpriced(venue: Address, { asset, price }: RawReserve): Exclusion[] {
  if (price !== 0n && price !== PRICE_UNREADABLE) return [];
  const saw = price === 0n ? "the oracle answers 0" : "the oracle does not answer";
  return [{ scope: "reserve", id: `${venue}/${asset}`, reason: `no price: ${saw}` }];
}

function missing(venue: Address, { market, unattributed }: AaveState): Exclusion[] {
  return market.reserves.flatMap(({ id, asset, scaledDebt }) => {
    const amount = unattributed.get(String(id));
    if (amount === undefined) return [];
    const reason = `of ${scaledDebt} scaled variable debt, ${amount} is owed by no known account`;
    return [{ scope: "reserve", id: `${venue}/${asset}`, reason }];
  });
}
