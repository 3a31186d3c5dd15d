import { expect } from "chai";

import { DEFAULT_DUTY_CYCLE } from "../../../deploy/defaults.js";
import {
  borrow,
  borrower,
  FALLEN_WETH,
  liquidate,
  looper,
  type Market,
  repay,
  setPrice,
  sinking,
  startMarket,
  supply,
  transact,
  withdraw,
} from "../aave-v36/market.js";
import { deployDrill, type Drill, HOUR } from "../drill.js";
import { ETHER, USDC } from "../world/fixture.js";

const REFUSED = "PriceOracleSentinelCheckFailed";
const { openSeconds, cycleSeconds } = DEFAULT_DUTY_CYCLE;

/** By level: borrowing, and liquidation from 0.95 up, at the start of a cycle and after its open part. */
const LEVELS = [
  ["Normal", "done", "done", "done"],
  ["Watch", "done", "done", "done"],
  ["NoNewLeverage", REFUSED, "done", "done"],
  ["Throttle", REFUSED, "done", REFUSED],
  ["Halt", REFUSED, REFUSED, REFUSED],
] as const;

describe("AaveV3Sentinel on the genuine Aave v3.6", function () {
  let market: Market;
  let drill: Drill;
  let start: string;

  before(async function () {
    market = await startMarket();
    drill = await deployDrill(market.chain, market.aave.pool.address);
    const sentinel = [await drill.sentinel.getAddress()];
    await transact(market, market.steward.address, market.aave.addressesProvider, "setPriceOracleSentinel", sentinel);
  });
  after(() => market.chain.close());
  beforeEach(async function () {
    start = await market.chain.snapshot();
  });
  afterEach(() => market.chain.revert(start));

  /** Go to this second of the next cycle. */
  async function toCycle(second: number): Promise<void> {
    const { chain } = market;
    await chain.mine((Math.floor((await chain.timestamp()) / cycleSeconds) + 1) * cycleSeconds + second);
  }

  for (const [level, [name, borrowing, early, late]] of LEVELS.entries()) {
    it(`behavior: at ${name}, borrowing in and outside of e-modes and liquidation are gated as the level says`, async function () {
      await toCycle(0);
      if (level > 0) await drill.trip(level, level === 1 ? 0 : 2 * HOUR);
      expect(await borrow(market, borrower, "USDC", USDC), "outside of e-modes").to.equal(borrowing);
      expect(await borrow(market, looper, "WETH", ETHER / 100n), "in an e-mode").to.equal(borrowing);
      await setPrice(market, "WETH", FALLEN_WETH);
      expect(await liquidate(market, borrower), "0.965, at the start of a cycle").to.equal(early);
      await toCycle(openSeconds);
      expect(await liquidate(market, borrower), "0.965, after the open part").to.equal(late);
      expect(await liquidate(market, sinking), "0.911, below Aave's own floor").to.equal("done");
    });

    it(`behavior: at ${name}, an indebted account can repay, add collateral and withdraw`, async function () {
      if (level > 0) await drill.trip(level);
      expect(await repay(market, looper, "WETH", ETHER)).to.equal("done");
      expect(await supply(market, looper, "wstETH", ETHER)).to.equal("done");
      expect(await withdraw(market, looper, "wstETH", ETHER)).to.equal("done");
    });
  }
});
