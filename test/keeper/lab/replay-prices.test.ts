import { expect } from "chai";
import { replayPrices, type ReplayMarket, type ReplayStep } from "../../../keeper/src/lab/scenarios/replay-prices.js";
import { loadScenario, scenarioPath } from "../../../keeper/src/lab/scenarios/scenario.js";

const DAY_BLOCKS = 288;

const inEther: ReplayMarket = {
  base: "ETH",
  assets: [
    { symbol: "WETH", price: "1", follows: "ETH" },
    { symbol: "stETH", price: "0.999740850153032495", follows: "stETH" },
    { symbol: "wstETH", price: "1.13", follows: "stETH" },
    { symbol: "USDC", price: "0.000580223303700951", follows: "USD" },
    { symbol: "rest", price: "1", follows: "ETH" },
  ],
};

const inDollars: ReplayMarket = {
  base: "USD",
  assets: [
    { symbol: "WETH", price: "2000", follows: "ETH" },
    { symbol: "wstETH", price: "2400", follows: "stETH" },
    { symbol: "USDC", price: "0.99993", follows: "USD" },
  ],
};

function replay(name: string, market: ReplayMarket): ReplayStep[] {
  const scenario = loadScenario(name);
  return replayPrices(scenario, scenarioPath(scenario, 300), market);
}

const priceOf = (step: ReplayStep | undefined, symbol: string): number => Number(step?.prices[symbol] ?? NaN);

describe("replayPrices", () => {
  it("starts at the market's own prices, to the last digit", () => {
    const [first] = replay("2022-06-steth", inEther);
    for (const { symbol, price } of inEther.assets) {
      if (symbol !== "WETH") expect(first?.prices[symbol]).to.equal(price);
    }
    expect(first?.timestamp).to.equal(1655424000);
  });

  it("leaves out the base currency, whose price nobody sets", () => {
    for (const step of replay("2022-06-steth", inEther)) expect(step.prices).to.not.have.property("WETH");
    expect(replay("2020-03-12", inDollars)[0]?.prices).to.have.property("WETH", "2000");
  });

  it("lets ether and what follows it fall by the recorded share", () => {
    const steps = replay("2020-03-12", inDollars);
    // 181.79 at the start, 86.00 at the low (03:00 less 20 or 40 minutes), 116.63 at the end.
    const low = steps.reduce((best, one) => (priceOf(one, "WETH") < priceOf(best, "WETH") ? one : best));
    expect(priceOf(low, "WETH")).to.be.closeTo(2000 * (86 / 181.79), 1e-6);
    expect(priceOf(low, "wstETH")).to.be.closeTo(2400 * (86 / 181.79), 1e-6);
    expect(priceOf(steps[DAY_BLOCKS], "WETH")).to.be.closeTo(2000 * (116.63 / 181.79), 1e-6);
    expect(steps.every((step) => step.prices.USDC === "0.99993")).to.equal(true);
  });

  it("glides staked ether from its own discount to the recorded one within six hours", () => {
    const steps = replay("2022-06-steth", inEther);
    const scenario = loadScenario("2022-06-steth");
    const recorded = scenarioPath(scenario, 300).map(({ prices }) => (prices.stETH ?? NaN) / (prices.ETH ?? NaN));
    for (const i of [72, 100, 300, 576]) expect(priceOf(steps[i], "stETH")).to.be.closeTo(recorded[i] ?? NaN, 1e-12);
    // After three of the six hours: the geometric mean of the start and the level recorded then.
    const half = Math.sqrt(0.999740850153032495 * (recorded[36] ?? NaN));
    expect(priceOf(steps[36], "stETH")).to.be.closeTo(half, 1e-12);
  });

  it("moves a wrapped claim by the same factor", () => {
    const last = replay("2022-06-steth", inEther).at(-1);
    expect(priceOf(last, "wstETH") / 1.13).to.be.closeTo(priceOf(last, "stETH") / 0.999740850153032495, 1e-12);
  });

  it("makes a dollar dearer in ether as ether falls, and leaves the unnamed rest where it is", () => {
    const last = replay("2022-06-steth", inEther).at(-1);
    // ETH/USD 1068.50 at the start, 995.13 at the end.
    expect(priceOf(last, "USDC")).to.be.closeTo(0.000580223303700951 * (1068.5 / 995.13), 1e-15);
    expect(last?.prices.rest).to.equal("1");
  });
});
