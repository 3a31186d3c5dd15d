/** `npm run -s propose -- COMMAND`: who has to sign what for a change, and what it would do, simulated on a fork. Signs nothing. */
import { Command } from "commander";
import {
  anyAction,
  configureAction,
  propose,
  releaseAction,
  tripAction,
  type ProposeOptions,
} from "../deploy/proposals/run.js";
import { failWith } from "./fail-with.js";

const say = (line: string): void => console.log(line);
const program = new Command("propose").description("simulate a governed call and print what is to be signed");

function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption("--deployment <folder>", "folder with deployment.json, or the file itself")
    .requiredOption("--rpc <url>", "endpoint of the chain")
    .requiredOption("--why <text>", "reason: on chain with a trip or a release, description of a proposal")
    .option("--from <address>", "which member of the role, where it has several")
    .option("--out <folder>", "write a file for each transaction, as the Safe's Transaction Builder imports it");
}

type Level = ProposeOptions & { readonly target: string; readonly level: string; readonly seconds: string };
type Configure = ProposeOptions & { readonly target: string; readonly change: string };
type Call = ProposeOptions & { readonly args: string };

command("trip", "raise a level, as a guardian")
  .requiredOption("--target <subject>", "id of the target")
  .requiredOption("--level <name>", "Watch, NoNewLeverage, Throttle or Halt")
  .requiredOption("--seconds <number>", "how long")
  .action((o: Level) => propose(tripAction(o.target, o.level, o.seconds, o.why), o, say));
command("release", "lower a level, as the releaser")
  .requiredOption("--target <subject>", "id of the target")
  .requiredOption("--level <name>", "Normal, Watch or NoNewLeverage")
  .action((o: Level) => propose(releaseAction(o.target, o.level, o.why), o, say));
command("configure", "change a target's configuration, as the owner")
  .requiredOption("--target <subject>", "id of the target")
  .requiredOption("--change <file>", "YAML of what is to change, e.g. terms: { minDwell: 1800 }")
  .action(async (o: Configure) => propose(await configureAction(o.target, o.change, o), o, say));
command("call <contract> <function>", "any other restricted function")
  .requiredOption("--args <json>", "arguments by name")
  .action((contract: string, method: string, o: Call) => propose(anyAction(contract, method, o.args), o, say));

await program.parseAsync().catch(failWith("propose"));
process.exit(process.exitCode ?? 0);
