import { expect } from "chai";
import { readCrvUsd } from "../../../../keeper/src/venues/crvusd-markets.js";
import { viewCrvUsd } from "../../../../keeper/src/venues/crvusd.js";
import { CrvUsdLoansLens__factory, CrvUsdMarketsLens__factory } from "../../../../typechain-types/index.js";
import { WAD, addressOf, packed, telling } from "./words.js";

const [VENUE, CRVUSD, WBTC, CONTROLLER] = [addressOf(0xc0), addressOf(0xd1), addressOf(0xd2), addressOf(0xb1)];
const [ALICE, BOB] = [addressOf(0xe1), addressOf(0xe2)];
const READ = { decimals: 1n << 8n, price: 1n << 9n };

interface Market {
  readonly collateral?: ReturnType<typeof addressOf>;
  readonly shape?: bigint;
  readonly price?: bigint;
  readonly discount?: bigint;
}

const market = ({
  collateral = WBTC,
  shape = READ.decimals | READ.price | 8n,
  price = 40_000n * WAD,
  discount,
}: Market) => [
  packed([1n, 160], [CRVUSD, 0]),
  CONTROLLER,
  packed([2n, 160], [collateral, 0]),
  50_000n * WAD,
  // 6 % and 9 %, as most markets have.
  packed([discount ?? (6n * WAD) / 100n, 128], [(9n * WAD) / 100n, 0]),
  shape,
  price,
];
const LOANS = [
  // Bob's second loan is half sold by the market maker: 1 WBTC and 30,000 crvUSD.
  [1n, packed([10n, 160], [BOB, 0]), packed([10n ** 8n, 128], [30_000n * WAD, 0]), 40_000n * WAD],
  [1n, packed([4n, 160], [ALICE, 0]), packed([5n * 10n ** 7n, 128]), 10_000n * WAD],
];

const read = async (of: Market, loans = LOANS) => {
  const reader = telling([
    [CrvUsdMarketsLens__factory, [market(of)]],
    [CrvUsdLoansLens__factory, loans],
  ]);
  return viewCrvUsd(VENUE, await readCrvUsd(reader, VENUE));
};

describe("crvUSD venue: what is made of a lens's words", () => {
  it("default: a market is two reserves; what collateral was sold for is collateral, too", async () => {
    const { state, exclusions } = await read({});
    expect(exclusions).to.deep.equal([]);
    expect(
      state.reserves.map(({ asset, priceBase, suppliedUnits }) => [asset, priceBase, suppliedUnits]),
    ).to.deep.equal([
      [CRVUSD, WAD, 30_000n * WAD],
      [WBTC, 40_000n * WAD, 15n * 10n ** 7n],
    ]);
    // 0.06 / 0.94 = 6.38 %.
    const terms = { ltvBps: 9_100, liquidationThresholdBps: 9_400, liquidationBonusBps: 638, market: CONTROLLER };
    for (const reserve of state.reserves) expect(reserve).to.deep.include(terms);
    expect(state.accounts).to.deep.equal([
      { market: CONTROLLER, account: ALICE, collateral: [[1, 5n * 10n ** 7n]], debt: [[0, 10_000n * WAD]] },
      {
        market: CONTROLLER,
        account: BOB,
        collateral: [
          [0, 30_000n * WAD],
          [1, 10n ** 8n],
        ],
        debt: [[0, 40_000n * WAD]],
      },
    ]);
    expect(state).to.deep.include({ baseUnit: WAD, totalDebtBase: 50_000n * WAD });
  });

  const FAULTS: Record<string, readonly [Market, string]> = {
    "a price that was not read": [{ shape: READ.decimals | 8n }, "no price: its market maker does not answer"],
    "a price of 0": [{ price: 0n }, "no price: its market maker answers 0"],
    "no decimals": [{ shape: READ.price }, "its collateral: decimals does not answer"],
    "crvUSD as collateral": [{ collateral: CRVUSD }, "its collateral is what it lends"],
    "a discount of everything": [{ discount: WAD }, "its liquidation discount is all of the collateral"],
  };
  for (const [what, [of, reason]] of Object.entries(FAULTS)) {
    it(`behavior: ${what} excludes the market; its debt counts against coverage`, async () => {
      const { state, exclusions } = await read(of);
      expect(exclusions).to.deep.equal([{ scope: "reserve", id: `${VENUE}/${CONTROLLER}`, reason }]);
      expect(state).to.deep.include({ reserves: [], accounts: [], totalDebtBase: 50_000n * WAD });
    });
  }

  it("error: WordsMalformed for an answer that ends early, and for one without progress", async () => {
    const cut = telling([[CrvUsdMarketsLens__factory, [market({}).slice(0, -1)]]]);
    expect(await readCrvUsd(cut, VENUE).catch(String)).to.contain("saw 6 words, expected a word 6");
    expect(await read({}, [[0n]]).catch(String)).to.contain("no progress");
  });
});
