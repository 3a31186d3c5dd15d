/** `npm run -s deploy -- --network NAME --parameters FILE`: simulates and prints a deployment; `--yes` then sends it. */
import { Command, Option } from "commander";
import { deployTo, type DeployOptions } from "../deploy/run.js";
import { failWith } from "./fail-with.js";

const command = new Command("deploy")
  .description("simulate a deployment on a fork of the network, print it, and stop; with --yes, send it")
  .requiredOption("--network <name>", "network of hardhat.config.ts")
  .requiredOption("--parameters <file>", "YAML or JSON; deploy/parameters.example.yaml is one to start from")
  .option("--name <name>", "name of the deployment; the network's where left out")
  .option("--rpc <url>", "endpoint, instead of the network's own")
  .addOption(
    new Option("--deployer <address>", "who would send, where the network's key is not at hand").conflicts("yes"),
  )
  .option("--out <folder>", "where addresses and ABIs go; deployments/NAME where left out")
  .addOption(new Option("--dry-run", "simulate and print only: the default").conflicts("yes"))
  .option("--yes", "send the transactions after the simulation")
  .action((options: DeployOptions) => deployTo({ ...options, progress: true }, (line) => console.log(line)));

await command.parseAsync().catch(failWith("deploy"));
// Handles of the in-process chain would keep the process.
process.exit(process.exitCode ?? 0);
