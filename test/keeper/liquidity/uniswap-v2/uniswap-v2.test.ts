import { expect } from "chai";
import { quotePool } from "../../../../keeper/src/graph/pool-quote.js";
import { SwapReverted } from "../../../../keeper/src/graph/uniswap-v3/errors.js";
import { createRandom } from "../../../../keeper/src/lab/random.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { openPool } from "../../../../keeper/src/liquidity/pool-kinds.js";
import type { UniswapV2Pool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type PoolStage, loadPackaged, openStage, randomAmounts, readFresh, reasonOf } from "../stage.js";

const build = (name: string) => {
  const file = `@uniswap/v2-core/build/${name}.json`;
  return loadPackaged(name, { abi: file, code: file });
};

describe("Uniswap v2 on genuine pairs", () => {
  let stage: PoolStage;
  let pair: ContractRef;
  before(async () => {
    stage = await openStage([18, 6]);
    const { steward, tokens } = stage;
    const factory = steward.deploy(build("UniswapV2Factory"), [steward.address]);
    steward.call(factory, "createPair", [tokens[0]!.address, tokens[1]!.address]);
    await steward.flush();
    const [address] = await read(stage.chain, factory, "getPair", [tokens[0]!.address, tokens[1]!.address]);
    pair = { name: "pair", address: String(address).toLowerCase() as Address, abi: build("UniswapV2Pair").abi };
  });
  after(() => stage.chain.close());

  const source = () => ({ kind: "uniswap-v2" as const, pool: pair.address, fee: 3_000 });
  const fresh = () => readFresh<UniswapV2Pool>(stage, source());

  async function provide(amounts: readonly [bigint, bigint]): Promise<void> {
    const { steward, tokens } = stage;
    tokens.forEach((token, k) => steward.call(token, "transfer", [pair.address, amounts[k]!]));
    steward.call(pair, "mint", [steward.address]);
    await steward.flush();
  }

  /** Whether the genuine pair lets `amountOut` go for `amountIn`: the tokens sent first, then its swap, all undone. */
  async function pairAllows(zeroForOne: boolean, amountIn: bigint, amountOut: bigint): Promise<boolean> {
    const { chain, steward, tokens } = stage;
    const mark = await chain.snapshot();
    steward.call(tokens[zeroForOne ? 0 : 1]!, "transfer", [pair.address, amountIn]);
    await steward.flush();
    const outs = zeroForOne ? [0n, amountOut] : [amountOut, 0n];
    const data = pair.abi.encodeFunctionData("swap", [...outs, steward.address, "0x"]) as Hex;
    const call = { from: steward.address, to: pair.address, data };
    const allowed = await chain.rpc.call("eth_call", [call, "latest"]).then(
      () => true,
      () => false,
    );
    await chain.revert(mark);
    return allowed;
  }

  it("behavior: a pair without reserves is read, and quotes nothing", async () => {
    const pool = await fresh();
    expect([pool.reserve0, pool.reserve1]).to.deep.equal([0n, 0n]);
    const trade = { base: pool.token0, quote: pool.token1 };
    expect(() => quotePool(pool, trade, 1n)).to.throw(SwapReverted, "INSUFFICIENT_LIQUIDITY");
  });

  it("default: reserves and tokens are what the pair says", async () => {
    await provide([123_456_789n * 10n ** 15n, 987_654_321n * 10n ** 3n]);
    const pool = await fresh();
    const [reserve0, reserve1] = await read(stage.chain, pair, "getReserves", []);
    expect([pool.reserve0, pool.reserve1]).to.deep.equal([reserve0, reserve1]);
    expect([pool.token0, pool.token1]).to.deep.equal(stage.tokens.map(({ address }) => address));
  });

  it("behavior: what we quote the genuine pair lets out, and not one unit more, both ways, from dust to a flood", async () => {
    const pool = await fresh();
    let compared = 0;
    for (const zeroForOne of [true, false]) {
      const trade = zeroForOne ? { base: pool.token0, quote: pool.token1 } : { base: pool.token1, quote: pool.token0 };
      const reserveIn = zeroForOne ? pool.reserve0 : pool.reserve1;
      for (const amountIn of randomAmounts(7, 12, 50n * reserveIn)) {
        const out = quotePool(pool, trade, amountIn);
        // The pair itself refuses to give nothing; whoever sends dust gets none.
        if (out > 0n) expect(await pairAllows(zeroForOne, amountIn, out), `${amountIn} in`).to.equal(true);
        expect(await pairAllows(zeroForOne, amountIn, out + 1n), `${amountIn} in, one more out`).to.equal(false);
        compared += 1;
      }
    }
    expect(compared).to.equal(30);
  });

  it("behavior: block by block it equals a fresh read, through swaps and orphaned ones", async () => {
    const { chain, steward, rpc, tokens } = stage;
    const followed = openPool(rpc, source(), { resilienceWindowSec: 0 });
    const random = createRandom(11);
    const seen = new Set<bigint>();
    const compare = async (): Promise<void> => {
      const outcome = await followed.at(await rpc.head());
      if (outcome.kind !== "read") throw new Error(outcome.reason);
      const state = outcome.view(new Map()) as UniswapV2Pool;
      expect(state).to.deep.equal(await fresh());
      seen.add(state.reserve0);
    };
    const trade = async (): Promise<void> => {
      const pool = await fresh();
      const amountIn = BigInt(random.uint32()) * 10n ** 9n;
      const out = quotePool(pool, { base: pool.token0, quote: pool.token1 }, amountIn);
      steward.call(tokens[0]!, "transfer", [pair.address, amountIn]);
      steward.call(pair, "swap", [0n, out, steward.address, "0x"]);
      await steward.flush();
      await compare();
    };
    await trade();
    await trade();
    const mark = await chain.snapshot();
    await trade();
    await trade();
    await chain.revert(mark);
    await chain.mine((await chain.timestamp()) + 99);
    await compare();
    expect(seen.size).to.equal(4);
  });

  it("error: an address that is no pair makes the source unreadable, with the reason", async () => {
    const other = { ...source(), pool: stage.tokens[0]!.address };
    expect(await reasonOf(stage, other)).to.equal("a call of its contracts reverts");
  });
});
