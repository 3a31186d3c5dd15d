import type { Command } from "commander";
import { forkRecord, type RecordOptions } from "./fork-record.js";
import { forkServe, type ServeOptions } from "./fork-serve.js";
import { forkVerify } from "./fork-verify.js";

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** Add `bulkhead fork` and its subcommands. */
export function addForkCommands(bulkhead: Command): void {
  const fork = bulkhead
    .command("fork")
    .description("record the state that a command reads, serve it, verify recorded blocks");
  fork
    .command("record")
    .description("run a command against an endpoint at one block, and write all that it reads")
    .requiredOption("--rpc <url>", "endpoint to record")
    .requiredOption("--block <number>", "block to record at; or latest, or finalized")
    .option("--out <folder>", "archive to write or add to (default: fork-CHAIN-BLOCK)")
    .option("--for <command>", "shell command to record, with the proxy in BULKHEAD_RPC_URLS and MAINNET_RPC_URL")
    .option("--chain-id <id>", "chain that the endpoint has to be of")
    .option("--port <port>", "port of the proxy on this machine (default: a free one)")
    .action(async (options: RecordOptions) => {
      await forkRecord(options, progress);
    });
  fork
    .command("serve")
    .description("answer JSON-RPC from a recorded fork, or from a recorded block's pre-state")
    .argument("<archive>", "folder that `fork record` wrote, or one with block.json(.gz) and pre_state.json(.gz)")
    .option("--port <port>", "port on this machine (default: a free one)")
    .option("--assume-empty", "of a pre-state: accounts that are not recorded never existed")
    .option("--json", "its address and the summary as JSON, one object a line")
    .action(async (archive: string, options: ServeOptions) => forkServe(archive, options, { out, progress }));
  fork
    .command("verify")
    .description("re-execute recorded blocks and compare gas, logs and receipts with their headers")
    .argument("<folder...>", "folders of recorded blocks, or folders of such folders")
    .option("--json", "nothing but the summary on stdout")
    .action(async (folders: string[], options: { json?: boolean }) => {
      await forkVerify(folders, options, { out, progress });
    });
}
