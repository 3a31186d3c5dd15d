import { AbiCoder, keccak256, MaxUint256 } from "ethers";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { contractAt, read } from "../../../keeper/src/lab/world/contract-ref.js";
import { fund } from "../../../keeper/src/lab/world/controls.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import type { Address } from "../../../keeper/src/units.js";
import {
  type AaveV3LtvSteward,
  AaveV3LtvSteward__factory,
  type MarginPolicy,
  MarginPolicy__factory,
} from "../../../typechain-types/index.js";
import { ETHER, ROUND_SPEC, symbolOf, USDC } from "../world/fixture.js";
import { calmLane, HOUR, type Key, openOracle, type OracleScene } from "./margin-scene.js";

/** Genuine Aave v3.0 with two accounts on it, and a policy whose steward is a risk admin there. */
export interface AaveScene extends OracleScene {
  readonly world: World;
  readonly policy: MarginPolicy;
  readonly steward: AaveV3LtvSteward;
  readonly weth: Address;
  readonly wbtc: Address;
  /** Publish recommended opening LTVs of the two markets, bps. */
  readonly recommend: (weth: number, wbtc?: number) => Promise<void>;
  /** Send as somebody else; "done", or the message of the error. */
  readonly send: (from: Address, method: string, args: readonly unknown[]) => Promise<string>;
  /** Send to the configurator as the pool's own admin. */
  readonly administrate: (method: string, args: readonly unknown[]) => Promise<void>;
}

export const [BORROWER, AT_THE_LIMIT, LIQUIDATOR, ANYBODY] = ["borrower", "limit", "liquidator", "anybody"].map(
  derivedAddress,
) as [Address, Address, Address, Address];

/** The host's own, mainnet's in June 2025: LTV, threshold, bonus. */
export const WETH_TERMS = [8_050n, 8_300n, 10_500n] as const;
export const WBTC_TERMS = [7_300n, 7_800n, 10_500n] as const;

const TERMS = { minLtv: 4_000, maxLtv: 9_000, gap: 200, step: 100, cooldown: 6 * HOUR, maxAge: 2 * HOUR };

/** Subject of a market, as `SubjectIds.market`. */
export function marketSubject(pool: string, asset: string): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(["uint8", "uint256", "address", "address"], [3, 31_337, pool, asset]),
  );
}

export async function openAaveScene(chain: DevChain): Promise<AaveScene> {
  const world = await buildWorld(chain, ROUND_SPEC);
  await openPositions(world);
  const { pool, aclManager, configurator, addressesProvider } = world.aave;
  const [weth, wbtc] = [symbolOf(world, "WETH").address, symbolOf(world, "WBTC").address];
  const keys = [weth, wbtc].map((asset): Key => ({ kind: 3, venue: pool.address, asset }));
  const scene = await openOracle(chain, keys);
  const policy = await new MarginPolicy__factory(scene.owner).deploy(await scene.oracle.getAddress(), scene.manager);
  await (await policy.addMarket(marketSubject(pool.address, weth), TERMS, WETH_TERMS[0], WETH_TERMS[1])).wait();
  await (await policy.addMarket(marketSubject(pool.address, wbtc), TERMS, WBTC_TERMS[0], WBTC_TERMS[1])).wait();
  const newSteward = new AaveV3LtvSteward__factory(scene.owner);
  const steward = await newSteward.deploy(await policy.getAddress(), addressesProvider.address, [weth, wbtc]);
  const admin = await chain.impersonate(world.steward.address);
  await (await contractAt(aclManager, admin).getFunction("addRiskAdmin")(await steward.getAddress())).wait();
  for (const actor of [BORROWER, AT_THE_LIMIT, LIQUIDATOR, ANYBODY]) await chain.setBalance(actor, ETHER);
  return {
    ...scene,
    ...{ world, policy, steward, weth, wbtc },
    recommend: (first, second = 9_000) =>
      scene.publish([calmLane({}), calmLane({ borrowLtv: first }), calmLane({ borrowLtv: second })]),
    async send(from, method, args) {
      const call = contractAt(pool, await chain.impersonate(from)).getFunction(method);
      return (call(...args) as Promise<{ wait(): Promise<unknown> }>).then(
        async (sent) => (await sent.wait(), "done"),
        (error: unknown) => (error as Error).message,
      );
    },
    async administrate(method, args) {
      await (await contractAt(configurator, admin).getFunction(method)(...args)).wait();
    },
  };
}

/** One account at 75 % of its collateral, one a hair below the reserve's LTV of 80.5 %. */
async function openPositions(world: World): Promise<void> {
  const collateral = [{ symbol: "WETH", units: 10n * ETHER }];
  await openAccounts(world, [
    { account: BORROWER, collateral, debt: [{ symbol: "USDC", units: 15_000n * USDC }] },
    { account: AT_THE_LIMIT, collateral, debt: [{ symbol: "USDC", units: 16_099n * USDC }] },
  ]);
  await fund(world, LIQUIDATOR, [{ symbol: "USDC", units: 50_000n * USDC }]);
  await fund(world, BORROWER, [{ symbol: "WETH", units: 10n * ETHER }]);
  await world.chain.setAutomine(true);
  for (const account of [BORROWER, LIQUIDATOR]) {
    for (const symbol of ["USDC", "WETH"]) {
      const { token } = symbolOf(world, symbol);
      const signer = await world.chain.impersonate(account);
      await world.chain.setBalance(account, ETHER);
      await (await contractAt(token, signer).getFunction("approve")(world.aave.pool.address, MaxUint256)).wait();
    }
  }
}

/** A reserve's configuration word. */
export async function wordOf({ world, chain }: AaveScene, asset: Address): Promise<bigint> {
  const [map] = await read(chain, world.aave.pool, "getConfiguration", [asset]);
  return (map as readonly [bigint])[0];
}

/** LTV, threshold and bonus, bps. */
export async function termsOf(scene: AaveScene, asset: Address): Promise<readonly bigint[]> {
  const word = await wordOf(scene, asset);
  return [0n, 16n, 32n].map((shift) => (word >> shift) & 0xffffn);
}
