import type { Findings } from "./findings.js";
import { multiple, percent, shortened, usd } from "./wording.js";

/** The page's prose. Every number in it is worked out, and what no longer holds is left out. */

export const OPENING = `# Case studies: two real books

Written by \`npm run case-studies\`, every number of it; \`npm run case-studies -- --check\` tells whether it still holds. The data are
read in place from the folder of recorded data and are not part of this repository. [books.md](books.md) says how they are read,
[model.md](model.md) what is computed.

The positions are of 2023 and long closed. Addresses are shortened all the same: what ADR
[0010](adr/0010-what-is-published-when.md) forbids is a map of accounts that stand today.`;

export const CLOSING = `## What is not anchored

- **Depth.** The recorded pools are of 2026, moved to the prices of 2023 tick by tick. Depth by volume is the formula of MODEL 5.4 with
  c = 0.4 and an hour to sell in, turned into a constant product of the same slope. What says "assumed" is. The tables of depth show
  how far the scores hang on it: by more than on anything else here.
- **No outcome to compare with.** Nothing like the ladder happened on those days. These are consistency checks of the model on books that
  nobody here invented, not a backtest.
- **Who is missing.** Lenders who never borrowed are in neither file, nor is any third venue of the same owners: rehypothecation sees one
  layer, and so does unified margin.
- **Compound's accounts** count everything supplied as collateral, as the subgraph's totals do, whether or not the market was entered.
  Collateral factors, close factor and liquidation incentive are from memory of the protocol; the factors are held against the data.
- **Seizure** is pro rata over what an account holds; Compound and Aave let the liquidator choose one asset. The liquidator's bonus counts in
  full, although Compound keeps part of it.
- **stETH's oracle** follows the market in this run, the harshest reading. Its discount is a shock of its own, and the market that it is
  sold in is the largest assumption on the page.
- **Scenarios** are 200, so the 99 % quantile is the third worst: a discrete number that one large account can move.`;

/** Share of the debt above which a scenario counts as a landslide. */
const LANDSLIDE = 0.01;
/** A step of the ladder that adds this much leverage is a jump. */
const JUMP = 0.5;

/** What stands out in a book. */
export function chapterNotes(id: string, findings: Findings): string {
  const notes = [quietUntilLate, jump, smallCliff, stableChain, loudAccount, landslides].flatMap((note) =>
    note(findings),
  );
  const named =
    id === "aave-steth" ? ["`rest`, what the source does not name, goes by WBTC's terms and is listed as WBTC."] : [];
  return [...named, ["**What surprised.**", ...notes.map((note) => `- ${note}`)].join("\n")].join("\n\n");
}

type Note = (findings: Findings) => string[];

const quietUntilLate: Note = ({ ladder }) => {
  const early = Math.max(...ladder.filter(({ stepFrac }) => stepFrac <= 0.1).map(({ leverageX }) => leverageX));
  if (!(early < 1.05)) return [];
  return [`Up to a drop of 10 % hardly anything is amplified: leverage is at most ${multiple(early, 3)}.`];
};

const jump: Note = ({ ladder }) => {
  const rises = ladder.map(({ leverageX }, i) => leverageX - (ladder[i - 1]?.leverageX ?? 1));
  const at = rises.indexOf(Math.max(...rises));
  const [before, after, last] = [ladder[at - 1], ladder[at], ladder.at(-1)];
  if (before === undefined || after === undefined || last === undefined || !(rises[at]! > JUMP)) return [];
  const text = `Leverage goes from ${multiple(before.leverageX)} at the ${percent(before.stepFrac, 0)} step to ${multiple(after.leverageX)} at ${percent(after.stepFrac, 0)}.`;
  if (!(last.leverageX < after.leverageX)) return [text];
  const falls = `Past it M falls, to ${multiple(last.leverageX)} at ${percent(last.stepFrac, 0)}: less and less is left to sell, while the first-round loss grows.`;
  return [`${text} ${falls}`];
};

/** The radius reaches 1 long before anything is lost. */
const smallCliff: Note = ({ cliff, cliffAsset, graph, direct, explained }) => {
  if (cliff.cause !== "radius" || cliffAsset === null || Number.isFinite(explained.cliffSigmas[0]!)) return [];
  const share = direct[cliffAsset]! / direct.reduce((sum, usdHeld) => sum + usdHeld, 0);
  const { symbol } = graph.state.assets[cliffAsset]!;
  return [
    `The nearest cliff, at ${percent(cliff.dropFrac, 2)}, is in ${symbol}, ${percent(share, 2)} of the collateral: its market is so small that small drops of it feed themselves. By loss alone there is no cliff within three daily sigmas.`,
  ];
};

const stableChain: Note = ({ chain, graph: { state } }) => {
  const onlyStables = (i: number): boolean =>
    [state.collateral, state.debt].every(({ start, asset }) =>
      asset.subarray(start[i], start[i + 1]).every((k) => state.assets[k]!.stable),
    );
  const stable = chain.slice(0, 10).filter(({ account }) => onlyStables(account)).length;
  if (stable < 2) return [];
  return [
    `Of the first ten on the predicted chain ${stable} hold stablecoins against stablecoins: no fall of ETH touches them, a depeg does.`,
  ];
};

const loudAccount: Note = ({ systemic, graph: { state }, book }) => {
  const top = systemic.accounts[0];
  if (top === undefined) return [];
  const owner = shortened(state.owners[state.accountOwner[top.account]!]!);
  return [
    `At the ladder's 10 % step ${owner}, which owes ${usd(book.debtUsd[top.account]!)}, alone makes ${usd(top.exactUsd)} of everybody's loss; the linear form says ${usd(top.linearUsd)}.`,
  ];
};

const landslides: Note = ({ repaidFrac, risk }) => {
  const hit = repaidFrac.filter((share) => share > LANDSLIDE).length;
  return [
    `Scenarios are quiet or a landslide: ${hit} of ${repaidFrac.length} liquidate more than ${percent(LANDSLIDE, 0)} of the debt. VaR95 of bad debt is ${usd(risk.var95Usd)}, ES99 ${usd(risk.es99Usd)}.`,
  ];
};
