import { MaxUint256, type Result, parseUnits } from "ethers";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { type Random, createRandom } from "../../../keeper/src/lab/random.js";
import { loadAave } from "../../../keeper/src/lab/world/artifacts.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { queuePrices, startInterest } from "../../../keeper/src/lab/world/controls.js";
import { MAINNET_ASSETS } from "../../../keeper/src/lab/world/mainnet-spec.js";
import { derivedAddress, openActors } from "../../../keeper/src/lab/world/orders.js";
import type { WorldSpec } from "../../../keeper/src/lab/world/spec.js";
import { beginSetup } from "../../../keeper/src/lab/world/steward.js";
import { issue } from "../../../keeper/src/lab/world/tokens.js";
import { type World, type WorldAsset, assetOf, buildWorld } from "../../../keeper/src/lab/world/world.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { type Actions, type History, pick, randomSteps } from "./random-steps.js";

export type { History };

export const USERS: readonly Address[] = Array.from({ length: 8 }, (_, i) => derivedAddress(`history user ${i}`));
const VARIABLE = 2;
const STABLE = 1;
const RAY = 10n ** 27n;
const EMODE = 1;
const PRICES = { WETH: 2_000, WBTC: 40_000, USDC: 1, DAI: 1 } as const;

/** A genuine Aave with e-mode for the two stablecoins, stable-rate borrowing of DAI, and users with tokens. */
export async function buildLendingWorld(chain: DevChain, pools: WorldSpec["pools"] = []): Promise<World> {
  const assets = Object.entries(PRICES).map(([symbol, price]) => ({
    ...MAINNET_ASSETS[symbol as keyof typeof PRICES],
    priceBase: String(price),
  }));
  const world = await buildWorld(chain, { baseCurrency: "USD", assets, pools });
  const { aave, steward } = world;
  await startInterest(world);
  const stablecoins = [assetOf(world.assets, "USDC"), assetOf(world.assets, "DAI")];
  steward.call(aave.configurator, "setEModeCategory", [EMODE, 9_000, 9_300, 10_100, `0x${"00".repeat(20)}`, "stable"]);
  for (const { address } of stablecoins) steward.call(aave.configurator, "setAssetEModeCategory", [address, EMODE]);
  allowStableRate(world, assetOf(world.assets, "DAI"));
  await beginSetup(chain);
  await openActors(chain, USERS, 10n ** 22n);
  for (const user of USERS) {
    for (const { token, spec } of world.assets) {
      issue(
        steward,
        token,
        user,
        parseUnits("1000000", spec.decimals) / BigInt(PRICES[spec.symbol as keyof typeof PRICES]),
      );
      const data = token.abi.encodeFunctionData("approve", [aave.pool.address, MaxUint256]) as Hex;
      steward.add({ label: "approving", from: user, to: token.address, data });
    }
  }
  await steward.flush();
  return world;
}

function allowStableRate({ aave, steward }: World, { address }: WorldAsset): void {
  const percent = (value: number): bigint => (RAY * BigInt(value)) / 100n;
  // optimal usage, base, variable slopes, stable slopes, stable offset and excess offset, optimal share of stable debt
  const rates = [80, 0, 4, 75, 2, 75, 1, 8, 20].map(percent);
  const source = loadAave("protocol/pool/DefaultReserveInterestRateStrategy");
  const withStable = steward.deploy(source, [aave.addressesProvider.address, ...rates]);
  steward.call(aave.configurator, "setReserveInterestRateStrategyAddress", [address, withStable.address]);
  steward.call(aave.configurator, "setReserveStableRateBorrowing", [address, true]);
}

/** Supplies, borrows, repayments, withdrawals, transfers, switches and liquidations by {@link USERS}, from a seed. */
export function randomHistory(world: World, seed: number): History {
  const random = createRandom(seed);
  return randomSteps(world, random, {
    users: USERS,
    actions: actionsOf(world, random),
    // Most attempts at liquidation find the wrong pair of assets.
    favoured: ["supply", "borrow", "borrow", "liquidate", "liquidate", "liquidate"],
    async movePrice() {
      const price = PRICES.WETH * (0.5 + 0.9 * random.unit());
      await queuePrices(world, { WETH: price.toFixed(2) });
    },
  });
}

function actionsOf({ chain, aave, assets }: World, random: Random): Actions {
  const units = ({ spec }: WorldAsset, usd: number): bigint => {
    const whole = usd / PRICES[spec.symbol as keyof typeof PRICES];
    return parseUnits(whole.toFixed(Math.min(6, spec.decimals)), spec.decimals);
  };
  const amount = (of: WorldAsset): bigint =>
    units(of, 10 ** (1 + 4.5 * random.unit())) + BigInt(random.uint32() % 1_000);
  const dai = assetOf(assets, "DAI");
  const any = (): WorldAsset => pick(random, assets);
  const account = (user: Address): Promise<Result> => read(chain, aave.pool, "getUserAccountData", [user]);
  return {
    supply: (user) => {
      const asset = any();
      return [aave.pool, "supply", [asset.address, amount(asset), user, 0]];
    },
    async borrow(user) {
      const asset = any();
      const availableUsd = Number((await account(user)).getValue("availableBorrowsBase")) / 1e8;
      const wanted = units(asset, availableUsd * Math.min(0.999, 0.2 + random.unit()));
      return [aave.pool, "borrow", [asset.address, wanted, VARIABLE, 0, user]];
    },
    borrowStable: (user) => [aave.pool, "borrow", [dai.address, amount(dai), STABLE, 0, user]],
    repay(user) {
      const asset = any();
      return [aave.pool, "repay", [asset.address, pick(random, [amount(asset), MaxUint256]), VARIABLE, user]];
    },
    repayStable: (user) => [aave.pool, "repay", [dai.address, pick(random, [amount(dai), MaxUint256]), STABLE, user]],
    withdraw(user) {
      const asset = any();
      return [aave.pool, "withdraw", [asset.address, pick(random, [amount(asset), MaxUint256]), user]];
    },
    transfer() {
      const asset = any();
      return [asset.aToken, "transfer", [pick(random, USERS), amount(asset)]];
    },
    swapRate: () => [aave.pool, "swapBorrowRateMode", [dai.address, pick(random, [STABLE, VARIABLE])]],
    switchCollateral: () => [aave.pool, "setUserUseReserveAsCollateral", [any().address, random.uint32() % 2 === 0]],
    eMode: () => [aave.pool, "setUserEMode", [pick(random, [0, EMODE])]],
    async liquidate() {
      const healths = await Promise.all(USERS.map(account));
      const [weakest] = USERS.map((user, i) => ({ user, health: healths[i]!.getValue("healthFactor") as bigint })).sort(
        (a, b) => (a.health < b.health ? -1 : 1),
      );
      const assetsOf = [any().address, any().address];
      return [aave.pool, "liquidationCall", [...assetsOf, weakest!.user, MaxUint256, random.uint32() % 2 === 0]];
    },
  };
}
