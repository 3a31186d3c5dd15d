import { depthUsdAt } from "../../model/impact.js";
import { fromUnits } from "../../units.js";
import type { Findings } from "./findings.js";
import type { MarketPlan, Study } from "./study.js";
import { count, table, usd } from "./wording.js";

/** What the source left open, and what was done with it. */
export function remainderTable({ book }: Study): string {
  const ethUsd = Number(book.ethUsd);
  const kinds = [...new Set(book.remainders.map(({ side, handling }) => `${side}, ${handling}`))].sort();
  const rows = kinds.map((kind) => {
    const members = book.remainders.filter(({ side, handling }) => `${side}, ${handling}` === kind);
    const sum = (of: (member: (typeof members)[number]) => bigint): string =>
      usd(
        fromUnits(
          members.reduce((total, member) => total + of(member), 0n),
          18,
        ) * ethUsd,
      );
    return [kind, count(members.length), sum(({ fileValue }) => fileValue), sum(({ placedValue }) => placedValue)];
  });
  return table(["what the totals and the balances disagree on", "entries", "in the source", "placed"], rows);
}

/** Where each market's depth comes from, and what it is. */
export function marketTable({ plan }: Study, { graph }: Findings): string {
  const bases = [...new Set(plan.markets.map(({ base }) => base))];
  const rows = bases.map((base) => {
    const symbol = plan.calibratedAs[base] ?? base;
    const { curve } = graph.state.assets.find((asset) => asset.symbol === symbol)!;
    const sources = plan.markets.filter((market) => market.base === base).map(sourceOf);
    return [base, sources.join("; "), usd(depthUsdAt(curve, 0.02)), usd(depthUsdAt(curve, 0.1))];
  });
  return table(["asset", "depth from", "sold at -2 %", "at -10 %"], rows, 2);
}

function sourceOf(market: MarketPlan): string {
  if (market.from === "volume") return `recorded: volume of 30 days, \`${market.file}\``;
  return `${market.from === "pool" ? "recorded" : "**assumed**"}: ${market.what}`;
}
