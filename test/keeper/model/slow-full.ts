import type { DepthCurve } from "../../../keeper/src/graph/depth-curve.js";
import { liquidateSlowly, slowPrice } from "./slow-cascade.js";
import { slowPerpRound, type SlowPerps } from "./slow-perps.js";
import type { SmallSystem } from "./small-system.js";

export interface SlowFullRun {
  readonly shock: readonly number[];
  readonly lag: number;
  readonly deviation: number;
  /** Asset of each perp market; sizes are in USD at t0, and all trade in the asset's depth. */
  readonly perps: SlowPerps;
  readonly assetOf: readonly number[];
  /** Account that owns a perp position; -1 where nobody does. */
  readonly ownerOf: readonly number[];
  readonly unwind: number;
}

export interface SlowFullResult {
  readonly price: number[];
  readonly repaid: number[];
  readonly badDebt: number[];
  readonly beside: number[];
  readonly rounds: number;
}

/**
 * MODEL 5.3 with 5.7 and oracles with thresholds, in units: whole histories, every account in every round, execution
 * prices by numerical integration of the marginal price. Slow on purpose, and written apart from the kernels.
 */
export function slowFullCascade(system: SmallSystem, run: SlowFullRun): SlowFullResult {
  const start = system.prices;
  const exogenous = start.map((p, k) => p * (1 - run.shock[k]!));
  const history = [exogenous];
  const answer = [...start];
  const units = system.collateral.map((row) => [...row]);
  const debts = system.debt.map((row) => [...row]);
  const repaid = units.map(() => 0);
  const badDebt = units.map(() => 0);
  const net = start.map(() => 0);
  const beside = start.map(() => 0);
  let coming = start.map(() => 0);
  let rounds = 0;
  for (let quiet = 0; quiet <= run.lag;) {
    rounds++;
    const market = history.at(-1)!;
    const seen = history[Math.max(0, history.length - 1 - run.lag)]!;
    seen.forEach((p, k) => {
      if (Math.abs(p - answer[k]!) > run.deviation * answer[k]!) answer[k] = p;
    });
    const sold = start.map(() => 0);
    let moved = false;
    for (let i = 0; i < units.length; i++) {
      const taken = liquidateSlowly(system, { i, oracle: answer, units: units[i]!, debts: debts[i]! });
      if (taken === null) continue;
      badDebt[i]! += taken.badDebt;
      if (taken.repaid === 0) continue;
      moved = true;
      repaid[i]! += taken.repaid;
      taken.seizedUnits.forEach((u, k) => (sold[k]! += u));
    }
    coming.forEach((u, k) => {
      if (u === 0) return;
      moved = true;
      sold[k]! += u;
      beside[k]! += u;
    });
    const { positions, makers } = run.perps;
    const before = positions.map((p) => p.units);
    const made = [...makers.units];
    const mark = run.assetOf.map((k) => market[k]! / start[k]!);
    const execute = (c: number, flow: number) => {
      const k = run.assetOf[c]!;
      return integrate(system.curves[k]!, exogenous[k]!, net[k]!, flow / start[k]!) / start[k]!;
    };
    const liquidated = slowPerpRound(run.perps, mark, execute);
    if (liquidated > 0) moved = true;
    makers.units.forEach((u, c) => (sold[run.assetOf[c]!]! += (u - made[c]!) / start[run.assetOf[c]!]!));
    coming = start.map(() => 0);
    positions.forEach((p, m) => {
      const owner = run.ownerOf[m]!;
      const closed = before[m]! - p.units;
      if (owner < 0 || closed === 0 || run.perps.closed.has(p)) return;
      const k = run.assetOf[p.market]!;
      const spot = (units[owner]![k]! - debts[owner]![k]!) * start[k]!;
      const whole = positions.reduce((size, other, j) => {
        const same = run.ownerOf[j] === owner && run.assetOf[other.market] === k && !run.perps.closed.has(other);
        return same ? size + before[j]! : size;
      }, 0);
      if (spot * whole >= 0 || spot * closed >= 0) return;
      coming[k]! -= (run.unwind * Math.min(1, Math.abs(spot / whole)) * closed) / start[k]!;
    });
    sold.forEach((u, k) => (net[k]! += u));
    history.push(exogenous.map((p, k) => slowPrice(system.curves[k]!, p, net[k]!)));
    quiet = moved ? 0 : quiet + 1;
    if (rounds > 20_000) throw new Error("the slow engine does not end");
  }
  return { price: history.at(-1)!, repaid, badDebt, beside, rounds };
}

/** Mean of the marginal price over the next `flow` units, by Simpson's rule. */
function integrate(curve: DepthCurve, exogenous: number, from: number, flow: number): number {
  const panels = 200;
  let sum = 0;
  for (let m = 0; m <= 2 * panels; m++) {
    const weight = m === 0 || m === 2 * panels ? 1 : m % 2 === 1 ? 4 : 2;
    sum += weight * slowPrice(curve, exogenous, from + (flow * m) / (2 * panels));
  }
  return sum / (6 * panels);
}
