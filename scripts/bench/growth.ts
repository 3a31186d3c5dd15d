import { FULL_SIZE, type SyntheticSize } from "../../test/keeper/model/synthetic-book.js";
import { medianMs } from "./clock.js";
import { prepareSweep } from "./sweep.js";

/** Ours on one thread, at one size. */
export interface GrowthRow {
  readonly accounts: number;
  readonly assets: number;
  readonly scenarios: number;
  readonly ms: number;
  readonly msPerScenario: number;
}

const ACCOUNTS = [12_500, 25_000, 50_000, 100_000, 200_000];
const ASSETS = [16, 32, 64, 128];
const SCENARIOS = [125, 250, 500, 1_000];
const MIDDLE = 250;

/** How the cost of a sweep grows: each dimension alone, the others at 100,000 accounts, 64 assets, 250 scenarios. */
export async function growth(quick: boolean): Promise<GrowthRow[]> {
  const full = quick ? { ...FULL_SIZE, accounts: 2_000 } : FULL_SIZE;
  const sizes: (readonly [SyntheticSize, number])[] = [
    ...ACCOUNTS.map((accounts) => [{ ...full, accounts: quick ? accounts / 100 : accounts }, MIDDLE] as const),
    ...ASSETS.map((assets) => [{ ...full, assets }, MIDDLE] as const),
    ...SCENARIOS.map((scenarios) => [full, scenarios] as const),
  ];
  const rows: GrowthRow[] = [];
  for (const [size, scenarios] of sizes) {
    const ms = await medianMs(prepareSweep(size, scenarios, 1).ours, quick ? 1 : 5);
    rows.push({ accounts: size.accounts, assets: size.assets, scenarios, ms, msPerScenario: ms / scenarios });
  }
  return rows;
}
