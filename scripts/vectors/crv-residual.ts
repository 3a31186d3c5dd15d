import type { CrvRow } from "./aave-tables.js";
import { relative, worstOf } from "./compare.js";
import type { Case } from "./format.js";
import { unpaidWithoutCollateral } from "./leveraged-loop.js";

/** What is not repaid when the collateral is gone is lost, at the day's price. */
export function crvCases({ borrowed_crv, repaid_crv, residual_crv, crash_price, check }: CrvRow): Case[] {
  const lost = unpaidWithoutCollateral(borrowed_crv - repaid_crv, crash_price);
  const errors = [relative([lost, check]), relative([borrowed_crv - repaid_crv, residual_crv])];
  return [worstOf("CRV, November 2022", 1e-9, errors)];
}
