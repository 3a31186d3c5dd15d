import type { VenueView } from "../snapshot/compose.js";
import { decimalsFault } from "../snapshot/decimals.js";
import type { AccountState, Exclusion, ReserveState } from "../snapshot/snapshot.js";
import { BPS_ONE, bigToInt, intToBig } from "../units.js";
import type { Address } from "../units.js";
import type { EulerState } from "./euler-v2.js";
import type { RawEulerAccount, RawEulerCollateral, RawEulerVault } from "./euler-vaults.js";

/** `10 ** 77` is the largest power of ten that 256 bits hold. */
const MAX_DECIMALS = 77n;

/** Of the configuration. */
export interface EulerCluster {
  readonly venue: Address;
  readonly unitOfAccount: Address;
  readonly baseUsdFeed: Address | undefined;
}

/** Places of a market's reserves in the snapshot, by token. */
interface Shown {
  readonly raw: RawEulerVault;
  readonly asset: number;
  readonly collateral: ReadonlyMap<Address, number>;
}

/**
 * Turn a state into what the snapshot shows of it. Each vault that lends is a market: its asset, and the vaults whose shares
 * it takes. Prices are the oracle's for one whole unit, as liquidations take them, mid-point.
 *
 * **Gap.** The discount grows with the shortfall up to a limit: the bonus here is the limit, as if each were late.
 */
export function viewEuler(state: EulerState, cluster: EulerCluster): VenueView {
  const { venue, baseUsdFeed } = cluster;
  const reserves: ReserveState[] = [];
  const shown = new Map<Address, Shown>();
  const exclusions: Exclusion[] = [];
  const exclude = (id: string, reason: string): void =>
    void exclusions.push({ scope: "reserve", id: `${venue}/${id}`, reason });
  let totalDebtBase = 0n;
  for (const raw of state.market.vaults.toSorted((a, b) => (a.vault < b.vault ? -1 : 1))) {
    const reason = faultOf(raw, cluster);
    if (reason !== undefined) {
      exclude(raw.vault, `${reason}; ${raw.borrowed} raw units owed are in no total`);
      continue;
    }
    totalDebtBase += (raw.borrowed * raw.price) / 10n ** intToBig(raw.decimals);
    for (const { collateral } of raw.takes.filter((takes) => !isPriced(takes)))
      exclude(`${raw.vault}/${collateral}`, "no decimals, or no price: the oracle does not answer, or answers 0");
    const market = reservesOf(raw, state.market.accounts);
    const place = new Map(market.map(({ asset }, i) => [asset, reserves.length + i] as const));
    shown.set(raw.vault, { raw, asset: place.get(raw.asset)!, collateral: place });
    reserves.push(...market);
  }
  const unit = state.market.vaults.find((raw) => raw.unit === cluster.unitOfAccount);
  return {
    state: {
      venue,
      kind: "euler-v2",
      baseUnit: 10n ** (unit === undefined || unit.unitDecimals > MAX_DECIMALS ? 18n : unit.unitDecimals),
      ...(baseUsdFeed === undefined ? { baseUsdE8: 10n ** 8n } : {}),
      closeFactorBps: BPS_ONE,
      fullCloseHfWad: 0n,
      reserves,
      accounts: accountsOf(state, shown),
      totalDebtBase,
    },
    baseUsdFeed,
    forcedSales: state.sales,
    exclusions: [...exclusions, ...missing(venue, state.market.accounts, shown)],
  };
}

function faultOf(raw: RawEulerVault, { unitOfAccount }: EulerCluster): string | undefined {
  if (raw.unit !== unitOfAccount) return `its unit of account is ${raw.unit}`;
  if (raw.unitDecimals > MAX_DECIMALS) return `its unit of account has ${raw.unitDecimals} decimals`;
  const fault = decimalsFault(raw.hasDecimals ? raw.decimals : undefined);
  if (fault !== undefined) return `its asset: ${fault}`;
  if (!raw.hasPrice || raw.price === 0n) return "no price of its asset: the oracle does not answer, or answers 0";
  const tokens = [raw.asset, ...raw.takes.map(({ collateral }) => collateral)];
  return new Set(tokens).size < tokens.length ? "a token is on its list twice" : undefined;
}

function isPriced({ hasDecimals, decimals, hasPrice, price }: RawEulerCollateral): boolean {
  return hasPrice && price > 0n && decimalsFault(hasDecimals ? decimals : undefined) === undefined;
}

