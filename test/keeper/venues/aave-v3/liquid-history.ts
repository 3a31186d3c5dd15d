import { MaxUint256, type Result, parseUnits } from "ethers";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import { type Random, createRandom } from "../../../../keeper/src/lab/random.js";
import { openOracleNodes, roundOrders } from "../../../../keeper/src/lab/world/chainlink.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress, openActors } from "../../../../keeper/src/lab/world/orders.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import { issue } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type AaveV36, type Reserve, deployAaveV36 } from "../../../integration/aave-v36/deploy.js";
import { type Actions, type Call, type History, pick, randomSteps } from "../random-steps.js";

/** A genuine Aave v3.6 with two liquid e-modes, one collateral that is isolated and one debt that is siloed. */
export interface LiquidMarket {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly aave: AaveV36;
  readonly reserves: readonly Reserve[];
}

export const USERS: readonly Address[] = Array.from({ length: 8 }, (_, i) => derivedAddress(`v3.6 user ${i}`));
/** What they borrow, by e-mode: outside of those the siloed asset not often, as it keeps them from all others. */
const LENT: Readonly<Record<number, readonly string[]>> = {
  0: ["WETH", "USDC", "DAI", "DAI", "DAI", "WBTC"],
  1: ["WETH", "USDC"],
  255: ["DAI"],
};
/** Equipped like {@link USERS}, and in no history. */
export const LONERS = ["v3.6 loner", "v3.6 small loner"].map(derivedAddress) as [Address, Address];
/** Those of them who have no collateral but the isolated one. */
const ISOLATED = new Set(USERS.slice(6));
const PRICES: Readonly<Record<string, number>> = { WETH: 2_000, wstETH: 2_300, WBTC: 40_000, USDC: 1, DAI: 1, ISO: 10 };
/** Two ids at the ends of what is possible; USDC is collateral in both, wstETH in one and nowhere else. */
export const [ETHER_MODE, STABLE_MODE] = [1, 255];
/** Whole tokens, and hundredths of USD. */
export const LIMITS = { supplyCap: 900_000_000, borrowCap: 800_000_000, debtCeiling: 5_000_000_00 };
const VARIABLE = 2;

const spec = (symbol: string, decimals: number, risk: readonly [number, number, number], canBeBorrowed = true) => ({
  ...{ symbol, decimals, canBeBorrowed },
  ...{ ltvBps: risk[0], liquidationThresholdBps: risk[1], liquidationBonusBps: risk[2] },
});

/** Deploy and price the pool, open its e-modes, and give every user a million USD of each token. */
export async function openLiquidMarket(chain: DevChain): Promise<LiquidMarket> {
  await beginSetup(chain);
  await openOracleNodes(chain);
  await openActors(chain, [...USERS, ...LONERS], 10n ** 22n);
  const steward = await openSteward(chain);
  const aave = await deployAaveV36(steward, [
    spec("WETH", 18, [8_000, 8_250, 10_500]),
    spec("wstETH", 18, [0, 0, 0], false),
    spec("WBTC", 8, [7_000, 7_500, 11_000]),
    spec("USDC", 6, [7_500, 7_800, 10_450]),
    spec("DAI", 18, [6_300, 7_700, 10_500]),
    spec("ISO", 18, [5_000, 6_000, 11_000], false),
  ]);
  const reserves = [...aave.reserves.values()];
  for (const { symbol, feed } of reserves) {
    const orders = await roundOrders(chain, feed, parseUnits(String(PRICES[symbol]), feed.decimals));
    orders.forEach((order) => steward.add(order));
  }
  configure(steward, aave);
  for (const user of [...USERS, ...LONERS]) {
    for (const reserve of reserves) {
      issue(steward, reserve.token, user, unitsOf(reserve, 1_000_000));
      const data = reserve.token.abi.encodeFunctionData("approve", [aave.pool.address, MaxUint256]) as Hex;
      steward.add({ label: "approving", from: user, to: reserve.token.address, data });
    }
  }
  await steward.flush();
  return { chain, steward, aave, reserves };
}

function configure(steward: Steward, { configurator, reserves }: AaveV36): void {
  const address = (symbol: string): Address => reserves.get(symbol)!.token.address;
  const set = (method: string, ...args: readonly unknown[]): void => steward.call(configurator, method, args);
  set("setEModeCategory", ETHER_MODE, 9_300, 9_500, 10_100, "Ether");
  set("setEModeCategory", STABLE_MODE, 9_000, 9_300, 10_200, "Stable");
  for (const symbol of ["wstETH", "WETH", "USDC"]) set("setAssetCollateralInEMode", address(symbol), ETHER_MODE, true);
  set("setAssetBorrowableInEMode", address("WETH"), ETHER_MODE, true);
  set("setAssetBorrowableInEMode", address("USDC"), ETHER_MODE, true);
  set("setAssetCollateralInEMode", address("USDC"), STABLE_MODE, true);
  set("setAssetBorrowableInEMode", address("DAI"), STABLE_MODE, true);
  set("setDebtCeiling", address("ISO"), LIMITS.debtCeiling);
  set("setBorrowableInIsolation", address("USDC"), true);
  set("setSiloedBorrowing", address("WBTC"), true);
  set("setSupplyCap", address("USDC"), LIMITS.supplyCap);
  set("setBorrowCap", address("USDC"), LIMITS.borrowCap);
}

