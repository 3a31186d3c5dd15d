import type { BenchCase } from "./case.js";
import { clearing } from "./clearing.js";
import { debtRank } from "./debt-rank.js";
import { fireSale } from "./fire-sale.js";
import { rescore } from "./rescore.js";
import { squareRoot } from "./square-root.js";
import { sweepCase } from "./sweep.js";
import { tickWalk } from "./tick-walk.js";

/** Every case by the name that `--case` takes, in the order of the table. */
export const CASES: Readonly<Record<string, BenchCase>> = {
  sweep: sweepCase(1),
  "sweep-threads": sweepCase(2),
  rescore,
  clearing,
  "debt-rank": debtRank,
  "fire-sale": fireSale,
  "square-root": squareRoot,
  "tick-walk": tickWalk,
};
