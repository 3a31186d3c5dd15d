/** `npm run -s verify-deployment -- --rpc URL --deployment FOLDER`: code, arguments and roles on chain against this checkout. */
import { Command } from "commander";
import { renderRoles } from "../deploy/render.js";
import { readRecord } from "../deploy/record.js";
import { isClean, renderFindings, verifyDeployment } from "../deploy/verify.js";
import { failWith } from "./fail-with.js";

interface Options {
  readonly rpc: string;
  readonly deployment: string;
  readonly json?: boolean;
}

const command = new Command("verify-deployment")
  .description("compare a deployment with this checkout's build and with its record; ends with 1 when anything differs")
  .requiredOption("--rpc <url>", "endpoint of the chain")
  .requiredOption("--deployment <folder>", "folder with deployment.json, or the file itself")
  .option("--json", "the findings as one JSON object")
  .action(async ({ rpc, deployment, json }: Options) => {
    const findings = await verifyDeployment(await readRecord(deployment), rpc);
    const lines =
      json === true ? [JSON.stringify(findings)] : [...renderFindings(findings), "", ...renderRoles(findings.roles)];
    for (const line of lines) console.log(line);
    if (!isClean(findings)) process.exitCode = 1;
  });

await command.parseAsync().catch(failWith("verify-deployment"));
