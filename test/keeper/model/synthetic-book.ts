import { weightRows } from "../../../keeper/src/graph/backing.js";
import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { Positions, SystemState } from "../../../keeper/src/graph/system-state.js";
import { exp } from "../../../keeper/src/model/elementary.js";
import type { ScenarioSet } from "../../../keeper/src/model/scenarios/scenario-set.js";
import { seeded, type Seeded } from "./seeded.js";

/** Size of a made-up system. */
export interface SyntheticSize {
  readonly accounts: number;
  readonly assets: number;
  /** Collateral and debt positions of every account. */
  readonly held: number;
  readonly owed: number;
  readonly seed: number;
  /** Whole variety: every impact family, no market, tables, derived assets, sales passed on, dust rules. */
  readonly mixed: boolean;
}

/** 100,000 accounts x 8 positions x 64 assets. */
export const FULL_SIZE: SyntheticSize = { accounts: 100_000, assets: 64, held: 5, owed: 3, seed: 9, mixed: false };

const VENUES = 4;
/** Every eighth asset is a stable; four fifths of debts are stables. */
const STABLE_EVERY = 8;
const STABLE_DEBT = 0.8;
/**
 * Health factors are 1 + exp(1.2 z): of the 1,309 stETH borrowers of Aave v2 in June 2023, 1.0 % lie below 1.05, 2.4 %
 * below 1.1, 12.8 % below 1.25, 28 % below 1.5, 50 % below 2; of these 0.6, 2.8, 12.4, 28 and 50 %.
 */
const CUSHION_SIGMA = 1.2;
/** In a mixed system some are past their limit, some under water. */
const MIXED_LEAST_HF = 0.75;

/**
 * A system drawn from a seed: sizes log-normal around 10,000 USD, weights of an account's positions exponential, low
 * asset numbers held more often, health factors like those of a real book, and every market about as deep as what is held of it.
 */
export function syntheticState(size: SyntheticSize): SystemState {
  const draw = seeded(size.seed);
  const accountVenue = Int32Array.from({ length: size.accounts }, () => draw.below(VENUES));
  const collateral = emptyPositions(size.accounts, size.held);
  const debt = emptyPositions(size.accounts, size.owed);
  const lt = new Float64Array(size.accounts * size.held);
  for (let i = 0; i < size.accounts; i++) {
    const venue = accountVenue[i]!;
    const scale = 10_000 * exp(1.5 * draw.normal());
    let limitUsd = 0;
    for (const e of drawRow(collateral, i, size, { draw, venue, pick: () => popular(draw, size.assets) })) {
      collateral.usd[e] = scale * draw.exponential();
      lt[e] = thresholdOf(venue, collateral.asset[e]!);
      limitUsd += collateral.usd[e] * lt[e];
    }
    const rows = drawRow(debt, i, size, { draw, venue, pick: () => borrowed(draw, size.assets) });
    const weights = rows.map(() => draw.exponential());
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const owedUsd = limitUsd / ((size.mixed ? MIXED_LEAST_HF : 1) + exp(CUSHION_SIGMA * draw.normal()));
    rows.forEach((e, at) => (debt.usd[e] = (owedUsd * weights[at]!) / total));
  }
  collateral.saleUsd.set(collateral.usd);
  debt.saleUsd.set(debt.usd);
  return { ...systemOf(size, collateral), accountVenue, collateral, debt, collateralLt: lt };
}

/** Independent half-normal shocks of `sigmaFrac` on every asset but stables, depth as read. */
export function halfNormalSet(size: SyntheticSize, count: number, sigmaFrac = 0.1): ScenarioSet {
  const draw = seeded(size.seed + 1);
  const dropFrac = Float64Array.from({ length: count * size.assets }, (_, e) =>
    isStable(e % size.assets) ? 0 : Math.min(0.99, sigmaFrac * Math.abs(draw.normal())),
  );
  const depthFactor = new Float64Array(count * size.assets).fill(1);
  return { seed: `synthetic ${size.seed}`, horizonSec: 86_400, count, dropFrac, depthFactor, depegFrom: count };
}

