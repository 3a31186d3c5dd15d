import { expect } from "chai";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import type { WorldSpec } from "../../../keeper/src/lab/world/spec.js";
import { type World, type WorldAsset, assetOf } from "../../../keeper/src/lab/world/world.js";

/** 2020-03-12 00:00 UTC. */
export const GENESIS = 1_583_971_200;

/** Mainnet's reserve parameters at round prices, and one full-range pool whose swaps have a closed form. */
export const ROUND_SPEC: WorldSpec = {
  baseCurrency: "USD",
  assets: [
    { ...MAINNET_ASSETS.WETH, priceBase: "2000" },
    { ...MAINNET_ASSETS.WBTC, priceBase: "40000" },
    { ...MAINNET_ASSETS.USDC, priceBase: "1" },
    { ...MAINNET_ASSETS.DAI, priceBase: "1" },
  ],
  pools: [
    {
      base: "WETH",
      quote: "USDC",
      fee: 3_000,
      positions: [{ range: "full", baseAmount: "1000", quoteAmount: "2000000" }],
    },
  ],
};

export const ETHER = 10n ** 18n;
export const USDC = 10n ** 6n;
export const BTC = 10n ** 8n;

export function startChain(): Promise<DevChain> {
  return startEmbeddedChain({ genesisTime: GENESIS });
}

/** One number that a view returns. */
export async function readBigint(
  chain: DevChain,
  target: Parameters<typeof read>[1],
  method: string,
  args: readonly unknown[] = [],
): Promise<bigint> {
  return (await read(chain, target, method, args))[0] as bigint;
}

/** Health factor of an account, 1e18-scaled, as the pool says. */
export async function healthFactor(world: World, account: string): Promise<bigint> {
  return (await read(world.chain, world.aave.pool, "getUserAccountData", [account])).getValue("healthFactor") as bigint;
}

/** A ratio of two positive integers, 1e18-scaled and rounded to nearest, as the pool divides. */
export function ratioToNearest(numerator: bigint, denominator: bigint): bigint {
  return (numerator * ETHER + denominator / 2n) / denominator;
}

export function symbolOf(world: World, symbol: string): WorldAsset {
  return assetOf(world.assets, symbol);
}

/** The rejection of `promise`, which must be of `type`. */
export async function expectRejection<T extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => T,
): Promise<T> {
  const outcome: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(type);
  return outcome as T;
}

/** Within `tolerance` of each other, relative to `expected`. */
export function expectRelative(seen: number, expected: number, tolerance: number): void {
  expect(Math.abs(seen / expected - 1)).to.be.at.most(tolerance, `saw ${seen}, expected ${expected}`);
}
