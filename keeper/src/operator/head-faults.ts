import type { Log } from "../observe/log.js";
import { faultOf } from "./run-loop.js";

/** Hears of polls for a head that failed. */
export interface HeadFaults {
  readonly report: (error: unknown) => void;
  /** A head came through: the next fault is news again. */
  readonly clear: () => void;
}

/** Log a fault when it is another than the last: a node that is down for an hour is one line, not thousands. */
export function createHeadFaults(log: Log): HeadFaults {
  let last: string | undefined;
  return {
    report: (error) => {
      const fault = faultOf(error);
      if (fault.message !== last) log.warn({ event: "head.error", error: fault });
      last = fault.message;
    },
    clear: () => {
      last = undefined;
    },
  };
}
