import { expect } from "chai";
import { openPool } from "../../../../keeper/src/liquidity/pool-kinds.js";
import type { CurveStablePool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address } from "../../../../keeper/src/units.js";
import { requireShared } from "../../../shared-data.js";
import { randomAmounts, readFresh, reasonOf } from "../stage.js";
import { entryOf, getDy, openRecording, openTokens, ourDy, place, store } from "./placed-pool.js";

type Coin = readonly [token: string, decimals: number];
const DAI: Coin = ["0x6b175474e89094c44da98b954eedeac495271d0f", 18];
const USDC: Coin = ["0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 6];
const USDT: Coin = ["0xdac17f958d2ee523a2206206994597c13d831ec7", 6];
const ETHER: Coin = ["0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", 18];
const WETH = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2" as Address;

/** Pools whose code and state a block recorded. A list of coins is completed where the block did not touch it all. */
const POOLS: readonly {
  readonly name: string;
  readonly block: string;
  readonly pool: Address;
  readonly coins: readonly Coin[];
  readonly coinsSlot: number | "list";
  readonly behind?: Address;
}[] = [
  {
    name: "3pool, 2021",
    block: "12520364",
    pool: "0xbebc44782c7db0a1a60cb6fe97d0b483032ff1c7",
    coins: [DAI, USDC, USDT],
    coinsSlot: "list",
  },
  {
    name: "3pool, 2024",
    block: "19807137",
    pool: "0xbebc44782c7db0a1a60cb6fe97d0b483032ff1c7",
    coins: [DAI, USDC, USDT],
    coinsSlot: "list",
  },
  {
    name: "sUSD",
    block: "10760440",
    pool: "0xa5407eae9ba41422680e2e00537571bcc53efbfd",
    coins: [DAI, USDC, USDT, ["0x57ab1ec28d129707052df4df418d58a2d46d5f51", 18]],
    coinsSlot: "list",
  },
  {
    name: "sETH",
    block: "12300570",
    pool: "0xc5424b857f758e906013f3555dad202e4bdb4567",
    coins: [ETHER, ["0x5e74c9036fb86bd7ecdcb084a0673efc32ea31cb", 18]],
    coinsSlot: "list",
  },
  {
    name: "USDC/crvUSD",
    block: "19426586",
    pool: "0x4dece678ceceb27446b35c672dc7d61f30bad69e",
    coins: [USDC, ["0xf939e0a03fb07f59a73314e73794be0e57ac1b4e", 18]],
    coinsSlot: 2,
    behind: "0x67fe41a94e779ccfa22cff02cc2957dc9c0e4286",
  },
];

describe("Curve's genuine stable pools, recorded on mainnet", function () {
  let folder: string;
  before(function () {
    folder = requireShared(this, "data/evm-pevm-blocks");
  });

  for (const [k, { name, block, pool, coins, coinsSlot, behind }] of POOLS.entries()) {
    describe(name, () => {
      let stage: Awaited<ReturnType<typeof openTokens>>;
      before(async () => {
        stage = await openTokens();
        const recording = openRecording(folder, block);
        await place(stage.chain, recording, pool);
        if (behind) await place(stage.chain, recording, behind);
        for (const [index, [token, decimals]] of coins.entries()) {
          const slot = coinsSlot === "list" ? entryOf(0n, index) : BigInt(coinsSlot + index);
          await store(stage.chain, pool, { slot, value: BigInt(token) });
          await stage.chain.rpc.call("hardhat_setCode", [token, stage.codeOf.get(decimals)!]);
        }
        await stage.chain.mine((await stage.chain.timestamp()) + 12);
      });
      after(() => stage.chain.close());

      const source = { kind: "curve-stable" as const, pool, nativeAsset: WETH };
      const fresh = () => readFresh<CurveStablePool>(stage, source);

      it("default: tokens and balances as recorded, our quotes its own to the unit, from dust to a flood", async () => {
        const state = await fresh();
        expect(state.tokens).to.deep.equal(coins.map(([token]) => (token === ETHER[0] ? WETH : token)));
        const recorded = Object.values(openRecording(folder, block).accounts[pool]!.storage).map(BigInt);
        for (const balance of state.balances) expect(recorded).to.include(balance);
        let given = 0;
        for (const i of coins.keys()) {
          for (const j of coins.keys()) {
            if (i === j) continue;
            for (const dx of randomAmounts(50 * k + 8 * i + j, 25, 40n * state.balances[i]!)) {
              const own = await getDy(stage.chain, pool, { signed: true, i, j, dx });
              expect(ourDy(state, i, j, dx), `${dx} of ${i} for ${j}`).to.equal(own);
              if (own !== undefined) given += 1;
            }
          }
        }
        expect(given).to.be.above(20 * coins.length);
      });

      it("behavior: with other balances in its storage, too, block by block", async () => {
        const { balances } = await fresh();
        const { storage } = openRecording(folder, block).accounts[pool]!;
        const slots = balances.map((balance) =>
          BigInt(Object.entries(storage).find(([, value]) => BigInt(value) === balance)![0]),
        );
        const followed = openPool(stage.rpc, source, { resilienceWindowSec: 0 });
        for (let step = 0; step < 4; step++) {
          for (const [i, slot] of slots.entries()) {
            const [value] = randomAmounts(900 + 10 * k + 3 * step + i, 1, balances[i]!).slice(-1) as [bigint];
            await store(stage.chain, pool, { slot, value: balances[i]! / 50n + value });
          }
          await stage.chain.mine((await stage.chain.timestamp()) + 12);
          const outcome = await followed.at(await stage.rpc.head());
          if (outcome.kind !== "read") throw new Error(outcome.reason);
          const state = outcome.view(new Map()) as CurveStablePool;
          expect(state).to.deep.equal(await fresh());
          for (const dx of randomAmounts(7 * step, 6, state.balances[0]!)) {
            const own = await getDy(stage.chain, pool, { signed: true, i: 0, j: 1, dx });
            expect(ourDy(state, 0, 1, dx), `${dx} at step ${step}`).to.equal(own);
          }
        }
      });

      it("error: taken for a crypto pool, it is unreadable", async () => {
        const reason = await reasonOf(stage, { ...source, kind: "curve-crypto" });
        expect(reason).to.equal("a call of its contracts reverts");
      });
    });
  }
});
