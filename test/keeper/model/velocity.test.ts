import { expect } from "chai";
import { readFileSync } from "node:fs";
import { backingOf } from "../../../keeper/src/graph/backing.js";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { marketRules } from "../../../keeper/src/model/calibration.js";
import { loopedUsd, loopLeverageX } from "../../../keeper/src/model/loop-leverage.js";
import { claimMultiples, rehypothecationX } from "../../../keeper/src/model/rehypothecation.js";
import { scopesOf } from "../../../keeper/src/model/scope.js";
import {
  grossMultiples,
  liquidationVelocity,
  reuseChainOf,
  reuseVelocityX,
  totalOf,
  type BalanceSheet,
} from "../../../keeper/src/model/velocity.js";
import { shippedCalibration } from "./calibration-file.js";
import { stateOf } from "./small-system.js";
import { oneAccount } from "./run-small.js";
import { marketSnapshot } from "./snapshot-fixture.js";

const { cases } = JSON.parse(readFileSync("test/vectors/analytic_closed_forms.json", "utf8")) as {
  cases: Record<string, Record<string, number>>;
};
const { balance_sheets } = JSON.parse(readFileSync("test/vectors/lookthrough_balance_sheets.json", "utf8")) as {
  balance_sheets: Record<string, Record<"assets" | "liabilities", Record<string, number>> & { total: number }>;
};

describe("reuseVelocityX", () => {
  const { LTV, leverage, finite_n10 } = cases["T6_loop_leverage"]!;

  it("T6: n hops at rate r are (1 - r^(n+1)) / (1 - r), a loop without end 1 / (1 - r)", () => {
    const places = 11;
    const chain = new Float64Array(places * places);
    for (let p = 0; p + 1 < places; p++) chain[p * places + p + 1] = LTV!;
    const outside = Float64Array.from({ length: places }, (_, p) => (p === 0 ? 100 : 0));
    expect(reuseVelocityX(chain, outside)).to.be.closeTo(finite_n10!, 1e-9);
    expect(reuseVelocityX(Float64Array.of(LTV!), Float64Array.of(100))).to.be.closeTo(leverage!, 1e-9);
  });

  it("T6: TVL over TVR where each layer holds a part of the one before", () => {
    const layers = [100, 50, 40, 30, 20];
    const shares = new Float64Array(25);
    for (let p = 0; p < 4; p++) shares[p * 5 + p + 1] = layers[p + 1]! / layers[p]!;
    const velocity = reuseVelocityX(shares, Float64Array.of(layers[0]!, 0, 0, 0, 0));
    expect(velocity).to.be.closeTo(cases["T6_multiplier"]!["multiplier"]!, 1e-12);
  });

  it("edge: reuse at rate 1 or more has no end; nothing from outside is 1", () => {
    expect(reuseVelocityX(Float64Array.of(1), Float64Array.of(100))).to.equal(Infinity);
    expect(grossMultiples(Float64Array.of(0, 2, 2, 0), 2)).to.equal(null);
    expect(reuseVelocityX(Float64Array.of(0.5), Float64Array.of(0))).to.equal(1);
  });
});

describe("reuseChainOf: real balance sheets", () => {
  const names = Object.keys(balance_sheets);
  const sheets = names.map((name): BalanceSheet & { readonly total: number } => ({
    assets: Object.entries(balance_sheets[name]!.assets),
    liabilities: Object.entries(balance_sheets[name]!.liabilities),
    total: balance_sheets[name]!.total,
  }));

  it("both sides add up to the printed total", () => {
    for (const { assets, liabilities, total } of sheets) {
      expect(totalOf(assets)).to.be.closeTo(total, 1e-9 * total);
      expect(totalOf(liabilities)).to.be.closeTo(total, 1e-9 * total);
    }
  });

  it("TVL/TVR takes out what is issued by one and held by another: here DAI", () => {
    const dai = sheets.reduce((sum, { assets }) => sum + (assets.find(([token]) => token === "DAI")?.[1] ?? 0), 0);
    const tvl = sheets.reduce((sum, { total }) => sum + total, 0);
    const { shares, outsideUsd, totalUsd } = reuseChainOf(sheets);
    expect(dai).to.be.closeTo(104_135_366.62 + 62_400_845.64, 1e-6);
    expect(totalOf([...outsideUsd].map((usd, p) => [names[p]!, usd]))).to.be.closeTo(tvl - dai, 1e-9 * tvl);
    expect([...totalUsd]).to.have.length(names.length);
    expect(reuseVelocityX(shares, outsideUsd)).to.be.closeTo(tvl / (tvl - dai), 1e-9);
  });

  it("with the staking protocol beside them its tokens count twice", () => {
    const staked = 1_301_101_430.67 + 2_518_395_064.89;
    const lido: BalanceSheet = {
      assets: [["ETH at validators", staked]],
      liabilities: [
        ["stETH", 1_301_101_430.67],
        ["wstETH", 2_518_395_064.89],
      ],
    };
    const tvl = sheets.reduce((sum, { total }) => sum + total, staked);
    const { shares, outsideUsd } = reuseChainOf([...sheets, lido]);
    const claims = staked + 104_135_366.62 + 62_400_845.64;
    expect(reuseVelocityX(shares, outsideUsd)).to.be.closeTo(tvl / (tvl - claims), 1e-9);
  });
});

