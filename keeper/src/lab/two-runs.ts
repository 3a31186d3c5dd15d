import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createRpcPool } from "../chain/rpc-pool.js";
import { createSnapshotReader } from "../snapshot-reader.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { openArbitrageur } from "./agents/arbitrageur.js";
import { openLiquidators, type Liquidators } from "./agents/liquidators.js";
import { createMarket, DOLLAR, ETHER, readPoolPrices, usdPrices, type Market } from "./agents/market.js";
import { openPriceNodes } from "./agents/price-nodes.js";
import { createRoutes } from "./agents/routes.js";
import type { DevChain } from "./chain.js";
import { readBackHealthFactors } from "./health-factors.js";
import { startOperators } from "./operators.js";
import { deployProtection, labSources, writeOperatorConfigs, type LabModel, type Protection } from "./protection.js";
import { replay } from "./replay.js";
import type { RunOutcome, Sample } from "./result.js";
import type { ReplayStep } from "./scenarios/replay-prices.js";
import type { Stage } from "./stage.js";
import { createTally } from "./tally.js";
import { openAccounts } from "./world/accounts.js";
import { setPriceOracleSentinel, startInterest } from "./world/controls.js";
import { buildWorld, type World } from "./world/world.js";

/** The crash lab: one stage, one path, played with the breaker unplugged and plugged in. */

export interface LabTerms {
  readonly stage: Stage;
  /** Whose pool the run reports on. */
  readonly shocked: "ETH" | "stETH";
  readonly path: readonly ReplayStep[];
  readonly model: LabModel;
  readonly withBreaker: boolean;
  /** Time in which the mark of forced sales on a pool fades to 1/e, seconds. */
  readonly recoverySec: number;
  /** How long past forced sales matter to the model, seconds. */
  readonly forcedSaleWindowSec: number;
  readonly say: (line: string) => void;
  /** Ends the lab before its next block. */
  readonly signal: AbortSignal;
}

export interface LabOutcome {
  readonly off: RunOutcome;
  readonly on: RunOutcome | null;
}

/** Constant through a run: the congestion of the day is not part of the experiment. */
const BASE_FEE_WEI = 20n * 10n ** 9n;
const PROGRESS_EVERY_STEPS = 24;
const SETTLE_SEC = 60;

interface Staged {
  readonly world: World;
  readonly market: Market;
  readonly protection: Protection;
  readonly liquidators: Liquidators;
  readonly fromBlock: number;
}

/** Build the stage on `chain` and play it. The chain is the caller's to close. */
export async function playTwice(chain: DevChain, terms: LabTerms): Promise<LabOutcome> {
  const set = await prepare(chain, terms);
  const start = await chain.snapshot();
  const off = await play(set, terms, false);
  if (!terms.withBreaker) return { off, on: null };
  await chain.revert(start);
  return { off, on: await play(set, terms, true) };
}

function blockSec({ path: [first, second] }: LabTerms): number {
  return first === undefined || second === undefined ? 0 : second.timestamp - first.timestamp;
}

async function prepare(chain: DevChain, terms: LabTerms): Promise<Staged> {
  const { stage, say } = terms;
  const fromBlock = await chain.provider.getBlockNumber();
  const world = await buildWorld(chain, stage.spec);
  say(`deployed Aave v3, Uniswap v3 and Chainlink feeds: ${world.assets.length} reserves, ${world.pools.length} pools`);
  await openAccounts(world, stage.accounts);
  for (const note of stage.notes) say(note);
  if (stage.healthFactors.size > 0) {
    const { accounts, worst, dust } = await readBackHealthFactors(world, stage.accounts, stage.healthFactors);
    say(
      `health factors read back from the pool: ${accounts} accounts as their source states, worst off by ` +
        `${worst.toExponential(1)}; ${dust} owe so little that they are held to one unit of their debt`,
    );
  }
  await openArbitrageur(world);
  const liquidators = await openLiquidators(world, lent(stage));
  const protection = await deployProtection(world, terms.model, blockSec(terms));
  say(`deployed oracle ${protection.oracle}, breaker ${protection.breaker}, sentinel ${protection.sentinel}`);
  return { world, market: createMarket(world, terms.path, anchors(stage)), protection, liquidators, fromBlock };
}

