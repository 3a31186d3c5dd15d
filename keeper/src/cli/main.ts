import { Command, CommanderError } from "commander";
import { readFile } from "node:fs/promises";
import { loadConfig } from "../config.js";
import { configJsonSchema } from "../config/schema.js";
import { modelHash } from "../report/model-hash.js";
import { EXIT, exitCodeOf } from "./exit-codes.js";
import { addForkCommands } from "./fork.js";
import { newKeystore } from "./keys.js";
import { once } from "./once.js";
import { prove } from "./prove.js";
import { run } from "./run.js";
import { addScanCommand } from "./scan.js";
import { readCalibration } from "./scoring.js";

/** Parse the command line and run what it asks for. Ends the process: one line on stderr and a stable code when it fails. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
    process.exit(EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.config);
    process.stderr.write(`bulkhead: ${lineOf(error)}\n`);
    process.exit(exitCodeOf(error));
  }
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function program(): Command {
  const bulkhead = new Command("bulkhead").description("Scores systemic risk block by block, signs and publishes it");
  bulkhead.exitOverride().configureOutput({ outputError: (text, write) => write(text) });
  bulkhead
    .command("run")
    .description("watch the chain and publish; a dry run unless --yes is given")
    .requiredOption("--config <file>", "YAML or JSON")
    .option("--yes", "sign, push to peers and send transactions")
    .action(run);
  bulkhead
    .command("once")
    .description("compute and print the report of one block; nothing is signed or sent")
    .requiredOption("--config <file>", "YAML or JSON")
    .option("--block <number>", "block number, or latest", "latest")
    .option("--json", "one JSON object, with a Merkle proof for each subject")
    .action(async (options: Parameters<typeof once>[0]) => say(await once(options)));
  bulkhead
    .command("prove")
    .description("print the Merkle root over a file of scores, and the proofs of the subjects asked for")
    .requiredOption("--scores <file>", "one JSON object a line, as in `scores` of `once --json`")
    .option("--subject <id...>", "subjects to prove, 32 bytes in hexadecimal each")
    .action(async (options: Parameters<typeof prove>[0]) => say(await prove(options)));
  addScanCommand(bulkhead, say);
  addConfigCommands(bulkhead.command("config").description("check and explain configuration"));
  addKeyCommands(bulkhead.command("keys").description("make operator keys"));
  addForkCommands(bulkhead);
  for (const command of [bulkhead, ...bulkhead.commands, ...bulkhead.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride();
  }
  return bulkhead;
}

function addConfigCommands(config: Command): void {
  config
    .command("check")
    .description("read the configuration and the calibration; print what they come to")
    .requiredOption("--config <file>", "YAML or JSON")
    .action(async ({ config: file }: { config: string }) => {
      const { chain, contracts, peers, dataDir, calibration } = loadConfig(file);
      const model = modelHash(await readCalibration(calibration));
      say(
        JSON.stringify({
          ok: true,
          chainId: chain.chainId,
          ...contracts,
          peers: peers.length,
          dataDir,
          calibration,
          modelHash: model,
        }),
      );
    });
  config
    .command("schema")
    .description("print the JSON Schema of the configuration")
    .action(() => say(JSON.stringify(configJsonSchema(), null, 2)));
}

function addKeyCommands(keys: Command): void {
  keys
    .command("new")
    .description("make a key and write it as a keystore v3 file")
    .requiredOption("--out <file>", "keystore to write; never overwritten")
    .requiredOption("--password-file <file>", "file with the password")
    .option("--fast", "weak key derivation, for throw-away keys of development chains")
    .action(async (options: { out: string; passwordFile: string; fast?: boolean }) => {
      const password = (await readFile(options.passwordFile, "utf8")).replace(/\r?\n$/, "");
      say(await newKeystore({ file: options.out, password, isFast: options.fast === true }));
    });
}

function lineOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, "; ");
}
