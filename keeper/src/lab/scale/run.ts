import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createRpcPool } from "../../chain/rpc-pool.js";
import { startEmbeddedChain, type DevChain } from "../chain.js";
import { derivedAddress, openActors } from "../world/orders.js";
import { buildWorld } from "../world/world.js";
import { createSnapshotReader, type Sources } from "../../snapshot-reader.js";
import { snapshotHash } from "../../snapshot/canonical.js";
import { drawAccounts, moveAccounts, openMarket, type Market } from "./accounts.js";
import { startCountingProxy, type Traffic } from "./count-proxy.js";
import { decodeRate, type DecodeRate } from "./decode.js";
import { realMarkets } from "./markets.js";
import type { Reading, ReaderSetup } from "./reader.js";
import { writeState } from "./write-state.js";

/** One row: what a read of the head took. */
export interface Step extends Reading, Traffic {
  readonly what: string;
}

export interface ScaleRun {
  readonly venues: number;
  readonly reserves: number;
  readonly accounts: number;
  readonly steps: readonly Step[];
  readonly stateBytes: number;
  readonly decode: DecodeRate;
}

/** What to build, and the folder of the recorded data that it is built from. */
export interface ScaleSize {
  readonly venues: number;
  readonly accounts: number;
  readonly data: string;
}

const GENESIS = 1_583_971_200;
const WRITER_WEI = 10n ** 24n;
const DECODED = 5_000;

/** Build `venues` real markets with `accounts` accounts in all, and read them as a keeper does. Throws `Error` where two reads differ. */
export async function runScale({ venues, accounts, data }: ScaleSize, say: (line: string) => void): Promise<ScaleRun> {
  const chain = await startEmbeddedChain({ genesisTime: GENESIS });
  const folder = mkdtempSync(path.join(tmpdir(), "bulkhead-scale-"));
  const proxy = await startCountingProxy(chain.url);
  try {
    const markets = await buildMarkets(chain, { venues, accounts, data }, say);
    const sources: Sources = {
      venues: markets.map(({ world }) => ({ kind: "aave-v3" as const, pool: world.aave.pool.address, fromBlock: 0 })),
      ...{ pools: [], feeds: [], lookThrough: [] },
    };
    const setup: ReaderSetup = { url: proxy.url, chainId: chain.chainId, sources, states: folder };
    const steps: Step[] = [];
    const step = async (reader: ChildProcess, what: string): Promise<void> => {
      proxy.take();
      const reading = await ask(reader);
      if (reading.exclusions.length > 0)
        throw new Error(`${what}: saw ${reading.exclusions.join("; ")}, expected no exclusion`);
      steps.push({ what, ...reading, ...proxy.take() });
      say(`${what}: ${reading.ms.toFixed(0)} ms`);
    };
    const mover = derivedAddress("scale writer");
    const move = async (share: number, from: number): Promise<void> => {
      const targets = await Promise.all(
        markets.map((market) => moveAccounts(market, from, Math.ceil(market.accounts.length * share))),
      );
      await writeState(chain, mover, targets.flat(), true);
    };

    const first = startReader(setup);
    await step(first, "first sync");
    await step(first, "the same block again");
    await move(0.01, 0);
    await step(first, "a block in which 1 % of the accounts moved");
    await move(0.01, 200);
    await step(first, "the next, 1 % again");
    await stop(first);
    await move(0.01, 400);
    const second = startReader(setup);
    await step(second, "after a restart, 1 % later");
    await stop(second);
    await requireSameFromScratch(chain, sources, steps.at(-1)!.hash);
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 60_000 });
    const [market] = markets;
    const decode = await decodeRate(pool, market!.world.aave.pool.address, market!.accounts.slice(0, DECODED));
    return {
      venues,
      reserves: markets.reduce((sum, { world }) => sum + world.assets.length, 0),
      accounts: steps[0]!.accounts,
      steps,
      stateBytes: statSync(path.join(folder, "states.sqlite")).size,
      decode,
    };
  } finally {
    proxy.close();
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildMarkets(
  chain: DevChain,
  { venues, accounts, data }: ScaleSize,
  say: (line: string) => void,
): Promise<Market[]> {
  const writer = derivedAddress("scale writer");
  const markets: Market[] = [];
  for (const [index, assets] of realMarkets(data, venues).entries()) {
    const world = await buildWorld(chain, { baseCurrency: "USD", assets, pools: [] });
    const market = await openMarket(world, index);
    await openActors(chain, [writer], WRITER_WEI);
    await writeState(chain, writer, await drawAccounts(market, Math.ceil(accounts / venues), index));
    markets.push(market);
    say(`venue ${index + 1} of ${venues}: ${assets.length} reserves, ${market.accounts.length} accounts`);
  }
  return markets;
}

function startReader(setup: ReaderSetup): ChildProcess {
  const file = new URL("./reader.ts", import.meta.url);
  return fork(file, [JSON.stringify(setup)], { execArgv: ["--import", "tsx"] });
}

function ask(reader: ChildProcess): Promise<Reading> {
  return new Promise((resolve, reject) => {
    reader.once("message", (reading) => resolve(reading as Reading));
    reader.once("exit", (code) => reject(new Error(`the reader ended with ${code}`)));
    reader.send("read");
  });
}

function stop(reader: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    reader.removeAllListeners("exit");
    reader.once("exit", () => resolve());
    reader.disconnect();
  });
}

async function requireSameFromScratch(chain: DevChain, sources: Sources, hash: string): Promise<void> {
  const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 600_000 });
  const scratch = createSnapshotReader(pool, sources, { resilienceWindowSec: 30 * 86_400 });
  const anew = snapshotHash(await scratch.read(await pool.head()));
  if (anew !== hash) throw new Error(`read block by block: ${hash}, from scratch: ${anew}`);
}
