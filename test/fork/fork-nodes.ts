import type { ForkNode, ForkOptions } from "../../keeper/src/chain/archive/reexecute.js";
import { startAnvil } from "../../keeper/src/chain/archive/anvil-fork.js";
import { requireAnvil } from "./anvil-node.js";
import { startEdr } from "./edr-node.js";

export type StartFork = (options: ForkOptions) => Promise<ForkNode>;

/** The nodes that fork tests run on. Asking for one that is not installed skips the running test. */
export const forkNodes: Readonly<Record<string, (context: Mocha.Context) => StartFork>> = {
  EDR: () => startEdr,
  anvil: (context) => {
    const binary = requireAnvil(context);
    return (options) => startAnvil(binary, options);
  },
};
