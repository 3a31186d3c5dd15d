import type { PerpAccountState, PerpKind, PerpMarketState, PerpVenueState } from "../snapshot/perps.js";
import { fromUnits } from "../units.js";
import type { Address } from "../units.js";

/** A perpetual venue as the model's waterfall takes it. */
export interface PerpVenueTerms {
  readonly insuranceUsd: number;
  readonly backstopUsd: number;
  readonly backstopShareFrac: number;
  readonly backstopLeverage: number;
  readonly liquidationFeeFrac: number;
  readonly adl: "queue" | "pro-rata";
}

/**
 * Perpetual positions of one block, as the model's `PerpBook` has them.
 *
 * **Shapes.** P positions, each with its own margin. **Units.** Prices are multiples of the venue's mark at t0; a size in USD
 * at that price.
 */
export interface PerpPositions {
  readonly venues: readonly PerpVenueTerms[];
  /** Each trades at its asset's price, in its asset's depth. */
  readonly markets: readonly { readonly venue: number; readonly asset: number; readonly curve: null }[];
  readonly market: Int32Array;
  /** -1 where the owner has nothing else. */
  readonly owner: Int32Array;
  readonly sizeUsd: Float64Array;
  readonly entry: Float64Array;
  readonly marginUsd: Float64Array;
  readonly fundingUsd: Float64Array;
  readonly maintenanceFrac: Float64Array;
  /** "venue/market" of markets whose positions are left out: no asset is configured, or it is none of the system's. */
  readonly unplaced: readonly string[];
}

/** Assets and owners that positions refer to, as a `SystemState` numbers them. */
export interface PerpContext {
  readonly assets: readonly { readonly address: Address }[];
  readonly owners: readonly Address[];
}

interface Row {
  readonly market: number;
  readonly owner: number;
  readonly sizeUsd: number;
  readonly entry: number;
  readonly marginUsd: number;
  readonly fundingUsd: number;
  readonly maintenanceFrac: number;
}

/** Share of a liquidation's penalty that goes to the fund. Source: ClearingHouse._liquidate; PerpsV2MarketLiquidate. */
const PENALTY_TO_FUND: Readonly<Record<PerpKind, number>> = { "perpetual-v2": 0.5, "synthetix-perps-v2": 0 };
const WAD = 1_000_000_000_000_000_000n;
const DECIMALS = 18;
const USD_DECIMALS = 8;

/**
 * Turn the perpetual venues of a snapshot into the model's positions.
 *
 * An account whose one margin stands behind several positions is split by what each of them requires: value and requirement
 * of the parts add up to the account's, and at t0 all of them are as far from liquidation as it is. Neither protocol has
 * a backstop vault or deleverages: what the fund cannot pay is shared by everybody at the venue, pro rata. Where losses
 * fall on those who back the currency, the fund holds the value of all positions, more than they can lose in one round.
 */
export function perpPositions(perps: readonly PerpVenueState[], { assets, owners }: PerpContext): PerpPositions {
  const assetIndex = new Map<string, number>(assets.map(({ address }, k) => [address, k] as const));
  const ownerIndex = new Map<string, number>(owners.map((owner, o) => [owner, o] as const));
  const markets: PerpPositions["markets"][number][] = [];
  const unplaced: string[] = [];
  const rows: Row[] = [];
  perps.forEach((state, venue) => {
    const placed = state.markets.map(({ market, asset: address }) => {
      const asset = address === undefined ? undefined : assetIndex.get(address);
      if (asset === undefined) unplaced.push(`${state.venue}/${market}`);
      return asset === undefined ? undefined : markets.push({ venue, asset, curve: null }) - 1;
    });
    for (const account of state.accounts) {
      rows.push(...rowsOf(state, account, { placed, owner: ownerIndex.get(account.account) ?? -1 }));
    }
  });
  return {
    venues: perps.map(termsOf),
    markets,
    market: Int32Array.from(rows, (row) => row.market),
    owner: Int32Array.from(rows, (row) => row.owner),
    sizeUsd: Float64Array.from(rows, (row) => row.sizeUsd),
    entry: Float64Array.from(rows, (row) => row.entry),
    marginUsd: Float64Array.from(rows, (row) => row.marginUsd),
    fundingUsd: Float64Array.from(rows, (row) => row.fundingUsd),
    maintenanceFrac: Float64Array.from(rows, (row) => row.maintenanceFrac),
    unplaced,
  };
}

function termsOf(state: PerpVenueState): PerpVenueTerms {
  const fund = state.insuranceFundWad ?? state.markets.reduce((sum, market) => sum + openValue(market), 0n);
  const penalties = state.markets.map(({ liquidationPenaltyWad }) => fromUnits(liquidationPenaltyWad, DECIMALS));
  return {
    insuranceUsd: toUsd(state)(fund > 0n ? fund : 0n),
    backstopUsd: 0,
    backstopShareFrac: 0,
    backstopLeverage: 0,
    liquidationFeeFrac: PENALTY_TO_FUND[state.kind] * Math.max(0, ...penalties),
    adl: "pro-rata",
  };
}

function openValue({ longWad, shortWad, markPriceWad }: PerpMarketState): bigint {
  return ((longWad + shortWad) * markPriceWad) / WAD;
}

function toUsd({ quoteUsdE8 }: PerpVenueState): (wad: bigint) => number {
  const rate = fromUnits(quoteUsdE8, USD_DECIMALS);
  return (wad) => fromUnits(wad, DECIMALS) * rate;
}

/** Positions of an account in placed markets; one without a size moves with no price, and counts in the account's value only. */
function rowsOf(
  state: PerpVenueState,
  account: PerpAccountState,
  { placed, owner }: { readonly placed: readonly (number | undefined)[]; readonly owner: number },
): Row[] {
  const usd = toUsd(state);
  const positions = account.positions.map(([m, size, openNotional, funding]) => {
    const { markPriceWad, maintenanceMarginWad } = state.markets[m]!;
    const value = (size * markPriceWad) / WAD;
    const required = fromUnits(value < 0n ? -value : value, DECIMALS) * fromUnits(maintenanceMarginWad, DECIMALS);
    return { market: placed[m], value, openNotional, funding, required };
  });
  const sum = positions.reduce((total, { required }) => total + required, 0);
  const worth = positions.reduce((total, p) => total + p.value + p.openNotional - p.funding, account.collateralWad);
  return positions.flatMap(({ market, value, openNotional, funding, required }) => {
    if (market === undefined || value === 0n) return [];
    const share = positions.length === 1 ? 1 : required / sum;
    const sizeUsd = usd(value);
    return {
      market,
      owner,
      sizeUsd,
      entry: -usd(openNotional) / sizeUsd,
      marginUsd: usd(worth) * share - usd(value + openNotional - funding),
      fundingUsd: usd(funding),
      maintenanceFrac: (usd(account.requirementWad) * share) / Math.abs(sizeUsd),
    };
  });
}
