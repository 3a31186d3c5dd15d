import { expect } from "chai";
import { summarise } from "../../../keeper/src/scan/summary.js";
import { tablesOf } from "../../../keeper/src/scan/tables.js";
import type { PerpVenueState } from "../../../keeper/src/snapshot/perps.js";
import { addressOf, sampleSnapshot } from "../snapshot/sample.js";

const WAD = 10n ** 18n;
const [clearing, ether, alice, bob] = [addressOf(70), addressOf(71), addressOf(72), addressOf(73)];

/** Quote worth 2 USD; 3 long and 2 short of one market at 100, marked 99. */
const venue: PerpVenueState = {
  venue: clearing,
  kind: "perpetual-v2",
  collateralAsset: addressOf(2),
  quoteUsdE8: 200_000_000n,
  insuranceFundWad: 50n * WAD,
  markets: [
    {
      market: ether,
      symbol: "vETH",
      open: true,
      indexPriceWad: 100n * WAD,
      markPriceWad: 99n * WAD,
      initialMarginWad: WAD / 10n,
      maintenanceMarginWad: WAD / 16n,
      liquidationPenaltyWad: WAD / 40n,
      fundingRateWad: 0n,
      longWad: 3n * WAD,
      shortWad: 2n * WAD,
    },
  ],
  accounts: [
    {
      account: alice,
      collateralWad: 40n * WAD,
      requirementWad: 20n * WAD,
      positions: [[0, 3n * WAD, -310n * WAD, WAD]],
    },
    {
      account: bob,
      collateralWad: 30n * WAD,
      requirementWad: 13n * WAD,
      positions: [[0, -2n * WAD, 190n * WAD, -WAD]],
    },
  ],
};
const rules = { stables: new Set<string>(["USDC"]), quotes: ["WETH"], minPoolDepthUsd: 0 };

describe("perpetual venues in a scan", () => {
  const snapshot = { ...sampleSnapshot(), perps: [venue] };

  it("default: accounts, open interest and insurance fund in USD", () => {
    expect(summarise(snapshot, rules).perps).to.deep.equal([
      { venue: clearing, kind: "perpetual-v2", accounts: 2, openInterestUsd: 1_000, insuranceFundUsd: 100 },
    ]);
  });

  it("default: none where the snapshot has none, and no fund where the venue has none", () => {
    expect(summarise(sampleSnapshot(), rules).perps).to.deep.equal([]);
    const bare: PerpVenueState = { ...venue };
    delete (bare as { insuranceFundWad?: bigint }).insuranceFundWad;
    expect(summarise({ ...snapshot, perps: [bare] }, rules).perps[0]!.insuranceFundUsd).to.equal(undefined);
  });

  it("default: a row a position, in whole units", () => {
    const table = tablesOf(snapshot).find(({ name }) => name === "perp_positions")!;
    expect(table.rows).to.deep.equal([
      [clearing, ether, "vETH", alice, 3, -310, 1, 99, 40, 20],
      [clearing, ether, "vETH", bob, -2, 190, -1, 99, 30, 13],
    ]);
    expect(Object.keys(table.columns)).to.have.length(10);
  });
});
