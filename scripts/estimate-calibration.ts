/**
 * `npx tsx scripts/estimate-calibration.ts --date YYYY-MM-DD [FILE...]`: what recorded prices say about scenarios.
 *
 * Prints the measured entries; writes them into each calibration FILE, whose other entries stay as they are.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseCalibration } from "../keeper/src/model/calibration.js";
import { measuredSection } from "./estimate/section.js";
import { failWith } from "./fail-with.js";

/** One line for an array of numbers, however long: a triangle reads as one. */
function printed(json: unknown): string {
  return JSON.stringify(json, null, 2).replace(/\[[-\d.,\s]+\]/g, (numbers) => numbers.replace(/\s+/g, ""));
}

function write(file: string, { falls, ...measured }: ReturnType<typeof measuredSection>): void {
  const json = JSON.parse(readFileSync(file, "utf8"));
  const { depegs, ...rest } = json.scenarios;
  const dropFrac = { ...depegs.dropFrac, ...falls };
  const scenarios = { ...rest, ...measured, depegs: { ...depegs, dropFrac } };
  parseCalibration({ ...json, scenarios });
  writeFileSync(file, `${printed({ ...json, scenarios })}\n`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { date: { type: "string" } }, allowPositionals: true });
  if (values.date === undefined) throw new Error("saw no --date, expected the day of the estimate, YYYY-MM-DD");
  const section = measuredSection(values.date);
  process.stdout.write(`${printed(section)}\n`);
  for (const file of positionals) write(file, section);
}

await main().catch(failWith("estimate-calibration"));
