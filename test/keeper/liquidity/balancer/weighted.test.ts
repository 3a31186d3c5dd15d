import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { openPool } from "../../../../keeper/src/liquidity/pool-kinds.js";
import type { BalancerWeightedPool } from "../../../../keeper/src/snapshot/pool-state.js";
import { readFresh, reasonOf } from "../stage.js";
import { compareQuotes } from "./compare.js";
import { type VaultStage, loadTask, openVault, seed, trade } from "./vault.js";

/** Weights in percent, of as many tokens; 50/50, 80/20 and the like are exponents of 1, 4 and a quarter. */
const WEIGHTS = [
  [50, 50],
  [80, 20],
  [67, 33],
  [20, 30, 50],
] as const;
const FEE = 3n * 10n ** 15n;
const E16 = 10n ** 16n;

describe("Balancer's genuine weighted pools", () => {
  let stage: VaultStage;
  const pools: { contract: ContractRef; shortPowers: boolean; weights: readonly number[] }[] = [];
  before(async () => {
    stage = await openVault([18, 6, 8]);
    const { steward, vault, fees, tokens } = stage;
    for (const weights of WEIGHTS) {
      const scaled = weights.map((weight) => BigInt(weight) * E16);
      const of = tokens.slice(0, weights.length).map(({ address }) => address);
      const none = of.map(() => ZeroAddress);
      const first = [vault.address, "W", "W", of, scaled, FEE, 0, 0, steward.address];
      const third = [["W", "W", of, scaled, none, none, FEE], vault.address, fees.address, 0, 0, steward.address, "3"];
      pools.push(
        {
          contract: steward.deploy(loadTask("20210418-weighted-pool", "WeightedPool"), first),
          ...{ shortPowers: false, weights },
        },
        {
          contract: steward.deploy(loadTask("20230206-weighted-pool-v3", "WeightedPool", "artifact"), third),
          ...{ shortPowers: true, weights },
        },
      );
    }
    await steward.flush();
    for (const { contract, weights } of pools) {
      const amounts = [4_321n * 10n ** 17n, 98_765n * 10n ** 5n, 777n * 10n ** 7n];
      await seed(stage, contract, amounts.slice(0, weights.length));
    }
  });
  after(() => stage.chain.close());

  const fresh = (contract: ContractRef) =>
    readFresh<BalancerWeightedPool>(stage, { kind: "balancer-weighted", pool: contract.address });

  it("default: balances, weights and fee are the vault's and the pool's own; the version's powers are found out", async () => {
    for (const { contract, shortPowers, weights } of pools) {
      const pool = await fresh(contract);
      const [id] = await read(stage.chain, contract, "getPoolId", []);
      const [tokens, balances] = await read(stage.chain, stage.vault, "getPoolTokens", [id]);
      const [own] = await read(stage.chain, contract, "getNormalizedWeights", []);
      expect(pool.tokens).to.deep.equal((tokens as string[]).map((token) => token.toLowerCase()));
      expect(pool.balances).to.deep.equal([...(balances as bigint[])]);
      expect(pool.weights).to.deep.equal([...(own as bigint[])]);
      expect(pool.fee).to.equal(FEE);
      // Elsewhere both ways give the same quotes: no power is 1, 2 or 4, or the token has too few decimals to show it.
      if (weights[0] === 50) expect(pool.shortPowers, weights.join("/")).to.equal(shortPowers);
    }
  });

  it("behavior: our quotes are the vault's own to the unit, every pair, from dust to what the pool refuses", async () => {
    const counted = { given: 0, refused: 0 };
    for (const [k, { contract }] of pools.entries()) {
      const { given, refused } = await compareQuotes(stage, contract, {
        pool: await fresh(contract),
        seed: 100 * k,
        perPair: 10,
      });
      counted.given += given;
      counted.refused += refused;
    }
    expect(counted.given).to.be.above(250);
    expect(counted.refused).to.be.above(20);
  });

  it("behavior: read block by block it equals a fresh read, through swaps", async () => {
    const { contract } = pools.at(-1)!;
    const source = { kind: "balancer-weighted" as const, pool: contract.address };
    const followed = openPool(stage.rpc, source, { resilienceWindowSec: 0 });
    const seen = new Set<bigint>();
    for (let step = 0; step < 4; step++) {
      const outcome = await followed.at(await stage.rpc.head());
      if (outcome.kind !== "read") throw new Error(outcome.reason);
      const state = outcome.view(new Map()) as BalancerWeightedPool;
      expect(state).to.deep.equal(await fresh(contract));
      seen.add(state.balances[0]!);
      const [from, to] = [state.tokens[0]!, state.tokens[1 + (step % 2)]!];
      await trade(stage, contract, { from, to, amountIn: state.balances[0]! / 9n });
    }
    expect(seen.size).to.equal(4);
  });

  it("error: what is not a weighted pool is unreadable, with the reason", async () => {
    const reason = await reasonOf(stage, { kind: "balancer-weighted", pool: stage.vault.address });
    expect(reason).to.equal("a call of its contracts reverts");
    const stable = await reasonOf(stage, { kind: "balancer-stable", pool: pools[0]!.contract.address });
    expect(stable).to.contain("saw a pool without amplification, expected a stable pool");
  });
});
