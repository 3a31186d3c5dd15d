/** Banks as rows: `holdings[b][k]`. */
export interface SlowMarket {
  readonly equity: readonly number[];
  readonly loans: readonly number[];
  readonly holdings: readonly (readonly number[])[];
  readonly impact: readonly number[];
  readonly maxLeverage: number;
}

/** Drops that the sales at `drops` cause: equations 6 to 12 of the source, one after the other. */
export function slowDrops(market: SlowMarket, drops: readonly number[]): number[] {
  const shares = market.equity.map((equity, b) => {
    const held = market.holdings[b]!;
    const after = equity - held.reduce((sum, s, k) => sum + s * drops[k]!, 0);
    const left = held.reduce((sum, s, k) => sum + s * (1 - drops[k]!), 0);
    const loans = market.loans[b]!;
    if (after <= 0 || loans / after > market.maxLeverage) return 1;
    if ((left + loans) / after <= market.maxLeverage) return 0;
    return 1 - (market.maxLeverage * after - loans) / left;
  });
  return market.impact.map((impact, k) => {
    const sold = shares.reduce((sum, share, b) => sum + share * market.holdings[b]![k]!, 0);
    return impact * Math.sqrt(sold);
  });
}

/** Iterated from no drop, or from the drops of a sale of everything. */
export function slowEquilibrium(market: SlowMarket, which: "least" | "greatest"): { drops: number[]; rounds: number } {
  let drops = market.impact.map((impact, k) =>
    which === "least" ? 0 : impact * Math.sqrt(market.holdings.reduce((sum, held) => sum + held[k]!, 0)),
  );
  for (let rounds = 0; rounds < 100_000; rounds++) {
    const next = slowDrops(market, drops);
    if (Math.hypot(...next.map((d, k) => d - drops[k]!)) < 1e-9) return { drops, rounds };
    drops = next;
  }
  throw new Error("the slow equilibrium does not end");
}
