/**
 * `npm run gas [-- --json]`: what our contracts cost, beside their bars and a Chainlink feed, by one probe in one run.
 *
 * With --json, exactly the figures of `bars`, as one object, and nothing else. How they are measured: docs/gas.md.
 */
import { failWith } from "./fail-with.js";
import { bars } from "./gas/bars.js";
import { measureGas } from "./gas/measure.js";

const SUBJECTS = 50;
const SIGNATURES = 5;

type Figures = (name: string) => number;

const cell = (value: number | undefined): string => (value?.toLocaleString("en-US") ?? "").padStart(10);
const row = (name: string, used: number, bar?: number): string => `${name.padEnd(46)}${cell(used)}${cell(bar)}`;

function comparison(of: Figures): string[] {
  const round = SIGNATURES * of("chainlinkSubmission");
  return [
    row("Chainlink: latestRoundData through its proxy", of("chainlinkRead")),
    row("ours: a score by index", of("readIndexed")),
    row("Chainlink: one submission of five to one feed", of("chainlinkSubmission")),
    row("Chainlink: an answer of one feed", round),
    row("ours: a score of one subject, of fifty", Math.round(of("publish50of5of9") / SUBJECTS)),
    row("OpenZeppelin RateLimiter: taking from a bucket", of("throttleTakeOpenZeppelin")),
    row("ours: taking from a meter", of("throttleTake")),
  ];
}

async function main(): Promise<void> {
  const measured = await measureGas();
  const of: Figures = (name) => {
    const value = measured.get(name);
    if (value === undefined) throw new Error(`${name}: saw no such figure, expected test/gas to record it`);
    return value;
  };
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify(Object.fromEntries(Object.keys(bars).map((name) => [name, of(name)])))}\n`);
    return;
  }
  const figures = Object.entries(bars).map(([name, bar]) => row(name, of(name), bar));
  process.stdout.write(`${[`${" ".repeat(46)}       gas       bar`, ...figures, "", ...comparison(of)].join("\n")}\n`);
}

await main().catch(failWith("gas"));