describe("claimMultiples and rehypothecationX", () => {
  const { state, backing } = buildSystem(
    marketSnapshot({
      prices: { WETH: 2_000, stETH: 2_000, USDC: 1, GEM: 10 },
      depth: { WETH: 5_000, stETH: 4_000 },
      accounts: [{ collateral: { WETH: 300, stETH: 100 }, debt: { USDC: 1 } }],
    }),
    marketRules(shippedCalibration("lab-1")),
  );

  it("a plain staking token counts 2, its system by what is held of it", () => {
    const multiples = claimMultiples(state, backing);
    expect([...multiples]).to.deep.equal([1, 2, 1, 1]);
    expect(rehypothecationX(state, multiples, scopesOf(state)[0]!)).to.be.closeTo((300 + 2 * 100) / 400, 1e-12);
  });

  it("error: RangeError where claims were not resolved before", () => {
    const hollow = { ...backing, claims: Float64Array.from(backing.claims, (x, e) => (e === 5 ? 1 : x)) };
    expect(() => claimMultiples(state, hollow)).to.throw(RangeError, "circular");
  });

  it("a self-loop counts its own claims: 1 / (1 - A_jj) and what is outside of it", () => {
    const eth = { asset: `0x${"01".repeat(20)}`, symbol: "E", decimals: 18, lookThrough: [] } as const;
    const own = `0x${"02".repeat(20)}` as const;
    const wad = (tenths: bigint) => tenths * 10n ** 17n;
    const lookThrough = [
      { asset: eth.asset, unitsWad: wad(5n) },
      { asset: own, unitsWad: wad(3n) },
    ];
    const loop = backingOf([eth, { asset: own, symbol: "L", decimals: 18, lookThrough }], Float64Array.of(2_000, 1));
    const multiples = claimMultiples({ ...state, assets: state.assets.slice(0, 2) }, loop);
    expect(multiples[1]).to.be.closeTo(1 / 0.7 + 1, 1e-12);
  });
});

describe("loopLeverageX", () => {
  it("T6: borrowed at LTV and supplied again is 1 / (1 - LTV)", () => {
    const { LTV, leverage, debt } = cases["T6_loop_leverage"]!;
    const system = { ...oneAccount({ collateral: leverage!, debt: 0, lt: 0.9, bonus: 0.05 }), debt: [[0, debt!]] };
    const [looped] = loopedUsd(stateOf(system));
    expect(loopLeverageX(leverage!, looped!)).to.be.closeTo(1 / (1 - LTV!), 1e-9);
  });

  it("looks through on both sides: stETH against WETH loops, against USDC it does not", () => {
    const { state } = buildSystem(
      marketSnapshot({
        prices: { WETH: 2_000, stETH: 2_000, USDC: 1, GEM: 10 },
        depth: { WETH: 5_000, stETH: 4_000 },
        accounts: [
          { collateral: { stETH: 10 }, debt: { WETH: 7 } },
          { collateral: { stETH: 10 }, debt: { USDC: 14_000 } },
          { collateral: { stETH: 1, WETH: 1 }, debt: { WETH: 5 } },
        ],
      }),
      marketRules(shippedCalibration("lab-1")),
    );
    expect([...loopedUsd(state)]).to.deep.equal([14_000, 0, 4_000]);
  });

  it("edge: 1 without loops, Infinity where they are everything", () => {
    expect([loopLeverageX(0, 0), loopLeverageX(10, 0), loopLeverageX(10, 10)]).to.deep.equal([1, 1, Infinity]);
  });
});

describe("liquidationVelocity", () => {
  it("shares of collateral and of capacity per second, scenario by scenario", () => {
    const over = { horizonSec: 86_400, collateralUsd: 1e9, capacityUsdPerSec: 250_000 / 60 };
    const { perSec, ofCapacity } = liquidationVelocity(Float64Array.of(0, 86_400_000, 360_000_000), over);
    expect(perSec[1]).to.be.closeTo(1e-6, 1e-18);
    expect(ofCapacity[0]).to.equal(0);
    expect(ofCapacity[2]).to.be.closeTo(1, 1e-12);
  });

  it("edge: nothing liquidated is 0 even without a market; anything else is past all capacity", () => {
    const over = { horizonSec: 1, collateralUsd: 0, capacityUsdPerSec: 0 };
    expect([...liquidationVelocity(Float64Array.of(0, 1), over).ofCapacity]).to.deep.equal([0, Infinity]);
  });
});
