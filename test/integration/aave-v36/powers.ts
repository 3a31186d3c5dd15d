import type { ParamType } from "ethers";

import type { ContractRef } from "../../../keeper/src/lab/world/contract-ref.js";
import type { Address } from "../../../keeper/src/units.js";
import { AAVE_ERRORS, type Market, stranger, tokenOf } from "./market.js";

/** Functions of a host's contract that change state. */
export function changing(target: ContractRef): readonly string[] {
  const names: string[] = [];
  target.abi.forEachFunction((fn) => void (fn.constant || names.push(fn.format())));
  return names.sort();
}

/** Functions of the genuine PoolConfigurator whose access check lets `caller` pass, and a stranger not. */
export async function powersOf(market: Market, caller: Address): Promise<readonly string[]> {
  const { configurator } = market.aave;
  const open: string[] = [];
  for (const name of changing(configurator)) {
    const fn = configurator.abi.getFunction(name)!;
    const args = fn.inputs.map((input) => anything(input, tokenOf(market, "WETH").address));
    const data = configurator.abi.encodeFunctionData(fn, args);
    const isRefused = (from: Address): Promise<boolean> => refused(market, { from, to: configurator.address, data });
    if ((await isRefused(stranger)) && !(await isRefused(caller))) open.push(name);
  }
  return open;
}

/** Something of the type; no access check looks at it. */
function anything({ baseType, type }: ParamType, asset: Address): unknown {
  if (baseType === "array") return [];
  if (baseType === "tuple") return [asset, "", "", asset, "0x"];
  return type === "address" ? asset : type === "string" ? "" : type === "bytes" ? "0x" : type === "bool" ? false : 1;
}

async function refused(market: Market, call: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    await market.chain.provider.call(call);
    return false;
  } catch (error) {
    const { data } = error as { data?: unknown };
    if (typeof data !== "string") throw error;
    // Past the check, what is nonsense may fail without a word.
    if (data === "0x") return false;
    return AAVE_ERRORS.parseError(data)?.name.startsWith("CallerNot") ?? false;
  }
}