/** An asset without a pool moves with what it follows. */
function anchors({ follows, spec }: Stage): Record<string, string> {
  const staked = spec.pools.find(({ base }) => follows[base] === "stETH")?.base ?? ETHER;
  const of = { USD: DOLLAR, ETH: ETHER, stETH: staked } as const;
  return Object.fromEntries(Object.entries(follows).map(([symbol, driver]) => [symbol, of[driver]]));
}

async function play(set: Staged, terms: LabTerms, isProtected: boolean): Promise<RunOutcome> {
  const { world, protection } = set;
  const { chain } = world;
  const folder = await mkdtemp(path.join(tmpdir(), "bulkhead-lab-"));
  const sources = labSources(world, terms.stage, set.fromBlock);
  try {
    await openRun(set, terms, isProtected);
    const files = await writeOperatorConfigs(folder, chain, { protection, sources, model: terms.model });
    const operators = await startOperators(files);
    try {
      const opening = usdPrices(world, set.market, await readPoolPrices(chain, world));
      const shocked = shockedAsset(terms);
      const watched = { oracle: protection.oracle, breaker: protection.breaker, target: protection.target, shocked };
      const tally = createTally(world, watched, opening.get(shocked) ?? 0);
      const cast = {
        world,
        market: set.market,
        nodes: await openPriceNodes(world),
        liquidators: set.liquidators,
        route: createRoutes(world),
        operators,
        tally,
        snapshot: snapshotOf(chain, sources, terms.forcedSaleWindowSec),
      };
      const outcome = await replay(cast, {
        timestamps: terms.path.map(({ timestamp }) => timestamp),
        recoverySec: terms.recoverySec,
        baseFeeWei: BASE_FEE_WEI,
        signal: terms.signal,
        onStep: (step) => report(terms, isProtected, step, tally.now()),
      });
      return outcome;
    } finally {
      await operators.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Plug the breaker in, or not, and let interest run, just before the path begins. */
async function openRun({ world, protection }: Staged, { path: steps }: LabTerms, isProtected: boolean): Promise<void> {
  const first = steps[0]?.timestamp ?? 0;
  await startInterest(world, first - SETTLE_SEC);
  const sentinel = isProtected ? protection.sentinel : "0x0000000000000000000000000000000000000000";
  await setPriceOracleSentinel(world, sentinel, first - SETTLE_SEC / 2);
}

function lent({ accounts }: Stage): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { symbol, units } of accounts.flatMap(({ debt }) => debt)) {
    sums.set(symbol, (sums.get(symbol) ?? 0n) + units);
  }
  return sums;
}

/** The asset whose pool is reported on: staked ether where the path moves it, ether otherwise. */
function shockedAsset({ stage: { follows, spec }, shocked }: LabTerms): string {
  if (shocked === "ETH") return ETHER;
  return spec.pools.find(({ base }) => follows[base] === "stETH")?.base ?? ETHER;
}

function snapshotOf(
  chain: DevChain,
  sources: Parameters<typeof createSnapshotReader>[1],
  windowSec: number,
): () => Promise<Snapshot> {
  const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 30_000 });
  const reader = createSnapshotReader(pool, sources, { resilienceWindowSec: windowSec });
  return async () => reader.read(await pool.head());
}

function report({ path: steps, say }: LabTerms, isProtected: boolean, step: number, now: Sample | undefined): void {
  if (now === undefined || (step % PROGRESS_EVERY_STEPS !== 0 && step !== steps.length - 1)) return;
  const clock = new Date(now.timestamp * 1000).toISOString().slice(0, 16);
  const facts = [
    `price ${now.price.toPrecision(6)}`,
    `liquidated $${Math.round(now.liquidatedUsd).toLocaleString("en-US")}`,
    `leverage ${now.leverage.toFixed(2)}x`,
    `level ${now.level}`,
  ];
  say(`breaker ${isProtected ? "on " : "off"} ${clock} block ${step + 1}/${steps.length}: ${facts.join(", ")}`);
}
