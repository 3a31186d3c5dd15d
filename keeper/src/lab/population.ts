import exp from "@stdlib/math-base-special-exp";
import ln from "@stdlib/math-base-special-ln";
import { namedAddress } from "../books/named-address.js";
import { type Address, BPS_ONE, type Bps, toUnitsDown } from "../units.js";
import { createRandom, type Random } from "./random.js";

/**
 * The synthetic borrowers of the default lab: ETH-backed borrowers of stablecoins, and loopers of staked ether.
 *
 * Leverage (assets over equity) of the borrowers is one plus a log-normal whose quartiles make it 1.4 and 1.9: the range
 * that Heimbach and Huang 2024 (BIS WP 1171) call typical; a price fall of 45 % then takes 29 % of them below a health
 * factor of one at a threshold of 83 %. Loopers hold 20.46 % of the debt (Bank of Canada SAP 2026-13, recursive margin
 * trading on Aave v3). The spread of sizes is that of 646 stETH borrowers of Aave v2 (June 2023): 2.11 in log units.
 * The mix of assets, the loopers' health factors and their number are choices of this lab, not measurements.
 */

const LEVERAGE_QUARTILES = [1.4, 1.9] as const;
/** Distance of the quartiles of a standard normal from its mean, in standard deviations. */
const NORMAL_QUARTILE = 0.6744897501960817;
const SIZE_SIGMA = 2.11;
/** Sizes further out than this many standard deviations are drawn again: no one borrower is the market. */
const SIZE_CUT_SIGMA = 2.5;
/** No one is opened closer to liquidation than this. */
const MIN_HEALTH_FACTOR = 1.05;
const LOOPER_HEALTH_FACTOR = [1.06, 1.25] as const;
const LOOPER_DEBT_SHARE = 0.2046;
/** One account in ten loops. */
const LOOPER_COUNT_SHARE = 0.1;
/** Shares of borrowers that hold the first asset only, and the second only; the others hold half of each by value. */
const COLLATERAL_MIX = { first: 0.6, second: 0.25 } as const;
/** Share of borrowers that owe the first stablecoin; the others owe the second. */
const DEBT_MIX_FIRST = 0.75;

/** What the population needs to know about an asset. */
export interface PopulationAsset {
  readonly symbol: string;
  readonly decimals: number;
  readonly priceUsd: number;
  readonly ltvBps: Bps;
  readonly liquidationThresholdBps: Bps;
}

export interface PopulationParams {
  readonly seed: number;
  readonly accounts: number;
  /** Value of all collateral, USD. */
  readonly collateralUsd: number;
  readonly assets: {
    readonly ether: PopulationAsset;
    readonly stakedEther: PopulationAsset;
    /** The one that three in four borrow, and that of the others. */
    readonly stablecoins: readonly [PopulationAsset, PopulationAsset];
  };
}

export interface PopulationAmount {
  readonly symbol: string;
  /** Raw units. */
  readonly units: bigint;
}

export interface PopulationAccount {
  readonly account: Address;
  readonly collateral: readonly PopulationAmount[];
  readonly debt: readonly PopulationAmount[];
}

interface Holding {
  readonly asset: PopulationAsset;
  /** Value in units of the account's own collateral before scaling. */
  readonly value: number;
}

interface Draft {
  readonly looper: boolean;
  readonly collateral: readonly Holding[];
  readonly debt: Holding;
}

/**
 * Create the accounts of one seed.
 *
 * **Units.** Amounts in raw units, rounded down. The first accounts are borrowers, the last ones loopers.
 */
export function createPopulation(params: PopulationParams): PopulationAccount[] {
  const { seed, accounts, assets, collateralUsd } = params;
  const random = createRandom(seed);
  const loopers = Math.round(accounts * LOOPER_COUNT_SHARE);
  const drafts = Array.from({ length: accounts }, (_, i) =>
    i < accounts - loopers ? draftBorrower(random, assets) : draftLooper(random, assets),
  );
  const scaleOf = scales(drafts, collateralUsd);
  return drafts.map((draft, i) => ({
    account: namedAddress(`bulkhead/population/${seed}/${i}`),
    collateral: draft.collateral.map((holding) => amountOf(holding, scaleOf(draft))),
    debt: [amountOf(draft.debt, scaleOf(draft))],
  }));
}

function draftBorrower(random: Random, assets: PopulationParams["assets"]): Draft {
  const size = drawSize(random);
  const debtShare = 1 - 1 / drawLeverage(random);
  const kind = random.unit();
  const weights =
    kind < COLLATERAL_MIX.first ? [1, 0] : kind < COLLATERAL_MIX.first + COLLATERAL_MIX.second ? [0, 1] : [0.5, 0.5];
  const collateral = [assets.ether, assets.stakedEther]
    .map((asset, i) => ({ asset, value: size * (weights[i] ?? 0) }))
    .filter(({ value }) => value > 0);
  const owed = random.unit() < DEBT_MIX_FIRST ? assets.stablecoins[0] : assets.stablecoins[1];
  return { looper: false, collateral, debt: { asset: owed, value: Math.min(size * debtShare, capacity(collateral)) } };
}

function draftLooper(random: Random, { ether, stakedEther }: PopulationParams["assets"]): Draft {
  const size = drawSize(random);
  const [low, high] = LOOPER_HEALTH_FACTOR;
  const healthFactor = low + (high - low) * random.unit();
  const collateral = [{ asset: stakedEther, value: size }];
  const value = Math.min((size * stakedEther.liquidationThresholdBps) / BPS_ONE / healthFactor, capacity(collateral));
  return { looper: true, collateral, debt: { asset: ether, value } };
}

/** The debt that the collateral lets through: its loan-to-value, and the least health factor anyone is opened at. */
function capacity(collateral: readonly Holding[]): number {
  return collateral.reduce((sum, { asset, value }) => {
    const share = Math.min(asset.ltvBps, asset.liquidationThresholdBps / MIN_HEALTH_FACTOR) / BPS_ONE;
    return sum + value * share;
  }, 0);
}

function drawSize(random: Random): number {
  for (;;) {
    const deviate = random.normal();
    if (Math.abs(deviate) <= SIZE_CUT_SIGMA) return exp(SIZE_SIGMA * deviate);
  }
}

function drawLeverage(random: Random): number {
  const low = ln(LEVERAGE_QUARTILES[0] - 1);
  const high = ln(LEVERAGE_QUARTILES[1] - 1);
  return 1 + exp((low + high) / 2 + ((high - low) / (2 * NORMAL_QUARTILE)) * random.normal());
}

/** Scale loopers to their share of the debt, then everyone to the total collateral. */
function scales(drafts: readonly Draft[], collateralUsd: number): (draft: Draft) => number {
  const total = (looper: boolean, value: (draft: Draft) => number): number =>
    drafts.reduce((sum, draft) => (draft.looper === looper ? sum + value(draft) : sum), 0);
  const owed = (draft: Draft): number => draft.debt.value;
  const held = (draft: Draft): number => draft.collateral.reduce((sum, { value }) => sum + value, 0);
  const looperDebt = total(true, owed);
  const relative =
    looperDebt === 0 ? 1 : (LOOPER_DEBT_SHARE / (1 - LOOPER_DEBT_SHARE)) * (total(false, owed) / looperDebt);
  const usdPerValue = collateralUsd / (total(false, held) + relative * total(true, held));
  return ({ looper }) => usdPerValue * (looper ? relative : 1);
}

function amountOf({ asset, value }: Holding, scale: number): PopulationAmount {
  return { symbol: asset.symbol, units: toUnitsDown((value * scale) / asset.priceUsd, asset.decimals) };
}
