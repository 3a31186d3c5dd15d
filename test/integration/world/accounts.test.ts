import { expect } from "chai";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { AccountMismatchError, openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { startInterest } from "../../../keeper/src/lab/world/controls.js";
import { OrderFailedError, derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { AccountNotOpenableError, raisedPricesFor } from "../../../keeper/src/lab/world/raised-prices.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import {
  BTC,
  ETHER,
  ROUND_SPEC,
  USDC,
  expectRejection,
  expectRelative,
  healthFactor,
  ratioToNearest,
  readBigint,
  startChain,
  symbolOf,
} from "./fixture.js";

const alice = derivedAddress("alice");
const bob = derivedAddress("bob");
const carol = derivedAddress("carol");
const dave = derivedAddress("dave");
const YEAR_SEC = 365 * 86_400;

/** Alice is an ordinary borrower, Bob is above his LTV, Carol is under water, Dave owes dust. */
const ORDERS = [
  {
    account: alice,
    collateral: [{ symbol: "WETH", units: 10n * ETHER }],
    debt: [{ symbol: "USDC", units: 15_000n * USDC }],
  },
  {
    account: bob,
    collateral: [
      { symbol: "WETH", units: ETHER },
      { symbol: "WBTC", units: BTC / 2n },
    ],
    debt: [
      { symbol: "USDC", units: 10_000n * USDC },
      { symbol: "DAI", units: 7_000n * ETHER },
    ],
  },
  { account: carol, collateral: [{ symbol: "WBTC", units: BTC }], debt: [{ symbol: "DAI", units: 50_000n * ETHER }] },
  {
    account: dave,
    collateral: [
      { symbol: "WETH", units: 10n ** 15n + 1n },
      { symbol: "USDC", units: 7n },
    ],
    debt: [
      { symbol: "USDC", units: 1n },
      { symbol: "DAI", units: 3n },
    ],
  },
] as const;

describe("openAccounts", () => {
  let chain: DevChain;
  let world: World;
  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    await openAccounts(world, ORDERS);
  });
  after(() => chain.close());

  it("default: every account holds and owes exactly the raw units asked for, and nothing else", async () => {
    for (const { account, collateral, debt } of ORDERS) {
      for (const { symbol, aToken, variableDebt } of world.assets) {
        const asked = (side: readonly { symbol: string; units: bigint }[]): bigint =>
          side.find((amount) => amount.symbol === symbol)?.units ?? 0n;
        expect(await readBigint(chain, aToken, "balanceOf", [account])).to.equal(asked(collateral));
        expect(await readBigint(chain, variableDebt, "balanceOf", [account])).to.equal(asked(debt));
      }
    }
  });

  it("behavior: health factors are the closed form at the spec's prices, also above LTV and under water", async () => {
    // sum(collateral * price * threshold) / debt; the pool rounds the mean threshold down to a basis point.
    expect(await healthFactor(world, alice)).to.equal(ratioToNearest(20_000n * 8_300n, 15_000n * 10_000n));
    const bobThreshold = Math.floor((2_000 * 8_300 + 20_000 * 7_800) / 22_000);
    expect(await healthFactor(world, bob)).to.equal(ratioToNearest(22_000n * BigInt(bobThreshold), 17_000n * 10_000n));
    expect(await healthFactor(world, carol)).to.equal(ratioToNearest(40_000n * 7_800n, 50_000n * 10_000n));
  });

  it("behavior: the accounts keep what they borrowed, and the lender keeps usage at the rate curve's optimum", async () => {
    const { address, token, aToken } = symbolOf(world, "DAI");
    expect(await readBigint(chain, token, "balanceOf", [bob])).to.equal(7_000n * ETHER);
    const free = await readBigint(chain, token, "balanceOf", [aToken.address]);
    const reserve = await read(chain, world.aave.dataProvider, "getTotalDebt", [address]);
    const owed = reserve[0] as bigint;
    expectRelative(Number(owed) / Number(owed + free), 0.9, 1e-6);
  });

  it("behavior: nothing accrues before interest starts, then the reserve's own rate does", async () => {
    await chain.mine((await chain.timestamp()) + YEAR_SEC);
    const { variableDebt } = symbolOf(world, "DAI");
    expect(await readBigint(chain, variableDebt, "balanceOf", [bob])).to.equal(7_000n * ETHER);
    await startInterest(world);
    await chain.mine((await chain.timestamp()) + YEAR_SEC);
    // Usage 90 % on a curve of 5.5 % at 92 %, compounded each second. Aave sums three terms of the exponential, the last
    // of them from a cube truncated to one digit (MathUtils.basePowerThree): that alone is 5e-6 here.
    const rate = (0.055 * 0.9) / 0.92;
    const owed = Number(await readBigint(chain, variableDebt, "balanceOf", [bob])) / 1e18;
    expectRelative(owed, 7_000 * Math.exp(rate), 1e-5);
  });
});

