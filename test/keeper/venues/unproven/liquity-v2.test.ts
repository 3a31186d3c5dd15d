import { expect } from "chai";
import { readLiquity } from "../../../../keeper/src/venues/liquity-branches.js";
import { viewLiquity } from "../../../../keeper/src/venues/liquity-v2.js";
import { LiquityV2BranchesLens__factory, LiquityV2TrovesLens__factory } from "../../../../typechain-types/index.js";
import { WAD, addressOf, packed, telling } from "./words.js";

const [VENUE, REGISTRY] = [addressOf(0xc0), addressOf(0xa1)];
const [MANAGER, OWNERS, OWNER] = [addressOf(0xb1), addressOf(0xb2), addressOf(0xe1)];
const [WETH, BOLD] = [addressOf(0xd2), addressOf(0xd1)];
const HAS_PRICE = 1n << 255n;
const FAILED = 1n << 254n;

interface Branch {
  readonly flags?: bigint;
  readonly price?: bigint;
  readonly shutdownAt?: bigint;
  readonly minRatio?: bigint;
  readonly listed?: readonly number[];
}

const branch = ({ flags = HAS_PRICE, price = 2_000n * WAD, shutdownAt = 0n, minRatio, listed = [0xb1] }: Branch) => [
  BigInt(listed.length),
  ...listed.flatMap((manager) => [addressOf(manager), 3_000n * WAD]),
  ...[MANAGER, OWNERS, WETH, BOLD, packed([minRatio ?? (11n * WAD) / 10n, 128], [WAD / 20n, 0])],
  ...[flags | 3n, shutdownAt, price],
];
const trove = (id: bigint, debt: bigint, collateral: bigint) => [
  id,
  OWNER,
  packed([debt * WAD, 128], [collateral * WAD, 0]),
];
/** Three troves of one owner; the lens has room for two at first. */
const TROVES = [
  [2n, ...trove(9n, 1_000n, 1n), ...trove(7n, 1_500n, 1n)],
  [1n, ...trove(2n ** 255n, 500n, 2n)],
];

const read = async (of: Branch, troves = TROVES) => {
  const reader = telling([
    [LiquityV2BranchesLens__factory, [branch(of)]],
    [LiquityV2TrovesLens__factory, troves],
  ]);
  return viewLiquity(VENUE, await readLiquity(reader, VENUE, [REGISTRY]));
};

describe("Liquity v2 venue: what is made of a lens's words", () => {
  it("default: a branch is two reserves, each trove a row of its owner's, thresholds the inverse of the ratio", async () => {
    const { state, exclusions, forcedSales } = await read({});
    expect([exclusions, forcedSales]).to.deep.equal([[], []]);
    expect(state.reserves.map(({ asset, market, priceBase }) => [asset, market, priceBase])).to.deep.equal([
      [BOLD, MANAGER, WAD],
      [WETH, MANAGER, 2_000n * WAD],
    ]);
    // 1 / 1.1 = 0.90909: below it by less than a basis point.
    expect(state.reserves[1]).to.deep.include({ liquidationThresholdBps: 9_090, liquidationBonusBps: 500 });
    expect(state.reserves[1]!.suppliedUnits).to.equal(4n * WAD);
    const id = (hex: string): string => `${MANAGER}/0x${hex.padStart(64, "0")}`;
    expect(state.accounts).to.deep.equal([
      { market: id("7"), account: OWNER, collateral: [[1, WAD]], debt: [[0, 1_500n * WAD]] },
      { market: id("9"), account: OWNER, collateral: [[1, WAD]], debt: [[0, 1_000n * WAD]] },
      {
        market: id(`8${"0".repeat(63)}`),
        account: OWNER,
        collateral: [[1, 2n * WAD]],
        debt: [[0, 500n * WAD]],
      },
    ]);
    expect(state.totalDebtBase).to.equal(3_000n * WAD);
  });

  it("behavior: a branch that was shut down lends no more", async () => {
    const { state } = await read({ shutdownAt: 1n });
    expect(state.reserves.map(({ frozen, borrowingEnabled }) => [frozen, borrowingEnabled])).to.deep.equal([
      [true, false],
      [true, false],
    ]);
  });

  const FAULTS: Record<string, readonly [Branch, string]> = {
    "a price that was not read": [{ flags: 0n }, "no price: its feed does not answer"],
    "a price of an oracle that failed": [
      { flags: HAS_PRICE | FAILED },
      "no price: its feed says that its oracle failed",
    ],
    "a price of 0": [{ price: 0n }, "no price: its feed answers 0"],
    "a ratio below 1": [{ minRatio: WAD - 1n }, `its minimum ratio is ${WAD - 1n}, below 1`],
  };
  for (const [what, [of, reason]] of Object.entries(FAULTS)) {
    it(`behavior: ${what} excludes the branch; its debt counts against coverage`, async () => {
      const { state, exclusions } = await read(of);
      expect(exclusions).to.deep.equal([{ scope: "reserve", id: `${VENUE}/${MANAGER}`, reason }]);
      expect(state).to.deep.include({ reserves: [], accounts: [], totalDebtBase: 3_000n * WAD });
    });
  }

  it("behavior: so do a branch that is not configured, and one that is none of the deployment's", async () => {
    const two = await read({ listed: [0xb1, 0xb9] });
    const unlisted = "the addresses registry of this branch is not configured";
    expect(two.exclusions).to.deep.equal([{ scope: "reserve", id: `${VENUE}/${addressOf(0xb9)}`, reason: unlisted }]);
    expect(two.state.totalDebtBase).to.equal(6_000n * WAD);
    const foreign = await read({ listed: [0xb9] });
    expect(foreign.exclusions.map(({ reason }) => reason)).to.deep.equal([
      unlisted,
      "its trove manager is none of the collateral registry's",
    ]);
  });

  it("error: WordsMalformed for an answer that ends early, and for one without progress", async () => {
    const cut = telling([[LiquityV2BranchesLens__factory, [branch({}).slice(0, -1)]]]);
    const fault = await readLiquity(cut, VENUE, [REGISTRY]).catch((error: unknown) => String(error));
    expect(fault).to.contain("saw 10 words, expected a word 10");
    const stuck = await read({}, [[0n]]).catch((error: unknown) => String(error));
    expect(stuck).to.contain("no progress");
  });
});