const OPEN = { active: true, frozen: false, paused: false } as const;

/** Ascending by token. */
function reservesOf(raw: RawEulerVault, accounts: readonly RawEulerAccount[]): ReserveState[] {
  const lent: ReserveState = {
    ...OPEN,
    market: raw.vault,
    asset: raw.asset,
    priceBase: raw.price,
    ltvBps: 0,
    liquidationThresholdBps: 0,
    liquidationBonusBps: 0,
    borrowingEnabled: true,
    suppliedUnits: raw.assets,
    debtUnits: raw.borrowed,
  };
  const borrowers = accounts.filter(({ controller, debt }) => controller === raw.vault && debt > 0n);
  const pledged = raw.takes.filter(isPriced).map((takes): ReserveState => ({
    ...OPEN,
    market: raw.vault,
    asset: takes.collateral,
    priceBase: takes.price,
    ltvBps: takes.borrowLtvBps,
    liquidationThresholdBps: takes.liquidationLtvBps,
    liquidationBonusBps: bonusOf(raw.maxDiscountBps),
    borrowingEnabled: false,
    suppliedUnits: borrowers.reduce((sum, account) => sum + sharesOf(account, takes.collateral), 0n),
    debtUnits: 0n,
  }));
  return [lent, ...pledged].sort((a, b) => (a.asset < b.asset ? -1 : 1));
}

function sharesOf({ has }: RawEulerAccount, token: Address): bigint {
  return has.find(({ collateral }) => collateral === token)?.shares ?? 0n;
}

/** What is bought at a discount of `d` is worth 1 / (1 - d) of what was paid, rounded up. */
function bonusOf(discountBps: number): number {
  const [one, discount] = [intToBig(BPS_ONE), intToBig(Math.min(discountBps, BPS_ONE - 1))];
  const bonus = bigToInt((one * discount + one - discount - 1n) / (one - discount));
  return Math.min(bonus, 65_535);
}

/** Ascending by market, then account. */
function accountsOf({ market }: EulerState, shown: ReadonlyMap<Address, Shown>): AccountState[] {
  const rows = market.accounts.flatMap((account) => {
    const at = shown.get(account.controller);
    return at === undefined || account.debt === 0n || faultIn(account, at) !== undefined
      ? []
      : [toAccount(account, at)];
  });
  return rows.sort((a, b) => (`${a.market}/${a.account}` < `${b.market}/${b.account}` ? -1 : 1));
}

function toAccount(account: RawEulerAccount, { asset, collateral }: Shown): AccountState {
  const held = account.has.flatMap(({ collateral: token, shares }): [number, bigint][] => {
    const place = collateral.get(token);
    return place === undefined || shares === 0n ? [] : [[place, shares]];
  });
  return {
    market: account.controller,
    account: account.account,
    collateral: held.sort(([a], [b]) => a - b),
    debt: [[asset, account.debt]],
  };
}

/** Why an account of a market that is shown cannot be; undefined where it can. */
function faultIn({ hasDebt, has }: RawEulerAccount, { raw }: Shown): string | undefined {
  if (!hasDebt) return "its vault does not say what it owes";
  for (const { collateral, hasShares, shares } of has) {
    const takes = raw.takes.find((each) => each.collateral === collateral);
    if (takes === undefined) continue;
    if (!hasShares) return `collateral ${collateral} does not say what it has`;
    if (shares > 0n && !isPriced(takes)) return `collateral ${collateral} has no price`;
  }
  return undefined;
}

function missing(
  venue: Address,
  accounts: readonly RawEulerAccount[],
  shown: ReadonlyMap<Address, Shown>,
): Exclusion[] {
  const broken = accounts.flatMap((account): Exclusion[] => {
    const at = shown.get(account.controller);
    const reason = at === undefined ? undefined : faultIn(account, at);
    return reason === undefined ? [] : [{ scope: "account", id: `${venue}/${account.account}`, reason }];
  });
  const unknown = [...shown].flatMap(([vault, { raw }]): Exclusion[] => {
    const of = accounts.filter(({ controller }) => controller === vault);
    const open = raw.borrowed - of.reduce((sum, { debt }) => sum + debt, 0n);
    const reason = `of ${raw.borrowed} raw units owed, ${open} are owed by no known account`;
    // Each debt is rounded up, so that together they are at least the total.
    return open > 0n ? [{ scope: "reserve", id: `${venue}/${vault}`, reason }] : [];
  });
  return [...broken, ...unknown];
}
