import { expect } from "chai";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { marketRules } from "../../../keeper/src/model/calibration.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { shippedCalibration } from "./calibration-file.js";
import { marketSnapshot } from "./snapshot-fixture.js";

const terms = (id: number, liquidationThresholdBps: number, liquidationBonusBps: number) => {
  return { id, ltvBps: 9_000, liquidationThresholdBps, liquidationBonusBps, borrowable: [0] };
};

/** WETH and stETH are collateral in category 1, stETH in 2 as well; outside of those stETH is none. */
function withSets(): Snapshot {
  const holding = { collateral: { stETH: 10, GEM: 100 }, debt: { WETH: 7 } };
  const plain = marketSnapshot({
    prices: { WETH: 2_000, stETH: 1_900, USDC: 1, GEM: 10 },
    depth: { WETH: 5_000, stETH: 4_000 },
    accounts: [holding, holding, holding],
  });
  const venues = plain.venues.map((venue) => ({
    ...venue,
    eModes: [
      { ...terms(1, 9_300, 100), collateral: [0, 1] },
      { ...terms(2, 9_500, 50), collateral: [1] },
    ],
    fullCloseBase: 2_000n * 10n ** 8n,
    reserves: venue.reserves.map((reserve, i) => (i === 1 ? { ...reserve, liquidationThresholdBps: 0 } : reserve)),
    accounts: venue.accounts.map((account, i) => (i === 0 ? account : { ...account, eMode: i })),
  }));
  return { ...plain, venues };
}

describe("buildSystem: e-modes that are sets of reserves", () => {
  const rules = marketRules(shippedCalibration("lab-1"));

  it("one reserve is in several: each account gets its own category's threshold, and outside of one the reserve's", () => {
    const { collateralLt, collateralBonus, collateral } = buildSystem(withSets(), rules).state;
    // Without a category stETH backs nothing, so that only GEM is left of the first account's collateral.
    expect([...collateral.start]).to.deep.equal([0, 1, 3, 5]);
    expect([...collateralLt]).to.deep.equal([0.8, 0.93, 0.8, 0.95, 0.8]);
    expect([collateralBonus[1], collateralBonus[3]]).to.deep.equal([0.01, 0.005]);
  });

  it("what is small enough to be closed at once is in USD, and nothing where the venue has no such rule", () => {
    expect(buildSystem(withSets(), rules).state.venues[0]!.dustUsd).to.equal(2_000);
    const { venues, ...rest } = withSets();
    const without = venues.map(({ fullCloseBase: _, ...venue }) => venue);
    expect(buildSystem({ ...rest, venues: without }, rules).state.venues[0]!.dustUsd).to.equal(0);
  });
});
