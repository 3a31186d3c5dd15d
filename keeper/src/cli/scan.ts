import type { Command } from "commander";
import { fileURLToPath } from "node:url";
import { createRpcPool } from "../chain/rpc-pool.js";
import type { BlockRef } from "../chain/block-ref.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import { loadSources } from "../config.js";
import { amountText } from "../model/amount-text.js";
import { forcedSaleWindowSec, marketRules } from "../model/calibration.js";
import { renderChain } from "../model/collateral-chain.js";
import { summarise, type ScanSummary } from "../scan/summary.js";
import { scanName, writeScan } from "../scan/write-scan.js";
import { createSnapshotReader } from "../snapshot-reader.js";
import { openSourceStates } from "../store/source-states.js";
import { BlockArgumentInvalid } from "./once.js";
import { readCalibration } from "./scoring.js";

interface ScanOptions {
  readonly rpc: readonly string[];
  readonly block: string;
  readonly chainId: string;
  readonly sources: string;
  readonly calibration: string;
  readonly timeoutMs: string;
  readonly state?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly parquet?: boolean;
}

const shipped = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** Add `scan` to the program. */
export function addScanCommand(bulkhead: Command, say: (text: string) => void): void {
  bulkhead
    .command("scan")
    .description("read every configured venue, pool and feed at one block; print a summary, write the snapshot")
    .requiredOption("--rpc <url...>", "endpoints, or a recorded fork that `fork serve` serves; two or more must agree")
    .option("--block <number>", "block number, or latest", "latest")
    .option("--chain-id <number>", "chain of the endpoints", "1")
    .option("--sources <file>", "YAML or JSON: the `sources` of a configuration", shipped("sources/mainnet.yaml"))
    .option("--calibration <file>", "which symbols are stables and quotes", shipped("calibration/mainnet-1.json"))
    .option("--timeout-ms <number>", "for one request", "30000")
    .option("--state <folder>", "keep what was synced there: the next scan, or one that was killed, goes on from it")
    .option("--out <folder>", "where to write; scan-BLOCK-HASH here by default")
    .option("--csv", "write tables as CSV, too")
    .option("--parquet", "write tables as Parquet, too; needs the optional package @duckdb/node-api")
    .option("--json", "print one JSON object")
    .action(async (options: ScanOptions) => say(await scan(options)));
}

async function scan(options: ScanOptions): Promise<string> {
  const calibration = await readCalibration(options.calibration);
  const sources = loadSources(options.sources);
  const pool = createRpcPool({
    urls: options.rpc,
    chainId: whole("--chain-id", options.chainId),
    quorum: Math.min(2, options.rpc.length),
    timeoutMs: whole("--timeout-ms", options.timeoutMs),
  });
  const block = await resolveBlock(pool, options.block);
  const states = options.state === undefined ? undefined : openSourceStates(options.state, warn);
  const snapshot = await createSnapshotReader(pool, sources, {
    resilienceWindowSec: forcedSaleWindowSec(calibration),
    ...(states === undefined ? {} : { states: states.of }),
  })
    .read(block)
    .finally(() => states?.close());
  const summary = summarise(snapshot, marketRules(calibration));
  const out = options.out ?? scanName(snapshot);
  await writeScan(out, snapshot, { csv: options.csv === true, parquet: options.parquet === true });
  return options.json === true ? JSON.stringify({ ...summary, out }) : textOf(summary, out);
}

/** An option that should be a whole number is not. */
export class OptionInvalid extends Error {
  override readonly name = "OptionInvalid";
}

function warn(message: string): void {
  process.stderr.write(`bulkhead: ${message}\n`);
}

function whole(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new OptionInvalid(`${option}: saw ${text}, expected a whole number`);
  return Number(text);
}

async function resolveBlock(pool: RpcPool, argument: string): Promise<BlockRef> {
  if (argument === "latest") return pool.head();
  if (!/^\d{1,15}$/.test(argument)) throw new BlockArgumentInvalid(argument);
  return pool.block({ number: Number(argument) });
}

function textOf(summary: ScanSummary, out: string): string {
  const { block, oldestFeed, exclusions, flags } = summary;
  const money = (usd: number): string => `$${amountText(usd)}`;
  const percent = (frac: number): string => `${(100 * frac).toFixed(2)} %`;
  const row = (cells: readonly string[], name: string): string =>
    `${cells.map((cell) => cell.padStart(14)).join("")}  ${name}`;
  const lines = summary.venues.map((v) =>
    row([`${v.accounts}`, money(v.collateralUsd), money(v.debtUsd), percent(v.coverageFrac)], `${v.kind} ${v.venue}`),
  );
  const total = [`${summary.accounts}`, money(summary.collateralUsd), money(summary.debtUsd)];
  const feed =
    oldestFeed === undefined ? "none" : `${oldestFeed.description} (${oldestFeed.feed}), ${oldestFeed.ageSec} s old`;
  return [
    `block ${block.number} (${block.hash})`,
    `snapshot ${summary.snapshotHash}, written to ${out}`,
    "",
    row(["accounts", "collateral", "debt", "coverage"], "venue"),
    ...lines,
    row([...total, percent(summary.coverageFrac)], "all; an owner at several venues counts once"),
    "",
    ...perpLines(summary, money, row),
    `${summary.pools} pools, ${summary.feeds} feeds; the oldest: ${feed}`,
    "",
    ...summary.chains.flatMap((chain) => [renderChain(chain), ""]),
    `${exclusions.length} exclusions${exclusions.length === 0 ? "" : ":"}`,
    ...exclusions.map(({ scope, id, reason }) => `  ${scope} ${id}: ${reason}`),
    `${flags.length} flags${flags.length === 0 ? "" : ":"}`,
    ...flags.map(({ kind, id, reason }) => `  ${kind} ${id}: ${reason}`),
  ].join("\n");
}

function perpLines(
  { perps }: ScanSummary,
  money: (usd: number) => string,
  row: (cells: readonly string[], name: string) => string,
): string[] {
  if (perps.length === 0) return [];
  const lines = perps.map(({ venue, kind, accounts, openInterestUsd, insuranceFundUsd }) => {
    const fund = insuranceFundUsd === undefined ? "none" : money(insuranceFundUsd);
    return row([`${accounts}`, money(openInterestUsd), fund], `${kind} ${venue}`);
  });
  return [row(["accounts", "open interest", "insurance"], "perpetual venue"), ...lines, ""];
}
