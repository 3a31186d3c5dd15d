import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { requireShared } from "../shared-data.js";
import { immutablePlaces, readRecordedCodes, toBytes, withoutImmutables } from "./recorded-code.js";

/** Mainnet's UniswapV3Factory. **Source:** Uniswap's list of v3 deployments. */
const FACTORY = "1f98431c8ad98523631ae4a59f267346ea31f984";
/** Tick spacing by fee in 1e-6, as enabled by governance on mainnet. */
const SPACING_OF_FEE = new Map([
  [100, 1],
  [500, 10],
  [3_000, 60],
  [10_000, 200],
]);

const require = createRequire(import.meta.url);

function npmRuntime(artifact: string): Buffer {
  const path = require.resolve(`@uniswap/${artifact}`);
  return toBytes((JSON.parse(readFileSync(path, "utf8")) as { deployedBytecode: string }).deployedBytecode);
}

describe("Uniswap v3 runtime code: npm package and mainnet", () => {
  let recorded: Map<string, Buffer>;
  before(function () {
    recorded = readRecordedCodes(requireShared(this, "data/evm-pevm-blocks/bytecodes_by_keccak.json.gz"));
  });

  /** Recorded contracts that equal the npm artifact once the immutables of both are zero. */
  function twinsOf(runtime: Buffer): Buffer[] {
    const places = immutablePlaces(runtime);
    return [...recorded.values()].filter(
      (code) => code.length === runtime.length && withoutImmutables(code, places).equals(runtime),
    );
  }

  for (const [artifact, count] of [
    ["v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json", 1],
    ["v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json", 100],
    ["v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json", 1],
    ["v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json", 1],
  ] as const) {
    it(`${artifact.split("/").at(-2)}: equal apart from immutables, in ${count} recorded contract(s)`, () => {
      const runtime = npmRuntime(artifact);
      expect(immutablePlaces(runtime).length).to.be.above(0);
      expect(twinsOf(runtime).length).to.equal(count);
    });
  }

  it("UniswapV3Pool: the immutables of every recorded pool are the genuine factory, a fee and its tick spacing", () => {
    const runtime = npmRuntime("v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json");
    const places = immutablePlaces(runtime);
    for (const pool of twinsOf(runtime)) {
      const words = new Set(places.map((place) => pool.toString("hex", place, place + 32)));
      expect([...words]).to.include(FACTORY.padStart(64, "0"));
      const small = [...words].map((word) => BigInt(`0x${word}`)).filter((value) => value < 20_000n);
      const [fee] = [...SPACING_OF_FEE].filter(
        ([rate, spacing]) => small.includes(BigInt(rate)) && small.includes(BigInt(spacing)),
      );
      expect(fee, `small immutables ${small.join(", ")}`).to.not.equal(undefined);
    }
  });

  it("behavior: a code that differs in one byte outside of the immutables is no twin", () => {
    const runtime = npmRuntime("v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json");
    runtime.writeUInt8(runtime.readUInt8(100) ^ 1, 100);
    expect(twinsOf(runtime)).to.deep.equal([]);
  });
});
