import { clearingNetwork } from "../../keeper/src/model/clearing/clearing-network.js";
import { clearGreatest, createClearing, FULL_RECOVERY } from "../../keeper/src/model/clearing/clearing.js";
import { sparseOfRows } from "../../keeper/src/model/clearing/sparse.js";
import { slowGreatest } from "../../test/keeper/model/clearing/slow-clearing.js";
import { seeded } from "../../test/keeper/model/seeded.js";
import { relativeDifference, type BenchCase } from "./case.js";

const NODES = 400;
const DENSITY = 0.05;

/** A node owes to twenty others, exponential amounts, and half as much outside; what it owns is drawn. */
export const clearing: BenchCase = {
  name: "Eisenberg-Noe, n=400",
  unit: "one clearing",
  barMs: 1,
  prepare() {
    const draw = seeded(400);
    const amount = (i: number, j: number) => (i !== j && draw.uniform() < DENSITY ? draw.exponential() : 0);
    const owes = Array.from({ length: NODES }, (_, i) => Array.from({ length: NODES }, (_, j) => amount(i, j)));
    const owesOutside = owes.map((row) => 0.5 * row.reduce((sum, usd) => sum + usd, 0));
    const external = owesOutside.map((usd) => usd * (0.5 + 2 * draw.uniform()));
    const network = clearingNetwork(sparseOfRows(owes), Float64Array.from(owesOutside));
    const run = createClearing(network);
    const terms = { externalUsd: Float64Array.from(external), recovery: FULL_RECOVERY };
    let paid: number[] = [];
    const slow = { owes, external, owesOutside, alpha: 1, beta: 1 };
    clearGreatest(network, terms, run);
    return {
      input: `${network.owed.value.length} liabilities, ${run.inDefault.reduce((sum, one) => sum + one, 0)} defaults`,
      ours: { run: () => clearGreatest(network, terms, run), parts: 1, of: 1 },
      straightforward: { run: () => void (paid = slowGreatest(slow)), parts: 1, of: 1 },
      difference: () => relativeDifference(run.paidUsd, paid),
    };
  },
};