/** Queue a new price, whole USD. */
export async function queuePrice({ chain, steward }: LiquidMarket, { feed }: Reserve, usd: number): Promise<void> {
  const orders = await roundOrders(chain, feed, parseUnits(usd.toFixed(6), feed.decimals));
  orders.forEach((order) => steward.add(order));
}

/** Everything that users of Aave v3.6 do, by {@link USERS}, from a seed, while prices move. */
export function randomHistory(market: LiquidMarket, seed: number): History {
  const random = createRandom(seed);
  return randomSteps(market, random, {
    users: USERS,
    actions: actionsOf(market, random),
    favoured: [
      "supply",
      "supply",
      "borrow",
      "borrow",
      "borrow",
      "switchCollateral",
      "liquidate",
      "liquidate",
      "liquidate",
    ],
    async movePrice() {
      const reserve = pick(random, market.reserves);
      await queuePrice(market, reserve, PRICES[reserve.symbol]! * (0.5 + 0.8 * random.unit()));
    },
  });
}

/** Send a call that must succeed, and mine it. */
export async function send({ steward }: LiquidMarket, from: Address, call: Call): Promise<void> {
  const [target, label, args] = call;
  const data = target.abi.encodeFunctionData(label, args) as Hex;
  steward.add({ label, from, to: target.address, data });
  await steward.flush();
}

export function unitsOf({ symbol, decimals }: Reserve, usd: number): bigint {
  return parseUnits((usd / PRICES[symbol]!).toFixed(Math.min(6, decimals)), decimals);
}

function actionsOf({ chain, aave, reserves }: LiquidMarket, random: Random): Actions {
  const { pool } = aave;
  const any = (): Reserve => pick(random, reserves);
  const collateralOf = (user: Address): Reserve => (ISOLATED.has(user) ? aave.reserves.get("ISO")! : any());
  const amount = (of: Reserve): bigint => unitsOf(of, 10 ** (1 + 4.5 * random.unit())) + BigInt(random.uint32() % 100);
  const account = (user: Address): Promise<Result> => read(chain, pool, "getUserAccountData", [user]);
  const some = (method: string, ...rest: readonly unknown[]) => {
    const reserve = any();
    return [pool, method, [reserve.token.address, pick(random, [amount(reserve), MaxUint256]), ...rest]] as const;
  };
  return {
    supply: (user) => {
      const reserve = collateralOf(user);
      return [pool, "supply", [reserve.token.address, amount(reserve), user, 0]];
    },
    async borrow(user) {
      const [eMode] = await read(chain, pool, "getUserEMode", [user]);
      const symbol = ISOLATED.has(user) ? "USDC" : pick(random, LENT[Number(eMode)]!);
      const reserve = aave.reserves.get(symbol)!;
      const usd = Number((await account(user)).getValue("availableBorrowsBase")) / 1e8;
      const wanted = unitsOf(reserve, usd * Math.min(0.999, 0.2 + random.unit()));
      return [pool, "borrow", [reserve.token.address, wanted, VARIABLE, 0, user]];
    },
    repay: (user) => some("repay", VARIABLE, user),
    repayWithATokens: () => {
      const reserve = aave.reserves.get(pick(random, LENT[0]!))!;
      return [pool, "repayWithATokens", [reserve.token.address, amount(reserve), VARIABLE]];
    },
    withdraw: (user) => some("withdraw", user),
    transfer: () => {
      const reserve = any();
      return [reserve.aToken, "transfer", [pick(random, USERS), amount(reserve)]];
    },
    switchCollateral: (user) => {
      const isOn = random.uint32() % 3 > 0;
      return [pool, "setUserUseReserveAsCollateral", [collateralOf(user).token.address, isOn]];
    },
    eMode: () => [pool, "setUserEMode", [pick(random, [0, ETHER_MODE, STABLE_MODE])]],
    async liquidate() {
      const healths = await Promise.all(USERS.map(account));
      const weakest = USERS.map((user, i) => ({ user, health: healths[i]!.getValue("healthFactor") as bigint })).reduce(
        (a, b) => (a.health < b.health ? a : b),
      );
      const pair = [any().token.address, any().token.address];
      return [pool, "liquidationCall", [...pair, weakest.user, MaxUint256, random.uint32() % 2 === 0]];
    },
  };
}
