import { expect } from "chai";
import { AbiCoder, ZeroAddress } from "ethers";
import { type ContractRef, read } from "../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { readWrapped } from "../../../keeper/src/wrapped/wrapped-assets.js";
import { type VaultStage, loadTask, openVault, seed, trade } from "../liquidity/balancer/vault.js";

const E16 = 10n ** 16n;
const FEE = 3n * 10n ** 15n;
const WAD = 10n ** 18n;
const DECIMALS = [18, 6, 8];
const AMOUNTS = [4_321n * 10n ** 17n, 98_765n * 10n ** 5n, 777n * 10n ** 7n];
/** Kinds of exit that pay a share of everything: weighted pools' and composable stable ones'. */
const PROPORTIONAL = { weighted: 1, composable: 2 } as const;

describe("readWrapped on Balancer's genuine pools", function () {
  this.timeout(120_000);
  let stage: VaultStage;
  const pools: { readonly title: string; readonly contract: ContractRef; readonly exit: number }[] = [];
  const places = new Map<string, number>();
  before(async () => {
    stage = await openVault(DECIMALS);
    const { chain, steward, vault, fees, tokens } = stage;
    for (const token of tokens) places.set(token.address, Number((await read(chain, token, "decimals", []))[0]));
    const of = tokens.map(({ address }) => address);
    const weights = [20n * E16, 30n * E16, 50n * E16];
    const none = of.map(() => ZeroAddress);
    const first = [vault.address, "W", "W", of, weights, FEE, 0, 0, steward.address];
    const third = [["W", "W", of, weights, none, none, FEE], vault.address, fees.address, 0, 0, steward.address, "3"];
    const stable = [vault.address, fees.address, "C", "C", of, none, of.map(() => 0), of.map(() => false), 200, FEE];
    const params = [...stable, 0, 0, steward.address];
    const weighted = PROPORTIONAL.weighted;
    pools.push(
      {
        title: "weighted",
        contract: steward.deploy(loadTask("20210418-weighted-pool", "WeightedPool"), first),
        exit: weighted,
      },
      {
        title: "weighted, version 3",
        contract: steward.deploy(loadTask("20230206-weighted-pool-v3", "WeightedPool", "artifact"), third),
        exit: weighted,
      },
      {
        title: "composable stable, version 3",
        contract: steward.deploy(loadTask("20230206-composable-stable-pool-v3", "ComposableStablePool", "artifact"), [
          [...params, "3"],
        ]),
        exit: PROPORTIONAL.composable,
      },
    );
    await steward.flush();
    for (const { contract, exit } of pools) {
      if (exit === weighted) await seed(stage, contract, AMOUNTS);
      else {
        const [at] = await read(chain, contract, "getBptIndex", []);
        const even = of.map((token) => 10_000n * 10n ** BigInt(places.get(token)!));
        await seed(stage, contract, even.toSpliced(Number(at), 0, 0n));
      }
      await trade(stage, contract, { from: of[0]!, to: of[1]!, amountIn: 10n ** BigInt(places.get(of[0]!)!) });
    }
  });
  after(() => stage.chain.close());

  /** What the vault pays for shares, by token. */
  async function exitWith(pool: ContractRef, shares: bigint, kind: number): Promise<Map<string, bigint>> {
    const { chain, steward, vault, tokens } = stage;
    const [id] = await read(chain, pool, "getPoolId", []);
    const assets = (await read(chain, vault, "getPoolTokens", [id]))[0] as string[];
    const owner = derivedAddress(`exits ${pool.address}`);
    const userData = AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [kind, shares]);
    const request = [assets, assets.map(() => 0), userData, false];
    steward.call(vault, "exitPool", [id, steward.address, owner, [...request]]);
    await steward.flush();
    const paid = await Promise.all(tokens.map((token) => read(chain, token, "balanceOf", [owner])));
    return new Map(tokens.map(({ address }, k) => [address, paid[k]![0] as bigint]));
  }

  for (const k of [0, 1, 2]) {
    it(`default: a share of pool ${k} is what exiting pays for it, and the pool's own shares count for nothing`, async () => {
      const { contract, exit } = pools[k]!;
      const reader = stage.rpc.at(await stage.rpc.head());
      const token = contract.address;
      const { lookThrough, exclusions } = await readWrapped(reader, [{ kind: "balancer-bpt", token }], []);
      expect(exclusions).to.deep.equal([]);
      const of = stage.tokens.map(({ address }) => address);
      expect(lookThrough.map((link) => link.of)).to.have.members(of);
      const shares = WAD / 10n;
      const paid = await exitWith(contract, shares, exit);
      for (const { of: asset, unitsWad } of lookThrough) {
        const claimed = (unitsWad * shares * 10n ** BigInt(places.get(asset)!)) / (WAD * WAD);
        // The pool rounds what it pays down, and takes fees that are due before it counts its supply.
        const [seen, slack] = [paid.get(asset)!, 2n + claimed / 10n ** 9n];
        expect(seen > 0n && seen <= claimed + 1n && claimed - seen <= slack, `${seen} for ${claimed}`).to.equal(true);
      }
    });
  }

  it("behavior: a share that nobody configured is proposed", async () => {
    const reader = stage.rpc.at(await stage.rpc.head());
    const { exclusions } = await readWrapped(
      reader,
      [],
      pools.map(({ contract }) => contract.address),
    );
    expect(exclusions.map(({ reason }) => reason.includes("as balancer-bpt"))).to.deep.equal([true, true, true]);
  });
});
