import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, EModeState, Exclusion, ReserveState } from "../snapshot/snapshot.js";
import { intToBig } from "../units.js";
import type { Address } from "../units.js";
import type { ScaledAccount, ScaledPosition } from "./aave-accounts.js";
import { rayMul } from "./aave-math.js";
import { PRICE_UNREADABLE, accrueStable, indicesAt, totalDebt } from "./aave-reserves.js";
import type { Indices, RawEMode, RawReserve } from "./aave-reserves.js";
import type { AaveV3State } from "./aave-v3.js";

/** Constants of Aave v3.0 that no getter tells. Source: LiquidationLogic.sol, DEFAULT_LIQUIDATION_CLOSE_FACTOR. */
const CLOSE_FACTOR_BPS = 5_000;
/** 0.95. Source: LiquidationLogic.sol, CLOSE_FACTOR_HF_THRESHOLD. */
const FULL_CLOSE_HF_WAD = 950_000_000_000_000_000n;
const BPS_ONE = 10_000;

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
export function viewAaveV3(venue: Address, state: AaveV3State): Omit<VenueView, "baseUsdFeed"> {
  const now = state.block.timestamp;
  const byId = new Map<number, ReserveAt>();
  state.market.reserves.forEach((raw, index) => byId.set(raw.id, { raw, index, indices: indicesAt(raw, now) }));
  const reserves = [...byId.values()].map((reserve) => toReserve(reserve, now));
  const accounts: AccountState[] = [];
  for (const address of [...state.accounts.keys()].sort()) {
    const account = toAccount(state.accounts.get(address)!, byId, now);
    if (account.collateral.length > 0 || account.debt.length > 0) accounts.push(account);
  }
  return {
    state: {
      venue,
      kind: "aave-v3",
      baseUnit: state.market.baseUnit,
      closeFactorBps: CLOSE_FACTOR_BPS,
      fullCloseHfWad: FULL_CLOSE_HF_WAD,
      reserves,
      ...(state.market.eModes.length === 0 ? {} : { eModes: state.market.eModes.map(toEMode) }),
      accounts,
      totalDebtBase: reserves.reduce((sum, reserve, r) => sum + debtBase(reserve, state.market.reserves[r]!), 0n),
    },
    forcedSales: state.sales,
    exclusions: [...state.market.reserves.flatMap((raw) => unpriced(venue, raw)), ...missing(venue, state)],
  };
}

function toReserve({ raw, indices }: ReserveAt, now: number): ReserveState {
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
    suppliedUnits: rayMul(raw.scaledSupply, indices.income),
    debtUnits: totalDebt(raw, indices.debt, now),
    ...(raw.eMode === 0 ? {} : { eMode: raw.eMode }),
  };
}

function toEMode(raw: RawEMode): EModeState {
  return {
    id: raw.id,
    ltvBps: raw.ltvBps,
    liquidationThresholdBps: raw.liquidationThresholdBps,
    liquidationBonusBps: bonusOf(raw.bonusFactorBps),
    ...(raw.price === 0n ? {} : { priceBase: raw.price === PRICE_UNREADABLE ? 0n : raw.price }),
  };
}

/** Aave counts the debt itself in; a reserve that cannot be collateral has 0. */
function bonusOf(factorBps: number): number {
  return Math.max(0, factorBps - BPS_ONE);
}

function toAccount(scaled: ScaledAccount, byId: ReadonlyMap<number, ReserveAt>, now: number): AccountState {
  const collateral: [number, bigint][] = [];
  const debt: [number, bigint][] = [];
  for (const position of scaled.positions) {
    const { raw, index, indices } = byId.get(position.id)!;
    // Aave ignores the flag while the threshold is 0. Source: GenericLogic.calculateUserAccountData.
    const supplied = raw.liquidationThresholdBps === 0 ? 0n : rayMul(position.supplied, indices.income);
    const owed = owedUnits(position, indices, now);
    if (supplied > 0n) collateral.push([index, supplied]);
    if (owed > 0n) debt.push([index, owed]);
  }
  collateral.sort(byIndex);
  debt.sort(byIndex);
  return { account: scaled.account, ...(scaled.eMode === 0 ? {} : { eMode: scaled.eMode }), collateral, debt };
}

function owedUnits({ owed, stable }: ScaledPosition, indices: Indices, now: number): bigint {
  const variable = rayMul(owed, indices.debt);
  return stable === undefined
    ? variable
    : variable + accrueStable(stable.principal, stable.rate, intToBig(now) - stable.updatedAt);
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

function missing(venue: Address, { market, unattributed }: AaveV3State): Exclusion[] {
  return market.reserves.flatMap(({ id, asset, scaledDebt }) => {
    const amount = unattributed.get(String(id));
    if (amount === undefined) return [];
    const reason = `of ${scaledDebt} scaled variable debt, ${amount} is owed by no known account`;
    return [{ scope: "reserve", id: `${venue}/${asset}`, reason }];
  });
}
