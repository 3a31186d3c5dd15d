import { expect } from "chai";
import { buildSystem, type SystemGraph } from "../../../keeper/src/graph/build-system.js";
import { marketRules } from "../../../keeper/src/model/calibration.js";
import {
  chainOfAccount,
  chainOfAsset,
  chainOfVenue,
  renderChain,
  type ChainLink,
} from "../../../keeper/src/model/collateral-chain.js";
import type { AssetState } from "../../../keeper/src/snapshot/snapshot.js";
import { toUnitsDown } from "../../../keeper/src/units.js";
import { shippedCalibration } from "./calibration-file.js";
import { GEM, marketSnapshot, STETH, VENUE, WETH } from "./snapshot-fixture.js";

/** GEM is a vault of stETH and, optionally, of itself; stETH is a claim on WETH. */
function graph(gem: readonly (readonly [AssetState["asset"], number])[]): SystemGraph {
  const plain = marketSnapshot({
    prices: { WETH: 2_000, stETH: 1_980, USDC: 1, GEM: 2_400 },
    depth: { WETH: 5_000, stETH: 4_000 },
    accounts: [
      { collateral: { GEM: 10, WETH: 0.5 }, debt: { WETH: 4, USDC: 1_234_567.8 } },
      { collateral: { stETH: 3 }, debt: {} },
    ],
  });
  const lookThrough = gem.map(([asset, units]) => ({ asset, unitsWad: toUnitsDown(units, 18) }));
  const assets = plain.assets.map((a) => (a.asset === GEM ? { ...a, lookThrough } : a));
  return buildSystem({ ...plain, assets }, marketRules(shippedCalibration("lab-1")));
}

const vault = graph([[STETH, 1.2]]);

describe("chainOfAccount", () => {
  const chain = chainOfAccount(vault, 0);

  it("follows each holding down to what is underneath, in units and value", () => {
    expect(flat(chain.held)).to.deep.equal([
      [0, "WETH", 0.5, 1_000],
      [0, "GEM", 10, 24_000],
      [1, "stETH", 12, 24_000],
      [2, "WETH", 12, 24_000],
    ]);
    expect(flat(chain.owed)).to.deep.equal([
      [0, "WETH", 4, 8_000],
      [0, "USDC", 1_234_567.8, 1_234_567.8],
    ]);
  });

  it("says how deep it is, how often it counts, and what loops add beside that", () => {
    expect(chain.depth).to.equal(2);
    expect(chain.claimsX).to.be.closeTo((1_000 + 3 * 24_000) / 25_000, 1e-9);
    expect(chain.loopX).to.be.closeTo(25_000 / (25_000 - 8_000), 1e-9);
  });

  it("renderChain: a list that a person can read", () => {
    expect(renderChain(chain).split("\n")).to.deep.equal([
      `account 0x0000000000000000000000000000000000001000 at venue ${VENUE}`,
      "  holds 0.50 WETH ($1,000.00)",
      "  holds 10.00 GEM ($24,000.00)",
      "    -> 12.00 stETH ($24,000.00)",
      "      -> 12.00 WETH ($24,000.00)",
      "  owes 4.00 WETH ($8,000.00)",
      "  owes 1,234,567.80 USDC ($1,234,567.80)",
      "  depth 2, 2.92x claims per underlying, 1.47x by loops",
    ]);
  });
});

describe("chainOfVenue", () => {
  it("adds its accounts up by asset", () => {
    const chain = chainOfVenue(vault, 0);
    expect(chain.subject).to.deep.equal({ kind: "venue", venue: VENUE });
    expect(flat(chain.held).filter(([depth]) => depth === 0)).to.deep.equal([
      [0, "WETH", 0.5, 1_000],
      [0, "stETH", 3, 5_940],
      [0, "GEM", 10, 24_000],
    ]);
    expect(renderChain(chain)).to.match(/^venue 0x0+aa\n/);
  });
});

describe("chainOfAsset", () => {
  it("one unit of it; a base asset is its own end", () => {
    expect(renderChain(chainOfAsset(vault, 1)).split("\n")).to.deep.equal([
      `asset ${STETH}`,
      "  1.00 stETH ($1,980.00)",
      "    -> 1.00 WETH ($2,000.00)",
      `  pledged at ${VENUE}: $5,940.00`,
      "  <- 1.20 in each GEM",
      `    pledged at ${VENUE}: $24,000.00`,
      "  depth 1, 2.00x claims per underlying",
    ]);
    expect(chainOfAsset(vault, 0)).to.deep.include({ depth: 0, claimsX: 1 });
  });

  it("what rests on a base asset, through every token on it", () => {
    const { uses } = chainOfAsset(vault, 0);
    const steth = uses!.usedBy[0]!;
    expect([uses!.symbol, uses!.unitsEach, uses!.pledged]).to.deep.equal(["WETH", 1, [{ venue: VENUE, usd: 1_000 }]]);
    expect([steth.symbol, steth.unitsEach, steth.pledged[0]!.usd]).to.deep.equal(["stETH", 1, 5_940]);
    expect(steth.usedBy.map(({ symbol, unitsEach }) => [symbol, unitsEach])).to.deep.equal([["GEM", 1.2]]);
    expect(chainOfVenue(vault, 0).uses).to.equal(null);
  });

  it("a circle is shown once and closed", () => {
    const loop = chainOfAsset(
      graph([
        [WETH, 0.5],
        [GEM, 0.3],
      ]),
      3,
    );
    expect(renderChain(loop)).to.contain("    -> 0.30 GEM ($428.57), which closes the circle\n");
    expect(renderChain(loop)).to.contain("  <- 0.30 in each GEM, which closes the circle\n");
    expect(loop.held[0]!.behind[1]).to.include({ circular: true });
    expect(loop.held[0]!.behind[1]!.behind).to.deep.equal([]);
  });

  it("edge: no price is said, and a dust of units is not shown as nothing", () => {
    const [link] = vault.state.assets.map((_, k) => chainOfAsset(vault, k).held[0]!);
    const chain = { ...chainOfAsset(vault, 0), held: [{ ...link!, units: 1e-18, usd: NaN }] };
    expect(renderChain(chain)).to.contain("  1.00e-18 WETH (no price)\n");
  });
});

/** Depth, symbol, units and USD of every link, in reading order. */
function flat(links: readonly ChainLink[], depth = 0): [number, string, number, number][] {
  return links.flatMap(({ symbol, units, usd, behind }) => [
    [depth, symbol, round(units), round(usd)] as [number, string, number, number],
    ...flat(behind, depth + 1),
  ]);
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
