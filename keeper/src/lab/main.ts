import { Command, InvalidArgumentError } from "commander";
import { runCrashLab, type LabOptions } from "./crash-lab.js";

/** `npm start`: the crash lab's command line. */

const whole = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("expected a whole number >= 0");
  return Number(text);
};

const positive = (text: string): number => {
  const value = whole(text);
  if (value === 0) throw new InvalidArgumentError("expected a whole number above 0");
  return value;
};

const portNumber = (text: string): number => {
  const value = positive(text);
  if (value > 65_535) throw new InvalidArgumentError("expected at most 65535");
  return value;
};

const blockSeconds = (text: string): number => {
  const value = positive(text);
  if (value > 21_600) throw new InvalidArgumentError("expected at most 21600");
  return value;
};

const program = new Command("npm start --")
  .description(
    "Replay a recorded crash on genuine Aave v3, Uniswap v3 and Chainlink code, with the breaker off and on.",
  )
  .option("--seed <n>", "seed of the synthetic borrowers", whole, 1)
  .option("--scenario <name>", "recorded price path (default: 2020-03-12, or the book's own)")
  .option("--book <path>", "a book file, or a folder of real positions that has an importer")
  .option("--no-breaker", "only the run without the breaker")
  .option("--block-seconds <n>", "seconds of the path in one block, up to 6 hours", blockSeconds, 300)
  .option("--rpc <url>", "a development chain that is already there, instead of the embedded one")
  .option("--port <n>", "port of the embedded chain on 127.0.0.1 (default: any that is free)", portNumber)
  .option("--yes", "allow a chain id other than 31337; needs --chain-id and --key-file")
  .option("--chain-id <n>", "the chain id that --yes allows", positive)
  .option("--key-file <path>", "file with the private key that deploys")
  .option("--picture <file>", "also draw both runs as an SVG file")
  .option("--json", "print the result as one JSON object on the last line of stdout")
  .showHelpAfterError("(npm start -- --help lists the options)")
  .parse();

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => stop.abort(new Error(`stopped by ${name}; everything that was started is ended`)));
}
process.exitCode = await runCrashLab(program.opts<LabOptions>(), stop.signal);
