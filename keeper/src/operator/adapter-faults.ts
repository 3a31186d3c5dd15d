import type { Log } from "../observe/log.js";
import type { AdapterAnswer } from "../publish/adapters.js";
import type { Address } from "../units.js";

/** Make what warns of adapters that do not answer: each once, until it answers or says something else. */
export function createAdapterFaults(log: Log): (answers: readonly AdapterAnswer[]) => void {
  const last = new Map<Address, string | undefined>();
  return (answers) => {
    for (const { adapter, fault } of answers) {
      if (fault !== undefined && fault !== last.get(adapter)) log.warn({ event: "adapter.error", adapter, fault });
      last.set(adapter, fault);
    }
  };
}
