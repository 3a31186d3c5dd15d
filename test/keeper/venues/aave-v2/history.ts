import { MaxUint256, type Result, parseUnits } from "ethers";
import { type Random, createRandom } from "../../../../keeper/src/lab/random.js";
import { read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress, openActors } from "../../../../keeper/src/lab/world/orders.js";
import { issue } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type Actions, type History, pick, randomSteps } from "../random-steps.js";
import { type AaveV2, type Reserve, queuePrice } from "./deploy.js";

export const USERS: readonly Address[] = Array.from({ length: 8 }, (_, i) => derivedAddress(`v2 user ${i}`));
const [STABLE, VARIABLE] = [1, 2];

/** Give every user 500 ETH worth of each token, approved. */
export async function equipUsers({ chain, steward, pool, reserves }: AaveV2): Promise<void> {
  await openActors(chain, USERS, 10n ** 22n);
  for (const user of USERS) {
    for (const reserve of reserves) {
      issue(steward, reserve.token, user, unitsOf(reserve, 500));
      const data = reserve.token.abi.encodeFunctionData("approve", [pool.address, MaxUint256]) as Hex;
      steward.add({ label: "approving", from: user, to: reserve.token.address, data });
    }
  }
  await steward.flush();
}

/** Everything that users of Aave v2 do, by {@link USERS}, from a seed, while prices move. */
export function randomHistory(aave: AaveV2, seed: number): History {
  const random = createRandom(seed);
  return randomSteps(aave, random, {
    users: USERS,
    actions: actionsOf(aave, random),
    favoured: ["deposit", "borrow", "borrow", "borrowStable", "swapRate", "liquidate", "liquidate", "liquidate"],
    async movePrice() {
      const { feed, priceEth } = pick(random, aave.reserves.slice(1));
      await queuePrice(aave.steward, feed!, (Number(priceEth) * (0.5 + random.unit())).toFixed(12));
    },
  });
}

function unitsOf({ decimals, priceEth }: Reserve, eth: number): bigint {
  return parseUnits((eth / Number(priceEth)).toFixed(Math.min(6, decimals)), decimals);
}

function actionsOf({ chain, pool, reserves }: AaveV2, random: Random): Actions {
  const any = (): Reserve => pick(random, reserves);
  const amount = (of: Reserve): bigint => unitsOf(of, 10 ** (-2 + 3.5 * random.unit())) + BigInt(random.uint32() % 100);
  const account = (user: Address): Promise<Result> => read(chain, pool, "getUserAccountData", [user]);
  const borrow = async (user: Address, mode: number) => {
    const reserve = any();
    const eth = Number((await account(user)).getValue("availableBorrowsETH")) / 1e18;
    const wanted = unitsOf(reserve, eth * Math.min(0.999, 0.2 + random.unit()));
    return [pool, "borrow", [reserve.token.address, wanted, mode, 0, user]] as const;
  };
  const repay = (user: Address, mode: number) => {
    const reserve = any();
    const units = pick(random, [amount(reserve), MaxUint256]);
    return [pool, "repay", [reserve.token.address, units, mode, user]] as const;
  };
  return {
    deposit: (user) => {
      const reserve = any();
      return [pool, "deposit", [reserve.token.address, amount(reserve), user, 0]];
    },
    borrow: (user) => borrow(user, VARIABLE),
    borrowStable: (user) => borrow(user, STABLE),
    repay: (user) => repay(user, VARIABLE),
    repayStable: (user) => repay(user, STABLE),
    withdraw: (user) => {
      const reserve = any();
      return [pool, "withdraw", [reserve.token.address, pick(random, [amount(reserve), MaxUint256]), user]];
    },
    transfer: () => {
      const reserve = any();
      return [reserve.aToken, "transfer", [pick(random, USERS), amount(reserve)]];
    },
    swapRate: () => [pool, "swapBorrowRateMode", [any().token.address, pick(random, [STABLE, VARIABLE])]],
    switchCollateral: () => [pool, "setUserUseReserveAsCollateral", [any().token.address, random.uint32() % 2 === 0]],
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
