/** `npm run -s vectors -- FILE...`: our implementation against files of published and computed numbers. See USAGE. */
import { parseArgs } from "node:util";
import { checkFile } from "./vectors/check-file.js";
import { formats } from "./vectors/formats.js";
import { isGood, renderReport, summary } from "./vectors/report.js";

const USAGE = `usage: npm run -s vectors -- FILE...

Recognises each file by its structure, runs our implementation over its cases, and prints cases, worst error, tolerance and
pass or fail; then, for each file in the order given, one line {"file","cases","failed","worst"} of JSON. "worst" is the
error of the case that comes closest to its tolerance; null where nothing could be compared, which counts as a failure.

Ends with 0 if all pass, 1 if anything fails, 2 if the command line cannot be used.

Formats and tolerances:
${formats.map(({ name, tolerance }) => `  ${name.padEnd(24)} ${tolerance}`).join("\n")}
`;

interface Arguments {
  readonly help: boolean;
  readonly files: readonly string[];
}

function readArguments(): Arguments | null {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: "boolean" } } });
    return { help: values.help === true, files: positionals };
  } catch (error) {
    console.error(`vectors: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

const given = readArguments();
if (given?.help === true) {
  console.log(USAGE);
} else if (given === null || given.files.length === 0) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const reports = given.files.map(checkFile);
  console.log([...reports.flatMap(renderReport), "", ...reports.map(summary)].join("\n"));
  if (!reports.every(isGood)) process.exitCode = 1;
}
