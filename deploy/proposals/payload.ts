import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DeploymentRecord } from "../record.js";
import type { Effect } from "./effect.js";
import type { Route, Signed } from "./route.js";

/** A transaction in the form that the Safe's Transaction Builder imports. */
function safeBatch({ chainId }: DeploymentRecord, { step, to, data }: Signed, description: string): object {
  const transaction = { to, value: "0", data, contractMethod: null, contractInputsValues: null };
  const meta = { name: `Bulkhead: ${step}`, description, txBuilderVersion: "1.16.5" };
  return { version: "1.0", chainId: String(chainId), createdAt: 0, meta, transactions: [transaction] };
}

/** Write one file for each transaction into `folder`; returns their paths. */
export async function writePayloads(
  folder: string,
  record: DeploymentRecord,
  { route, why }: { readonly route: Route; readonly why: string },
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [index, transaction] of route.transactions.entries()) {
    const file = path.join(folder, `${index + 1}-${transaction.step}.json`);
    await writeFile(file, `${JSON.stringify(safeBatch(record, transaction, why), null, 2)}\n`);
    files.push(file);
  }
  return files;
}

/** Who signs what, in which order, and what it does: for people. */
export function renderProposal(
  { transactions, signer, caller, kind }: Route,
  { blockNumber, changes, events }: Effect,
): string[] {
  const way = {
    direct: `${signer} calls the contract itself, at once`,
    scheduled: `${signer} schedules the call on the AccessManager, and executes it after its delay`,
    governor: `${signer} proposes it to the governor; after the vote it is queued, and executed by ${caller}, the timelock`,
  }[kind];
  return [
    way,
    ...transactions.flatMap(({ step, to, data, after }) => [
      `  ${step}${after > 0 ? ` (${after} s later)` : ""}`,
      `    to   ${to}`,
      `    data ${data}`,
    ]),
    "",
    `what it does, simulated on block ${blockNumber}`,
    ...changes.map(({ what, expected, seen }) => `  ${what}: ${expected} -> ${seen}`),
    ...(changes.length === 0 ? ["  nothing that the contract's views tell"] : []),
    ...events.map((event) => `  event ${event}`),
  ];
}
