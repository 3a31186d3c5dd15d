import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { createRandom } from "../../../../keeper/src/lab/random.js";
import { openPool } from "../../../../keeper/src/liquidity/pool-kinds.js";
import type { UniswapV4Pool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address } from "../../../../keeper/src/units.js";
import { randomAmounts, readFresh, reasonOf } from "../stage.js";
import { type Key, type ManagerStage, modify, openManager, ourSwap, ownSwap, trade, tupleOf } from "./manager.js";

const ONE_TO_ONE = 1n << 96n;
const NONE = ZeroAddress as Address;
/** `PoolManager.MAX_PROTOCOL_FEE` is 1,000; this direction and the other. */
const PROTOCOL_FEE = 1_000 | (700 << 12);

describe("Uniswap v4 on the genuine manager", () => {
  let stage: ManagerStage;
  let keys: Key[];
  before(async () => {
    stage = await openManager();
    const { steward, manager, tokens } = stage;
    const [currency0, currency1] = tokens.map(({ address }) => address) as [Address, Address];
    keys = [
      { currency0, currency1, fee: 3_000, tickSpacing: 60, hooks: NONE },
      { currency0, currency1, fee: 500, tickSpacing: 10, hooks: NONE },
      { currency0: NONE, currency1, fee: 100, tickSpacing: 1, hooks: NONE },
    ];
    for (const key of keys) steward.call(manager, "initialize", [tupleOf(key), ONE_TO_ONE]);
    await steward.flush();
    for (const key of keys) {
      const step = key.tickSpacing;
      await modify(stage, key, [-88_000 * step < -887_000 ? -887_220 : -88_000 * step, 887_220, 10n ** 15n]);
      await modify(stage, key, [-step * 7, step * 12, 10n ** 16n]);
      await modify(stage, key, [step * 3, step * 900, 3n * 10n ** 15n]);
    }
    steward.call(manager, "setProtocolFee", [tupleOf(keys[1]!), PROTOCOL_FEE]);
    await steward.flush();
  });
  after(() => stage.chain.close());

  const sourceOf = (key: Key) => ({
    kind: "uniswap-v4" as const,
    manager: stage.manager.address,
    ...key,
    nativeAsset: stage.tokens[0]!.address,
  });
  const fresh = (key: Key) => readFresh<UniswapV4Pool>(stage, sourceOf(key));

  it("default: ticks are those of the positions, liquidity those around the price, fees the manager's", async () => {
    for (const key of keys) {
      const pool = await fresh(key);
      const step = key.tickSpacing;
      expect(pool.ticks.slice(1, -1)).to.deep.equal([
        [-step * 7, 10n ** 16n],
        [step * 3, 3n * 10n ** 15n],
        [step * 12, -(10n ** 16n)],
        [step * 900, -3n * 10n ** 15n],
      ]);
      expect(pool.liquidity).to.equal(10n ** 15n + 10n ** 16n);
      expect([pool.sqrtPriceX96, pool.tick, pool.fee]).to.deep.equal([ONE_TO_ONE, 0, key.fee]);
    }
    expect((await fresh(keys[1]!)).protocolFee).to.deep.equal({ zeroForOne: 1_000, oneForZero: 700 });
    expect((await fresh(keys[0]!)).protocolFee).to.deep.equal({ zeroForOne: 0, oneForZero: 0 });
  });

  it("behavior: ether is shown as the token that stands for it, and refused where none does", async () => {
    expect((await fresh(keys[2]!)).token0).to.equal(stage.tokens[0]!.address);
    const unnamed = { kind: "uniswap-v4" as const, manager: stage.manager.address, ...keys[2]! };
    expect(await reasonOf(stage, unnamed)).to.contain("saw ether in the pool");
  });

  it("behavior: our swaps are the manager's to the unit, in and out, both ways, from dust to all there is", async () => {
    let compared = 0;
    for (const [k, key] of keys.entries()) {
      const pool = await fresh(key);
      // All there is takes the price to its end: of the pool with a tick spacing of 1, over more empty ticks than gas is for.
      const most = key.tickSpacing === 1 ? 10n ** 15n : 10n ** 18n;
      for (const zeroForOne of [true, false]) {
        for (const amount of randomAmounts(31 * k + Number(zeroForOne), 25, most)) {
          const order = { zeroForOne, amount };
          const own = await ownSwap(stage, key, order);
          const ours = ourSwap(pool, order);
          expect([ours.amount0, ours.amount1], `${key.fee}: ${amount} in`).to.deep.equal(own);
          compared += 1;
          const received = -(zeroForOne ? ours.amount1 : ours.amount0);
          if (received === 0n) continue;
          const back = { zeroForOne, amount: -received };
          const out = ourSwap(pool, back);
          expect([out.amount0, out.amount1], `${key.fee}: ${received} out`).to.deep.equal(
            await ownSwap(stage, key, back),
          );
          compared += 1;
        }
      }
    }
    expect(compared).to.be.above(250);
  });

  it("behavior: block by block it equals a fresh read and our own swap, through swaps, new and removed positions", async () => {
    const [key, , ether] = keys as [Key, Key, Key];
    const random = createRandom(5);
    const followed = openPool(stage.rpc, sourceOf(key), { resilienceWindowSec: 0 });
    const ticks = new Set<number>();
    for (let step = 0; step < 12; step++) {
      const before = await fresh(key);
      const order = { zeroForOne: random.uint32() % 2 === 0, amount: BigInt(random.uint32()) * 10n ** 5n };
      if (step % 3 === 0) await modify(stage, key, [-60 * (8 + step), 60 * (20 + step), 10n ** 14n]);
      else if (step % 3 === 1) await trade(stage, key, order);
      else await modify(stage, key, [-60 * (6 + step), 60 * (18 + step), -(10n ** 14n) / 2n]);
      // Another pool of the manager, whose events are not this one's.
      if (step % 4 === 3) await modify(stage, ether, [-step, step, 10n ** 12n]);
      const outcome = await followed.at(await stage.rpc.head());
      if (outcome.kind !== "read") throw new Error(outcome.reason);
      const state = outcome.view(new Map()) as UniswapV4Pool;
      expect(state, `step ${step}`).to.deep.equal(await fresh(key));
      ticks.add(state.ticks.length);
      if (step % 3 !== 1) continue;
      const { sqrtPriceX96, tick, liquidity } = ourSwap(before, order);
      expect([state.sqrtPriceX96, state.tick, state.liquidity]).to.deep.equal([sqrtPriceX96, tick, liquidity]);
    }
    expect(ticks.size).to.be.above(2);
  });

  it("error: hooks that act on swaps make a pool unreadable, with the reason", async () => {
    for (const bits of [7, 6, 3, 2]) {
      const hooks = `0x${(1n << BigInt(bits)).toString(16).padStart(40, "0")}` as Address;
      expect(await reasonOf(stage, { ...sourceOf(keys[0]!), hooks })).to.contain("that act on swaps");
    }
  });

  it("behavior: a pool that was never opened has no price", async () => {
    const pool = await fresh({ ...keys[0]!, fee: 9_999 });
    expect([pool.sqrtPriceX96, pool.ticks.length]).to.deep.equal([0n, 0]);
  });
});
