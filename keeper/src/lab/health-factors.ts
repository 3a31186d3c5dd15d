import { parseUnits } from "ethers";
import { fromUnits, type Address } from "../units.js";
import { assetOf, type World } from "./world/world.js";
import type { AccountOrder } from "./world/raised-prices.js";

/** Reads health factors back from the genuine pool and holds them against what the source of the positions states. */

/** Thrown when the pool computes another health factor than the source states: the book was not loaded faithfully. */
export class HealthFactorMismatch extends Error {
  override readonly name = "HealthFactorMismatch";
  constructor(account: Address, seen: number, stated: number, allowed: number) {
    super(
      `account ${account}: the pool computes a health factor of ${seen}, its source states ${stated}; expected them to ` +
        `agree to ${allowed} relative; check the book's amounts, prices and thresholds`,
    );
  }
}

const RELATIVE = 1e-6;

/** What the read-back came to. */
export interface ReadBack {
  readonly accounts: number;
  /** Largest relative deviation among accounts held to 1e-6. */
  readonly worst: number;
  /** Accounts whose debt is so small that one raw unit of it is more than 1e-6. */
  readonly dust: number;
}

/**
 * Compare every stated health factor with the pool's. They must agree to 1e-6 relative, or to one unit of the base currency
 * or of the debt token where that is larger. Throws {@link HealthFactorMismatch}.
 */
export async function readBackHealthFactors(
  world: World,
  accounts: readonly AccountOrder[],
  stated: ReadonlyMap<Address, number>,
): Promise<ReadBack> {
  const known = accounts.filter(({ account }) => stated.has(account));
  const { abi, address: to } = world.aave.pool;
  const answers = await world.chain.rpc.batch(
    known.map(({ account }) => ({
      method: "eth_call",
      params: [{ to, data: abi.encodeFunctionData("getUserAccountData", [account]) }, "latest"],
    })),
  );
  let worst = 0;
  let dust = 0;
  for (const [index, order] of known.entries()) {
    const data = abi.decodeFunctionResult("getUserAccountData", String(answers[index]));
    const seen = fromUnits(data.getValue("healthFactor") as bigint, 18);
    const expected = stated.get(order.account) ?? 0;
    const allowed = Math.max(RELATIVE, unitShare(world, order, data.getValue("totalDebtBase") as bigint));
    const off = Math.abs(seen / expected - 1);
    if (!(off <= allowed)) throw new HealthFactorMismatch(order.account, seen, expected, allowed);
    if (allowed > RELATIVE) dust += 1;
    else worst = Math.max(worst, off);
  }
  return { accounts: known.length, worst, dust };
}

/** One unit of the base currency or of a debt token, whichever is worth more, as a share of the account's debt. */
function unitShare(world: World, { debt }: AccountOrder, totalDebtBase: bigint): number {
  const baseDecimals = String(world.baseUnit).length - 1;
  const unitValue = debt.map(({ symbol }) => {
    const { spec } = assetOf(world.assets, symbol);
    return fromUnits(parseUnits(spec.priceBase, baseDecimals), spec.decimals);
  });
  return Math.max(1, ...unitValue) / fromUnits(totalDebtBase, 0);
}
