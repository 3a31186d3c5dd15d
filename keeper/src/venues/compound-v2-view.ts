import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, ForcedSale, ReserveState } from "../snapshot/snapshot.js";
import { bigToInt, intToBig } from "../units.js";
import type { Address } from "../units.js";
import { exclusionsOf, faultOf, tokenOf } from "./compound-v2-exclusions.js";
import { MANTISSA, accrue, isSet } from "./compound-v2-markets.js";
import type { Accrued, RawMarket } from "./compound-v2-markets.js";
import type { CompoundV2State } from "./compound-v2.js";

const BASE_UNIT = 10n ** 36n;
const USD_E8 = 10n ** 8n;
const BPS = 10n ** 14n;
/** Of every cToken. Source: compound-config, networks/mainnet.json. */
const CTOKEN_UNIT = 10n ** 8n;

interface MarketAt {
  readonly raw: RawMarket;
  readonly accrued: Accrued;
  /** The token lent; the configured one for ether. */
  readonly token: Address;
  /** What its collateral counts as: the token, or the cToken where an earlier market lends the same token. */
  readonly asset: Address;
}

/**
 * Turn a state into what the snapshot shows of it, interest up to the block added as the markets will: debts are to the unit what
 * `borrowBalanceCurrent` says, collateral what `balanceOfUnderlying` does. The Comptroller rounds the value of a cToken, not of
 * what it stands for: its sums differ by less than a raw unit's worth and 1e-18 of the cTokens for each market.
 *
 * Where two markets lend one token, the later one's collateral is its cToken, since thresholds differ; debts are one.
 */
export function viewCompoundV2(
  source: { readonly comptroller: Address; readonly nativeAsset?: Address },
  state: CompoundV2State,
): VenueView {
  const { followed } = state;
  const { block, market } = followed;
  const at = placeMarkets(source.nativeAsset, market.markets, block.number);
  const totals = { incentive: market.incentive };
  const reserves = [...at.values()].map((one) => reserveOf(one, totals)).sort((a, b) => (a.asset < b.asset ? -1 : 1));
  const places = new Map(reserves.map(({ asset }, r) => [asset, r] as const));
  for (const { token, asset, accrued } of at.values()) {
    if (token === asset) continue;
    const first = places.get(token)!;
    reserves[first] = { ...reserves[first]!, debtUnits: reserves[first]!.debtUnits + accrued.borrows };
  }
  const byCToken = new Map([...at.values()].map((one) => [one.raw.cToken, one] as const));
  return {
    state: {
      venue: source.comptroller,
      kind: "compound-v2",
      baseUnit: BASE_UNIT,
      baseUsdE8: USD_E8,
      closeFactorBps: bigToInt(market.closeFactor / BPS),
      fullCloseHfWad: 0n,
      reserves,
      accounts: accountsOf(state, { at, byCToken, places }),
      totalDebtBase: [...at.values()].reduce((sum, { raw, accrued }) => sum + accrued.borrows * raw.price, 0n),
    },
    forcedSales: followed.sales.flatMap((sale) => saleOf(sale, byCToken)),
    exclusions: exclusionsOf(source, state, byCToken),
  };
}

/** Markets that can be shown, by position, in Compound's order. */
function placeMarkets(
  native: Address | undefined,
  markets: readonly RawMarket[],
  number: number,
): Map<number, MarketAt> {
  const at = new Map<number, MarketAt>();
  const taken = new Set<Address>();
  markets.forEach((raw, position) => {
    if (faultOf(native, raw) !== undefined) return;
    const token = tokenOf(native, raw)!;
    at.set(position, { raw, accrued: accrue(raw, number), token, asset: taken.has(token) ? raw.cToken : token });
    taken.add(token);
  });
  return at;
}

function reserveOf({ raw, accrued, token, asset }: MarketAt, { incentive }: { incentive: bigint }): ReserveState {
  const isToken = asset === token;
  const wholeUnits = (CTOKEN_UNIT * accrued.exchangeRate) / MANTISSA;
  return {
    asset,
    priceBase: raw.price * (isToken ? 10n ** intToBig(decimalsOf(raw)) : wholeUnits),
    ltvBps: bigToInt(raw.collateralFactor / BPS),
    liquidationThresholdBps: bigToInt(raw.collateralFactor / BPS),
    liquidationBonusBps: incentive > MANTISSA ? bigToInt((incentive - MANTISSA) / BPS) : 0,
    active: raw.listed,
    frozen: raw.mintPaused && raw.borrowPaused,
    paused: false,
    borrowingEnabled: raw.listed && !raw.borrowPaused,
    suppliedUnits: isToken ? (raw.supply * accrued.exchangeRate) / MANTISSA : raw.supply,
    debtUnits: isToken ? accrued.borrows : 0n,
  };
}

function accountsOf(
  { followed, owed }: CompoundV2State,
  shown: {
    readonly at: ReadonlyMap<number, MarketAt>;
    readonly byCToken: ReadonlyMap<Address, MarketAt>;
    readonly places: ReadonlyMap<Address, number>;
  },
): AccountState[] {
  const rows = new Map<Address, { collateral: [number, bigint][]; debt: Map<number, bigint> }>();
  const rowOf = (account: Address) => {
    const row = rows.get(account) ?? { collateral: [], debt: new Map<number, bigint>() };
    rows.set(account, row);
    return row;
  };
  for (const { account, entered, cTokens } of followed.accounts.values()) {
    for (const [position, amount] of cTokens) {
      const market = shown.at.get(position);
      if (market === undefined || !isSet(entered, position) || market.raw.collateralFactor === 0n) continue;
      const { token, asset, accrued } = market;
      const units = asset === token ? (amount * accrued.exchangeRate) / MANTISSA : amount;
      if (units > 0n) rowOf(account).collateral.push([shown.places.get(asset)!, units]);
    }
  }
  for (const { cToken, account, principal, index } of owed?.loans.values() ?? []) {
    const market = shown.byCToken.get(cToken);
    if (market === undefined) continue;
    const units = (principal * market.accrued.borrowIndex) / index;
    const [{ debt }, place] = [rowOf(account), shown.places.get(market.token)!];
    if (units > 0n) debt.set(place, (debt.get(place) ?? 0n) + units);
  }
  return [...rows]
    .map(([account, { collateral, debt }]) => ({
      account,
      collateral: collateral.sort((a, b) => a[0] - b[0]),
      debt: [...debt].sort((a, b) => a[0] - b[0]),
    }))
    .filter(({ collateral, debt }) => collateral.length > 0 || debt.length > 0)
    .sort((a, b) => (a.account < b.account ? -1 : 1));
}

/** Seized cTokens at the exchange rate of the snapshot's block; a market that is left out has its reason among the exclusions. */
function saleOf(sale: ForcedSale, byCToken: ReadonlyMap<Address, MarketAt>): ForcedSale[] {
  const [taken, repaid] = [byCToken.get(sale.collateralAsset), byCToken.get(sale.debtAsset)];
  if (taken === undefined || repaid === undefined) return [];
  const collateralUnits = (sale.collateralUnits * taken.accrued.exchangeRate) / MANTISSA;
  return [{ ...sale, collateralAsset: taken.token, collateralUnits, debtAsset: repaid.token }];
}

const ETHER_DECIMALS = 18;

function decimalsOf(raw: RawMarket): number {
  return BigInt(raw.underlying) === 0n ? ETHER_DECIMALS : raw.decimals;
}
