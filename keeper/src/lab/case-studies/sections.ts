import { renderChain, chainOfAsset, chainOfVenue } from "../../model/collateral-chain.js";
import type { LtRule } from "../../model/margin/opening-ltv.js";
import { quantile } from "../../model/tail-risk.js";
import type { Findings } from "./findings.js";
import { DRAWS, POINT } from "./sensitivities.js";
import { count, multiple, percent, shortened, table, usd } from "./wording.js";

/** The parts of a book's chapter: each a heading's text, from findings alone. */

/** Columns of the opening LTVs. */
const RULES: readonly LtRule[] = ["smart", "solvency", "slippage", "systemic"];
/** Accounts and links that are listed. */
const LISTED = 10;

/** The headline numbers. */
export function scoreTable(findings: Findings): string {
  const { explained, debtUsd, collateralUsd, risk, windows, cliff, cliffAsset, graph } = findings;
  const score = explained.assessment.subjects[0]!;
  const worst = percent(explained.assessment.worstStepFrac);
  const sudden = explained.cliffSigmas[0]!;
  const symbol = cliffAsset === null ? "" : graph.state.assets[cliffAsset]!.symbol;
  const cause =
    cliff.cause === "radius"
      ? `small drops no longer die out, first in ${symbol}`
      : "one more step adds 20 times its own loss";
  const first = Number.isFinite(cliff.dropFrac)
    ? `${percent(cliff.dropFrac, 2)}, ${cliff.sigmas.toFixed(2)} daily sigmas: ${cause}`
    : "none up to -30 %";
  const rows = [
    ["collateral · debt", `${usd(collateralUsd)} · ${usd(debtUsd)}`],
    ["**interconnection leverage**", `**${multiple(score.leverageX)}** at the ladder's ${worst} step`],
    ["endogenous share", percent(1 - 1 / score.leverageX)],
    ["endogenous share of the worst hundredth of scenarios", percent(findings.tailRho)],
    [
      "liquidation at risk, 99 % in 24 h",
      `${percent(score.liquidationAtRiskFrac, 2)} of the debt, ${usd(score.liquidationAtRiskFrac * debtUsd)}`,
    ],
    ["spectral radius at 1 · 3 · 5 %", windows.map(({ radius }) => radius.toFixed(4)).join(" · ")],
    ["cliff, loss or radius, up to -30 %", first],
    [
      "cliff by loss alone, within 3 daily sigmas",
      Number.isFinite(sudden) ? `${sudden.toFixed(2)} daily sigmas` : "none",
    ],
    ["bad debt VaR95 · ES99 · EVaR99", `${usd(risk.var95Usd)} · ${usd(risk.es99Usd)} · ${usd(risk.evar99Usd)}`],
    [
      "coverage by a backstop",
      `${multiple(risk.coverageX)}: the calibration enters no fund; ES99 is what one would have to hold`,
    ],
    [
      "premium floor for a day",
      `${usd(findings.premium.premiumUsd)}, of which ${usd(findings.premium.expectedUsd)} expected bad debt`,
    ],
    [
      "liquidation velocity, 99 %",
      `${percent(findings.velocity.perDayFrac, 2)} of the collateral a day, ${percent(findings.velocity.ofCapacity, 2)} of what markets take within the bonus`,
    ],
    [
      "rehypothecation, which is also the velocity of reuse · leverage by loops",
      `${multiple(score.rehypothecationX)} · ${multiple(chainOfVenue(graph, 0).loopX)}`,
    ],
    [
      "value of unified margin",
      `${usd(findings.unifiedUsd)}: nobody has two accounts at one venue; see both at once, below`,
    ],
    ["advice", ["none or watch", "no new leverage", "throttle", "halt"][score.advice]!],
  ];
  return table(["", "value"], rows, 2);
}

