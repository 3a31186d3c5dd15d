import type { Findings } from "./findings.js";
import type { Together } from "./together.js";
import { count, multiple, percent, table, usd } from "./wording.js";

/** The chapter on both books at once: what each venue costs the other, and what one margin pool would be worth. */
export function togetherChapter(
  { explained, owners, separateEs99Usd, unifiedUsd }: Together,
  alone: readonly Findings[],
): string {
  const { subjects, worstStepFrac } = explained.assessment;
  const system = subjects[0]!;
  const byVenue = new Map(
    subjects.flatMap((score) => (score.subject.kind === "venue" ? [[score.subject.venue, score] as const] : [])),
  );
  const rows = alone.map(({ graph, explained: own, risk }, i) => {
    const score = byVenue.get(graph.state.venues[0]!.address);
    const before = own.assessment.subjects[0]!;
    return [
      NAMES[i] ?? "",
      multiple(before.leverageX),
      multiple(score?.leverageX ?? NaN),
      percent(before.liquidationAtRiskFrac, 2),
      percent(score?.liquidationAtRiskFrac ?? NaN, 2),
      usd(risk.es99Usd),
    ];
  });
  const both = [
    "both",
    "",
    multiple(system.leverageX),
    "",
    percent(system.liquidationAtRiskFrac, 2),
    usd(separateEs99Usd),
  ];
  const saved = owners.filter(({ separateHf, pooledHf }) => separateHf < 1 && pooledHf >= 1).length;
  const head = ["", "leverage alone", "together", "at risk alone", "together", "ES99 of bad debt"];
  return [
    "## Both at once",
    INTRODUCTION,
    table(head, [...rows, both]),
    `The leverage of both is largest at the ladder's ${percent(worstStepFrac, 0)} step. Neither venue is a creditor of the other: what passes between them is the\nprice of ETH, which both sell into one market.`,
    `**Unified margin.** ${count(owners.length)} owners have an account at each, and debt. With one margin pool an owner, ES99 of bad debt would be\n${usd(unifiedUsd)} lower; under the worst scenario's shock, before any sale, ${count(saved)} of them are due at one venue and healthy as a whole.`,
  ].join("\n\n");
}

const NAMES = ["Compound v2", "stETH borrowers of Aave v2"] as const;

const INTRODUCTION = `Two venues in one block: Aave's book of June at the prices and on the markets of 9 May. That block never was; the owners and their amounts
were. Shared assets take Compound's prices. The market by volume of BTC stands twice, for WBTC and for \`rest\`.`;