describe("openAccounts: what it refuses", () => {
  let chain: DevChain;
  let world: World;
  before(async () => {
    chain = await startChain();
    const [weth, ...others] = ROUND_SPEC.assets;
    const noCollateral = { ltvBps: 0, liquidationThresholdBps: 0, liquidationBonusBps: 0, canBeCollateral: false };
    const assets = [
      { ...weth!, canBeBorrowed: false },
      ...others.map((asset) => (asset.symbol === "DAI" ? { ...asset, ...noCollateral } : asset)),
    ];
    world = await buildWorld(chain, { ...ROUND_SPEC, assets });
  });
  after(() => chain.close());

  const weth = [{ symbol: "WETH", units: ETHER }] as const;
  const refused = [
    {
      title: "an account listed twice",
      orders: [alice, alice].map((account) => ({ account, collateral: weth, debt: [] })),
    },
    {
      title: "collateral without an LTV",
      orders: [{ account: alice, collateral: [{ symbol: "DAI", units: 1n }], debt: [] }],
    },
    { title: "debt in what cannot be borrowed", orders: [{ account: alice, collateral: weth, debt: weth }] },
    { title: "no units", orders: [{ account: alice, collateral: [{ symbol: "WETH", units: 0n }], debt: [] }] },
    { title: "an asset twice", orders: [{ account: alice, collateral: [...weth, ...weth], debt: [] }] },
    {
      title: "debt without collateral",
      orders: [{ account: alice, collateral: [], debt: [{ symbol: "USDC", units: 1n }] }],
    },
  ];
  for (const { title, orders } of refused) {
    it(`error: AccountNotOpenableError for ${title}, naming the account`, async () => {
      const before = await chain.provider.getBlockNumber();
      const error = await expectRejection(openAccounts(world, orders), AccountNotOpenableError);
      expect(error.message).to.contain(alice);
      expect(await chain.provider.getBlockNumber()).to.equal(before);
    });
  }

  it("error: OrderFailedError with the pool's reason where the caller's own raised prices do not do", async () => {
    const debt = [{ symbol: "USDC", units: 1_700n * USDC }];
    const orders = [{ account: alice, collateral: weth, debt }];
    const error = await expectRejection(openAccounts(world, orders, { raisedPrices: {} }), OrderFailedError);
    // Error 36 of Aave: collateral cannot cover the new borrow.
    expect(error.message).to.contain("36").and.to.contain(alice);
  });
});

describe("openAccounts: a second time", () => {
  it("error: AccountMismatchError, with both amounts, where the account held something before", async () => {
    const chain = await startChain();
    const world = await buildWorld(chain, ROUND_SPEC);
    const orders = [{ account: alice, collateral: [{ symbol: "WETH", units: 5n * ETHER }], debt: [] }];
    await openAccounts(world, orders);
    const error = await expectRejection(openAccounts(world, orders), AccountMismatchError);
    expect(error.message)
      .to.contain(String(10n * ETHER))
      .and.to.contain(String(5n * ETHER));
    await chain.close();
  });
});

describe("raisedPricesFor", () => {
  it("default: is empty where the spec's prices do", () => {
    expect(raisedPricesFor(ROUND_SPEC, [ORDERS[0]])).to.deep.equal({});
  });

  it("behavior: doubles the prices of what nobody owes until everybody may borrow", () => {
    // Carol: 50,000 of debt on 40,000 of WBTC at an LTV of 73 %: 1x gives 29,200, 2x gives 58,400.
    expect(raisedPricesFor(ROUND_SPEC, [ORDERS[2]])).to.deep.equal({ WBTC: "80000.0" });
    expect(raisedPricesFor(ROUND_SPEC, ORDERS)).to.deep.equal({ WETH: "4000.0", WBTC: "80000.0" });
  });

  it("error: AccountNotOpenableError where everything that is held is also owed", () => {
    const loop = { account: carol, collateral: [{ symbol: "DAI", units: 10n }], debt: [{ symbol: "DAI", units: 9n }] };
    expect(() => raisedPricesFor(ROUND_SPEC, [loop])).to.throw(AccountNotOpenableError, carol);
  });
});