function systemOf(
  size: SyntheticSize,
  collateral: Positions,
): Omit<SystemState, "accountVenue" | "collateral" | "debt" | "collateralLt"> {
  const heldUsd = new Float64Array(size.assets);
  collateral.asset.forEach((k, e) => (heldUsd[k] = heldUsd[k]! + collateral.usd[e]!));
  const assets = Array.from({ length: size.assets }, (_, k) => k);
  const address = (index: number) => `0x${index.toString(16).padStart(40, "0")}` as const;
  const backedBy = (k: number) => (size.mixed && k % 16 === 11 ? k - 1 : null);
  return {
    assets: assets.map((k) => ({
      address: address(k),
      symbol: `A${k}`,
      stable: isStable(k),
      curve: curveOf(size, k, Math.max(1, heldUsd[k]!)),
      marketUsd: 1,
      poolFeeFrac: 0,
      pooled: true,
    })),
    venues: Array.from({ length: VENUES }, (_, v) => ({
      address: address(4096 + v),
      closeFactorFrac: v === 3 ? 1 : 0.5,
      fullCloseHf: 0.95,
      dustUsd: size.mixed && v === 2 ? 2_000 : 0,
      coverageFrac: 1,
    })),
    reserves: Array.from({ length: VENUES * size.assets }, (_, r) => {
      const [venue, asset] = [Math.floor(r / size.assets), r % size.assets];
      const lt = thresholdOf(venue, asset);
      const rest = { priceUsd: 1, gapFrac: 0, ltvFrac: lt - 0.05, open: true, suppliedUsd: 0 };
      return { venue, asset, liquidationThresholdFrac: lt, bonusFrac: bonusOf(venue), ...rest };
    }),
    accountOwner: Int32Array.from({ length: size.accounts }, (_, i) => i),
    owners: Array.from({ length: size.accounts }, (_, i) => address(65_536 + i)),
    collateralBonus: Float64Array.from(collateral.reserve, (r) => bonusOf(Math.floor(r / size.assets))),
    saleOrder: Int32Array.from(assets).reverse(),
    backing: weightRows(size.assets, (k) => (backedBy(k) === null ? [] : [[backedBy(k)!, 1]])),
    passOn: weightRows(size.assets, (k) => (backedBy(k) === null ? [] : [[backedBy(k)!, 0.7]])),
    flags: [],
    coverageFrac: 1,
  };
}

function curveOf(size: SyntheticSize, k: number, heldUsd: number): DepthCurve {
  if (isStable(k)) return { kind: "inf" };
  if (!size.mixed) return { kind: "exp", deltaUsd: heldUsd };
  const drops = [-3, -0.2, 0, 0.1, 0.1, 0.6, 0.999];
  const kinds: DepthCurve[] = [
    { kind: "exp", deltaUsd: heldUsd },
    { kind: "linear", deltaUsd: 0.3 * heldUsd },
    { kind: "cs", floorFrac: 0.3, depthUsd: heldUsd },
    { kind: "sqrt", y: 1, sigma: 0.3, volumeUsd: heldUsd },
    { kind: "cpmm", reserveUsd: heldUsd },
    { kind: "table", drop: Float64Array.from(drops), usd: Float64Array.from(drops, (_, m) => ((m - 2) * heldUsd) / 8) },
    { kind: "none" },
  ];
  return kinds[(k % STABLE_EVERY) - 1]!;
}

function isStable(asset: number): boolean {
  return asset % STABLE_EVERY === 0;
}

/** The square of a uniform number: low assets are popular. */
function popular(draw: Seeded, assets: number): number {
  const share = draw.uniform();
  return Math.floor(share * share * assets);
}

function borrowed(draw: Seeded, assets: number): number {
  if (draw.uniform() >= STABLE_DEBT) return popular(draw, assets);
  return STABLE_EVERY * draw.below(Math.ceil(assets / STABLE_EVERY));
}

function thresholdOf(venue: number, asset: number): number {
  return (isStable(asset) ? 0.9 : 0.86 - 0.02 * (asset % 7)) - 0.02 * venue;
}

function bonusOf(venue: number): number {
  return 0.04 + 0.01 * venue;
}

function emptyPositions(accounts: number, each: number): Positions {
  const count = accounts * each;
  return {
    start: Int32Array.from({ length: accounts + 1 }, (_, i) => i * each),
    asset: new Int32Array(count),
    reserve: new Int32Array(count),
    usd: new Float64Array(count),
    saleUsd: new Float64Array(count),
  };
}

/** Give row `i` distinct assets where there are enough; returns its entries. */
function drawRow(
  { start, asset, reserve }: Positions,
  i: number,
  size: SyntheticSize,
  { draw, venue, pick }: { readonly draw: Seeded; readonly venue: number; readonly pick: () => number },
): number[] {
  const taken = new Set<number>();
  const rows = Array.from({ length: start[i + 1]! - start[i]! }, (_, at) => start[i]! + at);
  for (const e of rows) {
    let k = pick();
    for (let tries = 0; taken.has(k) && tries < 8; tries++) k = pick();
    while (taken.has(k) && taken.size < size.assets) k = draw.below(size.assets);
    taken.add(k);
    asset[e] = k;
    reserve[e] = venue * size.assets + k;
  }
  return rows;
}
