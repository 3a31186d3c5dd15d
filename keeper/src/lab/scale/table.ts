import { cpus } from "node:os";
import type { ScaleRun, Step } from "./run.js";

/** Requests to one endpoint that a block may cost once synced, and what the reading process may hold. Source: issue 5. */
const MOST_REQUESTS = 12;
const MOST_BYTES = 1e9;

/** A run as Markdown. */
export function scaleText({ venues, reserves, accounts, steps, stateBytes, decode }: ScaleRun): string {
  const machine = `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`;
  const peak = Math.max(...steps.map(({ peakBytes }) => peakBytes));
  const steady = Math.max(...steps.slice(1, -1).map(({ requests }) => requests));
  return [
    `${machine}: ${venues} venues, ${reserves} reserves, ${accounts} accounts.`,
    "",
    "| read | time | requests | calls in them | received | sent |",
    "| --- | --- | --- | --- | --- | --- |",
    ...steps.map(row),
    "",
    `- Requests a block once synced: ${steady} at the most (bar ${MOST_REQUESTS}${steady <= MOST_REQUESTS ? "" : ", missed"}).`,
    `- Peak memory of the reading process: ${megabytes(peak)} (bar ${megabytes(MOST_BYTES)}${peak < MOST_BYTES ? "" : ", missed"}).`,
    `- State kept for a restart: ${megabytes(stateBytes)}.`,
    `- Decoding ${decode.accounts} accounts: ${rate(decode.oursPerSec)}; ethers, the same accounts in the standard encoding: ${rate(decode.ethersPerSec)} (${(decode.oursPerSec / decode.ethersPerSec).toFixed(1)}x).`,
  ].join("\n");
}

function row({ what, ms, requests, calls, bytesIn, bytesOut }: Step): string {
  const time = ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`;
  return `| ${what} | ${time} | ${requests} | ${calls} | ${megabytes(bytesIn)} | ${megabytes(bytesOut)} |`;
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function rate(perSec: number): string {
  return `${Number(perSec.toPrecision(3)).toLocaleString("en-US")} a second`;
}