/** Loss per unit drop, by asset. */
export function derivativeTable({ derivatives, graph, hedge }: Findings): string {
  const rows = derivatives
    .toSorted((a, b) => b.heldUsd - a.heldUsd)
    .map((d) => [
      graph.state.assets[d.asset]!.symbol,
      ...[d.heldUsd, d.deltaNow, d.delta, d.smoothDelta, d.gamma].map(usd),
      `${usd(d.smoothGamma)} ± ${usd(d.gammaError)}`,
      hedge === null ? "supercritical" : multiple(hedge.upliftX[d.asset]!, 4),
    ]);
  const there = `at ${percent(POINT, 0)}`;
  const head = [
    "asset",
    "held",
    "delta now",
    `delta ${there}`,
    "smoothed",
    `gamma ${there}`,
    "smoothed",
    "hedge uplift",
  ];
  return `${table(head, rows)}\n\nUSD per unit drop of the asset alone: a drop of 1 % costs a hundredth of delta. Differences over 1 %, at today's prices and\nat the ladder's ${percent(POINT, 0)} step; smoothed: Stein's form, ${count(DRAWS)} mirrored draws, with the standard error.\nWhere the two gammas disagree by more, single accounts make the difference jump. Hedge uplift: total over direct delta, from the\nJacobian at 3 %.`;
}

/** Who costs everybody most by being liquidated. */
export function systemicTable({ systemic, book }: Findings): string {
  const { state } = book;
  const rows = systemic.accounts
    .slice(0, LISTED)
    .map(({ account: i, linearUsd, exactUsd }) => [
      shortened(state.owners[state.accountOwner[i]!]!),
      positionOf(book, i),
      book.healthFactor[i]!.toFixed(4),
      usd(book.debtUsd[i]!),
      usd(linearUsd),
      usd(exactUsd),
    ]);
  return table(["account", "holds → owes", "health", "debt", "adjoint", "left out"], rows, 2);
}

/** Who would be liquidated first, and how surely. */
export function chainTable({ chain, book }: Findings): string {
  const rows = chain
    .slice(0, LISTED)
    .map((link) => [
      shortened(link.owner),
      positionOf(book, link.account),
      link.healthFactor.toFixed(4),
      String(link.round),
      percent(link.probability),
      usd(link.dueUsd),
      usd(link.profitUsd),
      usd(link.strandedUsd),
    ]);
  return table(["account", "holds → owes", "health", "round", "chance", "due", "profit", "stranded"], rows, 2);
}

function positionOf({ state }: Findings["book"], i: number): string {
  const largest = ({ start, asset, usd: value }: typeof state.debt): string => {
    let best = start[i]!;
    for (let e = best; e < start[i + 1]!; e++) if (value[e]! > value[best]!) best = e;
    const more = start[i + 1]! - start[i]! - 1;
    return `${state.assets[asset[best]!]!.symbol}${more > 0 ? ` +${more}` : ""}`;
  };
  return `${largest(state.collateral)} → ${largest(state.debt)}`;
}

/** What new loans may start at. */
export function ltvTable({ ltvs, graph }: Findings): string {
  const { reserves, assets } = graph.state;
  const limit = (value: number): string => (value === Infinity ? "no objection" : percent(value));
  const lent = reserves.flatMap(({ ltvFrac }, r) => (ltvFrac > 0 ? [r] : []));
  const rows = lent
    .sort((a, b) => reserves[b]!.suppliedUsd - reserves[a]!.suppliedUsd)
    .map((r) => {
      const { binding, borrowLtvFrac, limits } = ltvs.markets[r]!;
      const { symbol } = assets[reserves[r]!.asset]!;
      const by = binding === "host" ? "the host's own" : binding;
      const own = percent(reserves[r]!.ltvFrac);
      return [symbol, by, own, `**${percent(borrowLtvFrac)}**`, ...RULES.map((rule) => limit(limits[rule]))];
    });
  const head = ["asset", "binding rule", "host", "recommended", ...RULES];
  const { accounts, debtUsd } = ltvs.atOnce;
  return `${table(head, rows, 2)}\n\nMoving all thresholds of open books one step at once would make ${count(accounts)} accounts with ${usd(debtUsd)} of debt liquidatable by itself.`;
}

/** Where the collateral of a venue comes from, as text. */
export function chainText({ graph }: Findings, symbols: readonly string[]): string {
  const assets = graph.state.assets.flatMap(({ symbol }, k) =>
    symbols.includes(symbol) ? [chainOfAsset(graph, k)] : [],
  );
  return ["```text", renderChain(chainOfVenue(graph, 0)), ...assets.map(renderChain), "```"].join("\n");
}

/** Liquidation at risk as a share, for the plot. */
export function atRisk({ repaidFrac }: Findings): number {
  return quantile(repaidFrac, 0.99);
}
