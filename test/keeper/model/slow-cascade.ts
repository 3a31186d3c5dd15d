import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import type { SmallSystem } from "./small-system.js";

/** What the slow engine is asked for; all drops are of base prices. */
export interface SlowRun {
  readonly shock: readonly number[];
  readonly latency: number;
  readonly keep: number;
  readonly permanent: number;
  readonly buyBack: boolean;
}

export interface SlowResult {
  readonly price: number[];
  readonly repaid: number[];
  readonly badDebt: number[];
  readonly unitsLeft: number[][];
  readonly bonus: number;
  readonly rounds: number;
}

/**
 * MODEL 5.3 word for word, in units and prices: whole histories kept, every account looked at in every round, holdings
 * changed one by one. Slow on purpose, and written apart from the kernels.
 */
export function slowCascade(system: SmallSystem, run: SlowRun): SlowResult {
  const exogenous = system.prices.map((p, k) => p * (1 - run.shock[k]!));
  const history = [exogenous];
  const units = system.collateral.map((row) => [...row]);
  const debts = system.debt.map((row) => [...row]);
  const repaid = units.map(() => 0);
  const badDebt = units.map(() => 0);
  let temporary = exogenous.map(() => 0);
  const permanent = exogenous.map(() => 0);
  let bonus = 0;
  let rounds = 0;
  for (let quiet = 0; quiet <= run.latency;) {
    rounds++;
    const oracle = history[Math.max(0, history.length - 1 - run.latency)]!;
    const sold = exogenous.map(() => 0);
    let anybody = false;
    for (let i = 0; i < units.length; i++) {
      const bought = liquidateSlowly(system, { i, oracle, units: units[i]!, debts: debts[i]! });
      if (bought === null) continue;
      badDebt[i]! += bought.badDebt;
      if (bought.repaid === 0) continue;
      anybody = true;
      repaid[i]! += bought.repaid;
      bonus += bought.seized - bought.repaid;
      bought.seizedUnits.forEach((u, k) => (sold[k]! += u));
      if (run.buyBack) bought.repaidUnits.forEach((u, k) => (sold[k]! -= u));
    }
    temporary = temporary.map((q, k) => run.keep * q + (1 - run.permanent) * sold[k]!);
    sold.forEach((q, k) => (permanent[k]! += run.permanent * q));
    history.push(exogenous.map((p, k) => slowPrice(system.curves[k]!, p, temporary[k]! + permanent[k]!)));
    quiet = anybody ? 0 : quiet + 1;
    if (rounds > 20_000) throw new Error("the slow engine does not end");
  }
  return { price: history.at(-1)!, repaid, badDebt, unitsLeft: units, bonus, rounds };
}

/** One account at one set of oracle prices; null where it is healthy. Changes `units` and `debts`. */
export function liquidateSlowly(
  system: SmallSystem,
  { i, oracle, units, debts }: { i: number; oracle: readonly number[]; units: number[]; debts: number[] },
) {
  const v = system.venue[i]!;
  const value = units.map((u, k) => u * oracle[k]!);
  const total = sum(value);
  const owed = sum(debts.map((u, k) => u * oracle[k]!));
  const limit = sum(value.map((x, k) => x * system.lt[v]![k]!));
  if (owed === 0 || limit >= owed) return null;
  if (total === 0) {
    debts.fill(0);
    return { repaid: 0, seized: 0, badDebt: owed, seizedUnits: [], repaidUnits: [] };
  }
  const average = sum(value.map((x, k) => x * system.bonus[v]![k]!)) / total;
  const everything =
    limit / owed <= system.fullCloseHf[v]! || owed <= system.dustUsd[v]! || total <= system.dustUsd[v]!;
  let repaid = (everything ? 1 : system.closeFactor[v]!) * owed;
  let seized = repaid * (1 + average);
  if (seized > total) {
    seized = total;
    repaid = total / (1 + average);
  }
  const seizedUnits = units.map((u) => (u * seized) / total);
  const repaidUnits = debts.map((u) => (u * repaid) / owed);
  seizedUnits.forEach((u, k) => (units[k]! -= u));
  repaidUnits.forEach((u, k) => (debts[k]! -= u));
  if (seized === total) units.fill(0);
  if (repaid === owed) debts.fill(0);
  let badDebt = 0;
  if (total - seized <= 1e-9 * (owed - repaid)) {
    badDebt = owed - repaid;
    debts.fill(0);
  }
  return { repaid, seized, badDebt, seizedUnits, repaidUnits };
}

/** The table of MODEL 5.4. */
export function slowPrice(curve: DepthCurve, p: number, q: number): number {
  const v = q * p;
  if (curve.kind === "linear") return p * Math.max(0, 1 - v / curve.deltaUsd);
  if (curve.kind === "exp") return p * Math.exp(-v / curve.deltaUsd);
  if (curve.kind === "cs") {
    const b = curve.floorFrac;
    return p * (1 - (1 - b) * (1 - Math.exp(-v / ((1 - b) * curve.depthUsd))));
  }
  if (curve.kind === "sqrt") {
    const move = curve.y * curve.sigma * Math.sqrt(Math.abs(v) / curve.volumeUsd);
    return p * Math.max(0, v < 0 ? 1 + move : 1 - move);
  }
  if (curve.kind === "cpmm") {
    const capped = Math.max(v, -0.99 * curve.reserveUsd);
    return p * (curve.reserveUsd / (curve.reserveUsd + capped)) ** 2;
  }
  return p;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
