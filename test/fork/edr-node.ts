import { loadEdr } from "../../keeper/src/chain/archive/edr-fork.js";
import type { ForkNode, ForkOptions } from "../../keeper/src/chain/archive/reexecute.js";

let loaded: ReturnType<typeof loadEdr> | undefined;

/** Start Hardhat's EDR over HTTP on a fork, as `bulkhead fork verify` does. It mines only when told to, first in first out. */
export async function startEdr(options: ForkOptions): Promise<ForkNode> {
  loaded ??= loadEdr();
  return (await loaded)(options);
}
