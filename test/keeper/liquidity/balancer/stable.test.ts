import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { openPool } from "../../../../keeper/src/liquidity/pool-kinds.js";
import type { BalancerStablePool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Hex } from "../../../../keeper/src/units.js";
import { readFresh } from "../stage.js";
import { compareQuotes } from "./compare.js";
import { type VaultStage, loadTask, openVault, seed, trade } from "./vault.js";

const FEE = 4n * 10n ** 14n;
const AMP = 200;
const META = "deprecated/20210727-meta-stable-pool";

interface Stable {
  readonly contract: ContractRef;
  readonly tokens: number;
  readonly rounding: "up" | "down";
  readonly own: boolean;
}

describe("Balancer's genuine stable pools", () => {
  let stage: VaultStage;
  const pools: Stable[] = [];
  const places = new Map<string, number>();
  before(async () => {
    stage = await openVault([18, 6, 18]);
    const { steward, vault, fees, tokens } = stage;
    for (const token of tokens) {
      const [decimals] = await read(stage.chain, token, "decimals", []);
      places.set(token.address, Number(decimals));
    }
    const of = (count: number) => tokens.slice(0, count).map(({ address }) => address);
    for (const count of [2, 3]) {
      const args = [vault.address, "S", "S", of(count), AMP, FEE, 0, 0, steward.address];
      const contract = steward.deploy(loadTask("deprecated/20210624-stable-pool", "StablePool"), args);
      pools.push({ contract, tokens: count, rounding: "up", own: false });
    }
    await steward.flush();
    for (const { contract, tokens: count } of pools) await seed(stage, contract, amountsOf(count));

    // Fees make a share worth more than it was.
    const [from, to] = [tokens[0]!.address, tokens[1]!.address];
    for (let k = 0; k < 3; k++) {
      await trade(stage, pools[0]!.contract, { from, to, amountIn: amountsOf(1)[0]! / 10n });
    }
    // A pool's own share tells its rate: the genuine pool stands for the rate of the first token.
    const rated = [pools[0]!.contract.address, ...of(2).map(() => ZeroAddress)];
    pools.push(await metaStable(rated.slice(0, 2), of(2)));
    for (const count of [2, 3]) {
      const parts = [of(count), rated.slice(0, count), of(count).map(() => 0), of(count).map(() => false)];
      const params = [vault.address, fees.address, "C", "C", ...parts, AMP, FEE, 0, 0, steward.address];
      const first = steward.deploy(loadTask("20220817-composable-stable-pool", "ComposableStablePool"), [params]);
      const code = loadTask("20230206-composable-stable-pool-v3", "ComposableStablePool", "artifact");
      const third = steward.deploy(code, [[...params, "3"]]);
      pools.push({ contract: first, tokens: count, rounding: "down", own: true });
      pools.push({ contract: third, tokens: count, rounding: "down", own: true });
    }
    await steward.flush();
    for (const { contract, tokens: count, own } of pools)
      if (own) await seed(stage, contract, await withShare(contract, count));
  });
  after(() => stage.chain.close());

  /** The pool of 2021 whose tokens have rates; its library is linked by hand. */
  async function metaStable(providers: readonly string[], of: readonly string[]): Promise<Stable> {
    const { steward, vault } = stage;
    const library = steward.deploy(loadTask(META, "QueryProcessor", "artifact"));
    const code = loadTask(META, "MetaStablePool");
    const bytecode = code.bytecode.replaceAll(/__\$\w+\$__/g, library.address.slice(2)) as Hex;
    const params = [vault.address, "M", "M", of, providers, [0, 0], AMP, FEE, 0, 0, true, steward.address];
    const contract = steward.deploy({ ...code, bytecode }, [params]);
    await steward.flush();
    await seed(stage, contract, amountsOf(2));
    return { contract, tokens: 2, rounding: "up", own: false };
  }

  /** Far from even, so that the amplification shows. */
  function amountsOf(count: number): bigint[] {
    return stage.tokens.slice(0, count).map(({ address }, k) => {
      const whole = [1_234_567n, 345_678n, 2_222_222n][k]!;
      return whole * 10n ** BigInt(places.get(address)!) + 1n;
    });
  }

  async function withShare(contract: ContractRef, count: number): Promise<bigint[]> {
    const [at] = await read(stage.chain, contract, "getBptIndex", []);
    return amountsOf(count).toSpliced(Number(at), 0, 0n);
  }

  const fresh = ({ contract }: Stable) =>
    readFresh<BalancerStablePool>(stage, { kind: "balancer-stable", pool: contract.address });

  it("default: balances without the pool's own share, amplification, and each version's rounding, found out", async () => {
    for (const stable of pools) {
      const pool = await fresh(stable);
      const [amp, , unit] = await read(stage.chain, stable.contract, "getAmplificationParameter", []);
      expect([pool.amp, pool.ampUnit]).to.deep.equal([amp, unit]);
      expect(pool.tokens).to.deep.equal(stage.tokens.slice(0, stable.tokens).map(({ address }) => address));
      const [id] = await read(stage.chain, stable.contract, "getPoolId", []);
      const [all, balances] = await read(stage.chain, stage.vault, "getPoolTokens", [id]);
      const own = (all as string[]).map((token) => token.toLowerCase()).indexOf(stable.contract.address);
      expect(own >= 0).to.equal(stable.own);
      expect(pool.balances).to.deep.equal((balances as bigint[]).filter((_, k) => k !== own));
      expect(pool.invariantRounding).to.equal(stable.rounding);
    }
  });

  it("behavior: the rate of a token is in its scaling factor", async () => {
    const [rate] = await read(stage.chain, pools[0]!.contract, "getRate", []);
    const { scaling, tokens } = await fresh(pools.at(-1)!);
    expect(rate > 10n ** 18n).to.equal(true);
    expect(scaling[0]).to.equal((rate as bigint) * 10n ** BigInt(18 - places.get(tokens[0]!)!));
    expect(scaling[1]).to.equal(10n ** BigInt(36 - places.get(tokens[1]!)!));
  });

  it("behavior: our quotes are the vault's own to the unit, every pair, from dust to a flood", async () => {
    let given = 0;
    for (const [k, stable] of pools.entries()) {
      const pool = await fresh(stable);
      given += (await compareQuotes(stage, stable.contract, { pool, seed: 100 * k, perPair: 10 })).given;
    }
    expect(given).to.be.above(150);
  });

  it("behavior: read block by block it equals a fresh read, through swaps", async () => {
    const stable = pools.at(-1)!;
    const source = { kind: "balancer-stable" as const, pool: stable.contract.address };
    const followed = openPool(stage.rpc, source, { resilienceWindowSec: 0 });
    const seen = new Set<bigint>();
    for (let step = 0; step < 4; step++) {
      const outcome = await followed.at(await stage.rpc.head());
      if (outcome.kind !== "read") throw new Error(outcome.reason);
      const state = outcome.view(new Map()) as BalancerStablePool;
      expect(state).to.deep.equal(await fresh(stable));
      seen.add(state.balances[0]!);
      const [from, to] = [state.tokens[0]!, state.tokens[1 + (step % 2)]!];
      await trade(stage, stable.contract, { from, to, amountIn: state.balances[0]! / 20n });
    }
    expect(seen.size).to.equal(4);
  });
});
