import { expect } from "chai";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { marketRules } from "../../../keeper/src/model/calibration.js";
import { shippedCalibration } from "./calibration-file.js";
import { marketSnapshot } from "./snapshot-fixture.js";

describe("packPositions: owners", () => {
  it("an address has one number in all venues, an account of its own in each", () => {
    const one = marketSnapshot({
      prices: { WETH: 2_000, stETH: 1_900, USDC: 1, GEM: 10 },
      depth: { WETH: 5_000, stETH: 4_000 },
      accounts: [10, 20, 30].map((WETH) => ({ collateral: { WETH }, debt: { USDC: 1 } })),
    });
    const first = one.venues[0]!;
    const [low, middle, high] = first.accounts.map(({ account }) => account);
    const second = { ...first, venue: `0x${"bb".repeat(20)}` as const, accounts: first.accounts.slice(1) };
    const { state } = buildSystem(
      { ...one, venues: [{ ...first, accounts: [first.accounts[0]!, first.accounts[2]!] }, second] },
      marketRules(shippedCalibration("lab-1")),
    );
    expect(state.owners).to.deep.equal([low, middle, high]);
    expect([...state.accountOwner]).to.deep.equal([0, 2, 1, 2]);
    expect([...state.accountVenue]).to.deep.equal([0, 0, 1, 1]);
  });
});
