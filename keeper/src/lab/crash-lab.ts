import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { loadBook } from "../books/load-book.js";
import { forcedSaleWindowSec, parseCalibration } from "../model/calibration.js";
import { modelHash } from "../report/model-hash.js";
import { bookStage } from "./book-stage.js";
import { buildContracts } from "./build-contracts.js";
import { attachChain, startEmbeddedChain, type DevChain } from "./chain.js";
import { defaultStage } from "./default-stage.js";
import { playTwice } from "./two-runs.js";
import { LAB_CALIBRATION } from "./protection.js";
import { resultPicture } from "./picture.js";
import { writeRemainders } from "./remainders.js";
import { resultJson } from "./result.js";
import { replayPrices, type ReplayStep } from "./scenarios/replay-prices.js";
import { loadScenario, scenarioPath, scenarioSource, type Scenario } from "./scenarios/scenario.js";
import type { Stage } from "./stage.js";
import { resultTable } from "./table.js";

/** Options of the command line, as commander gives them. */
export interface LabOptions {
  readonly seed: number;
  readonly scenario?: string;
  readonly book?: string;
  readonly breaker: boolean;
  readonly blockSeconds: number;
  readonly rpc?: string;
  readonly port?: number;
  readonly yes?: boolean;
  readonly chainId?: number;
  readonly keyFile?: string;
  readonly picture?: string;
  readonly json?: boolean;
}

/** Thrown when options contradict each other. */
export class LabOptionsInvalid extends Error {
  override readonly name = "LabOptionsInvalid";
}

const DEFAULT_SCENARIO = "2020-03-12";
/** Setting up takes a block a second; this leaves room before the path begins. */
const SETUP_SEC = 6 * 3600;

/** Run the lab and print what it came to. Returns the exit code: 0, or 1 after one line that says what was wrong. */
export async function runCrashLab(options: LabOptions, signal: AbortSignal): Promise<number> {
  try {
    await play(options, signal);
    return 0;
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    process.stderr.write(`${text.replaceAll(/\s*\n\s*/g, " | ")}\n`);
    return 1;
  }
}

async function play(options: LabOptions, signal: AbortSignal): Promise<void> {
  checkOptions(options);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const book = options.book === undefined ? undefined : loadBook(options.book);
  const scenario = loadScenario(options.scenario ?? book?.path ?? DEFAULT_SCENARIO);
  const recorded = scenarioPath(scenario, options.blockSeconds);
  const first = recorded[0];
  if (first === undefined)
    throw new LabOptionsInvalid(`scenario ${scenario.name} has no step of ${options.blockSeconds} s`);
  const stage = book === undefined ? defaultStage(options.seed, first) : bookStage(book);
  const calibration = parseCalibration(JSON.parse(await readFile(LAB_CALIBRATION, "utf8")));
  if (book !== undefined && book.remainders.length > 0)
    say(`what its source does not name, account by account: ${await writeRemainders(book)}`);
  const chain = await openChain(options, first.timestamp - SETUP_SEC);
  try {
    await buildContracts(say);
    const steps = await shifted(chain, replayPrices(scenario, recorded, marketOf(stage)));
    const { off, on } = await playTwice(chain, {
      stage,
      shocked: shockedOf(scenario),
      path: steps,
      model: { calibrationFile: LAB_CALIBRATION, modelHash: modelHash(calibration) },
      withBreaker: options.breaker,
      recoverySec: calibration.recoverySec.value,
      forcedSaleWindowSec: forcedSaleWindowSec(calibration),
      say,
      signal,
    });
    const source = book === undefined ? scenarioSource(scenario) : `${book.source}; ${scenarioSource(scenario)}`;
    const result = { seed: options.seed, scenario: scenario.name, source, off, on };
    process.stdout.write(`\n${resultTable(result)}`);
    if (options.json === true) process.stdout.write(`${resultJson(result)}\n`);
    if (options.picture !== undefined) await writeFile(options.picture, resultPicture(result));
  } finally {
    await chain.close();
  }
}

function checkOptions({ rpc, port, yes, chainId, keyFile, picture }: LabOptions): void {
  const invalid = (seen: string, expected: string): never => {
    throw new LabOptionsInvalid(`saw ${seen}, expected ${expected}; npm start -- --help lists the options`);
  };
  if (rpc !== undefined && port !== undefined)
    invalid("--rpc and --port", "one of them: --port is of the embedded chain");
  if (rpc === undefined && (chainId !== undefined || keyFile !== undefined)) {
    invalid("--chain-id or --key-file without --rpc", "--rpc with the chain's URL");
  }
  if (picture !== undefined && !existsSync(path.dirname(picture))) {
    invalid(`--picture ${picture}`, "a file in a folder that exists");
  }
  if (yes === true && chainId === undefined) invalid("--yes without --chain-id", "the id of the chain named");
  if (yes !== true && chainId !== undefined) invalid("--chain-id without --yes", "--yes beside it");
}

async function openChain({ rpc, port, chainId, keyFile }: LabOptions, genesisTime: number): Promise<DevChain> {
  if (rpc === undefined) return startEmbeddedChain({ genesisTime, ...(port === undefined ? {} : { port }) });
  return attachChain({
    url: rpc,
    ...(chainId === undefined ? {} : { allowChainId: chainId }),
    ...(keyFile === undefined ? {} : { keyFile }),
  });
}

/** A chain that is already past the path's time plays it later, by whole days. */
async function shifted(chain: DevChain, path: readonly ReplayStep[]): Promise<readonly ReplayStep[]> {
  const DAY_SEC = 86_400;
  const late = (await chain.timestamp()) + SETUP_SEC / 2 - (path[0]?.timestamp ?? 0);
  if (late <= 0) return path;
  const shift = Math.ceil(late / DAY_SEC) * DAY_SEC;
  return path.map((step) => ({ ...step, timestamp: step.timestamp + shift }));
}

function shockedOf({ series }: Scenario): "ETH" | "stETH" {
  return series.some(({ symbol }) => symbol === "stETH") ? "stETH" : "ETH";
}

function marketOf({ spec, follows }: Stage): Parameters<typeof replayPrices>[2] {
  return {
    base: spec.baseCurrency,
    assets: spec.assets.map(({ symbol, priceBase }) => ({
      symbol,
      price: priceBase,
      follows: follows[symbol] ?? "ETH",
    })),
  };
}
