import { expect } from "chai";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { marketRules } from "../../../keeper/src/model/calibration.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { shippedCalibration } from "./calibration-file.js";
import { marketSnapshot } from "./snapshot-fixture.js";

const ETH_CORRELATED = { id: 1, ltvBps: 9_000, liquidationThresholdBps: 9_300, liquidationBonusBps: 100 };

/** Accounts 0 and 1 hold the same; the first chose the category of WETH and stETH, and a third one without it pledges GEM. */
function withEMode(priceBase?: bigint): Snapshot {
  const holding = { collateral: { stETH: 10, GEM: 100 }, debt: { WETH: 7 } };
  const plain = marketSnapshot({
    prices: { WETH: 2_000, stETH: 1_900, USDC: 1, GEM: 10 },
    depth: { WETH: 5_000, stETH: 4_000 },
    accounts: [holding, holding],
  });
  const venues = plain.venues.map((venue) => ({
    ...venue,
    eModes: [priceBase === undefined ? ETH_CORRELATED : { ...ETH_CORRELATED, priceBase }],
    reserves: venue.reserves.map((reserve, i) => (i < 2 ? { ...reserve, eMode: 1 } : reserve)),
    accounts: venue.accounts.map((account, i) => (i === 0 ? { ...account, eMode: 1 } : account)),
  }));
  return { ...plain, venues };
}

describe("packPositions: e-mode", () => {
  const rules = marketRules(shippedCalibration("lab-1"));

  it("gives the category's threshold and bonus to members of it, and only there", () => {
    const { collateralLt, collateralBonus } = buildSystem(withEMode(), rules).state;
    expect([...collateralLt]).to.deep.equal([0.93, 0.8, 0.8, 0.8]);
    expect(collateralBonus[0]).to.equal(0.01);
    expect(collateralBonus[2]).to.not.equal(0.01);
  });

  it("values members at the category's own price, collateral and debt", () => {
    const { collateral, debt } = buildSystem(withEMode(2_000n * 10n ** 8n), rules).state;
    expect([...collateral.usd]).to.deep.equal([20_000, 1_000, 19_000, 1_000]);
    expect([...debt.usd]).to.deep.equal([14_000, 14_000]);
  });

  it("a category without a price leaves the venue out and is flagged, as a reserve without one does", () => {
    const { state } = buildSystem(withEMode(0n), rules);
    expect(state.venues).to.have.length(0);
    expect(state.coverageFrac).to.equal(0);
    expect(state.flags.map(({ kind }) => kind)).to.include("venue-excluded");
  });

  it("a category without a price that nobody uses leaves out nothing", () => {
    const snapshot = withEMode(0n);
    const venues = snapshot.venues.map((venue) => ({
      ...venue,
      accounts: venue.accounts.map(({ account, collateral, debt }) => ({ account, collateral, debt })),
    }));
    expect(buildSystem({ ...snapshot, venues }, rules).state.venues).to.have.length(1);
  });
});
