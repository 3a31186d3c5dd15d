import { Transaction } from "ethers";
import type { Address, Hex } from "../units.js";

/** Whom a raw transaction calls, and with what. */
export function callIn(raw: Hex): { readonly to: Address; readonly data: Hex } {
  const { to, data } = Transaction.from(raw);
  if (to === null) throw new RangeError("transaction: saw none that is called, expected every one of ours to call");
  return { to: to.toLowerCase() as Address, data: data as Hex };
}
