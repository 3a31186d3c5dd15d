import { expect } from "chai";

import { ETHER, USDC } from "../world/fixture.js";
import {
  act,
  borrow,
  borrower,
  FALLEN_WETH,
  liquidate,
  looper,
  repay,
  setPrice,
  STABLE,
  stranger,
  supply,
  withdraw,
} from "../aave-v36/market.js";
import { HOUR } from "../drill.js";
import { GAS, leaseScene, type Scene } from "./scene.js";

/** By level: what a borrow gets outside of e-modes, and in one. */
const BORROWING = [
  ["Normal", "done", "done"],
  ["Watch", "done", "done"],
  ["NoNewLeverage", "BorrowingNotEnabled", "NotBorrowableInEMode"],
  ["Throttle", "BorrowingNotEnabled", "NotBorrowableInEMode"],
  ["Halt", "BorrowingNotEnabled", "NotBorrowableInEMode"],
] as const;

describe("AaveV3Mom on the genuine Aave v3.6: levels", function () {
  const lease = leaseScene();
  let scene: Scene;
  let start: string;

  before(async function () {
    scene = await lease.open();
  });
  after(() => lease.close());
  beforeEach(async function () {
    start = await scene.market.chain.snapshot();
  });
  afterEach(() => scene.market.chain.revert(start));

  const sync = async (): Promise<void> => void (await (await scene.mom.sync(GAS)).wait());

  for (const [level, [name, outside, inside]] of BORROWING.entries()) {
    it(`behavior: at ${name}, borrowing is ${outside === "done" ? "open" : "blocked"}, in e-modes too`, async function () {
      const { market, drill } = scene;
      if (level > 0) await drill.trip(level);
      await sync();
      expect(await borrow(market, borrower, "USDC", USDC), "outside of e-modes").to.equal(outside);
      expect(await borrow(market, looper, "WETH", ETHER / 100n), "in an e-mode").to.equal(inside);
      expect(await borrow(market, looper, "wstETH", 10n ** 9n), "only in an e-mode").to.equal(inside);
    });

    it(`behavior: at ${name}, an indebted account can repay, add collateral and withdraw, and be liquidated`, async function () {
      const { market, drill } = scene;
      if (level > 0) await drill.trip(level);
      await sync();
      for (const [account, collateral, debt] of [
        [borrower, "WETH", "USDC"],
        [looper, "wstETH", "WETH"],
      ] as const) {
        expect(await repay(market, account, debt, 10n ** 6n), `${debt} repaid`).to.equal("done");
        expect(await supply(market, account, collateral, ETHER), `${collateral} added`).to.equal("done");
        expect(await withdraw(market, account, collateral, ETHER), `${collateral} withdrawn`).to.equal("done");
      }
      await setPrice(market, "WETH", FALLEN_WETH);
      expect(await liquidate(market, borrower)).to.equal("done");
    });
  }

  it("behavior: without an e-mode switched off, its bit alone would let the reserve be borrowed", async function () {
    const { market, drill, mom } = scene;
    await drill.trip(2);
    await (await mom.syncPart([0, 1, 2], [], GAS)).wait();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
    expect(await borrow(market, looper, "WETH", ETHER / 100n), "in an e-mode").to.equal("done");
  });

  it("behavior: meanwhile an account with debt cannot change its e-mode, one without can", async function () {
    const { market, drill } = scene;
    await drill.trip(2);
    await sync();
    expect(await act(market, borrower, "setUserEMode", [STABLE])).to.equal("InvalidDebtInEmode");
    expect(await act(market, stranger, "setUserEMode", [STABLE])).to.equal("done");
  });

  it("behavior: at the level's end by time alone, whoever syncs turns everything on again", async function () {
    const { market, drill } = scene;
    await drill.trip(2, HOUR);
    await sync();
    const { until } = (await drill.breaker.stateOf(drill.target)).state;
    await market.chain.mine(Number(until));
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("done");
    expect(await borrow(market, looper, "WETH", ETHER / 100n)).to.equal("done");
  });

  it("behavior: a target whose policy blocks borrowing on stale scores has it turned off", async function () {
    const { market, drill } = scene;
    await drill.configure({ stalePolicy: 0 });
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("done");
    await market.chain.mine((await market.chain.timestamp()) + 2 * HOUR);
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
  });

  it("behavior: a target that only observes has no effect, and what it had ends", async function () {
    const { market, drill, mom } = scene;
    await drill.trip(2);
    await sync();
    await drill.configure({ stalePolicy: 1, shadow: true });
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("done");
    expect(await mom.sync.staticCall()).to.equal(0n);
  });

  it("behavior: a breaker that is gone counts as allowed", async function () {
    const { market, drill } = scene;
    await drill.trip(4);
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("BorrowingNotEnabled");
    await market.chain.rpc.call("hardhat_setCode", [await drill.breaker.getAddress(), "0x5f5ffd"]);
    await sync();
    expect(await borrow(market, borrower, "USDC", USDC)).to.equal("done");
    expect(await borrow(market, looper, "WETH", ETHER / 100n)).to.equal("done");
  });

  it("behavior: declares that it blocks borrowing and nothing else", async function () {
    expect([...(await scene.mom.capabilities())]).to.deep.equal([true, false, false, false, false, 0n]);
  });
});
