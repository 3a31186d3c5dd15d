import { id, Wallet } from "ethers";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  DEFAULT_DUTY_CYCLE,
  DEFAULT_HEARTBEAT_PERIOD,
  DEFAULT_LIMITS,
  DEFAULT_TARGET_CONFIG,
} from "../../../deploy/defaults.js";
import Bulkhead from "../../../deploy/modules/Bulkhead.js";
import { bulkheadParameters, type SubjectKeyParameter } from "../../../deploy/parameters.js";
import type { Sources } from "../snapshot-reader.js";
import { deployModule } from "./ignition.js";
import { subjectId } from "../report/subject-id.js";
import { toUnitsDown, type Address, type Hex } from "../units.js";
import type { DevChain } from "./chain.js";
import type { Stage } from "./stage.js";
import { derivedAddress } from "./world/orders.js";
import { assetOf, type World } from "./world/world.js";

/** Our own contracts on the lab's chain, and the operators' configuration files. */
export interface Protection {
  readonly oracle: Address;
  readonly breaker: Address;
  readonly sentinel: Address;
  /** Subject that the breaker protects: the lending pool as a venue. */
  readonly target: Hex;
}

/** The model that operators run and the oracle approves. */
export interface LabModel {
  readonly calibrationFile: string;
  readonly modelHash: Hex;
}

const OPERATORS = 3;
const THRESHOLD = 2;
const BLOCKS_TO_LAND = 3;
const ZERO = "0x0000000000000000000000000000000000000000";
const OPERATOR_WEI = 10n ** 22n;
/** How often an operator looks for a new block, milliseconds: the lab waits for all of them after each. */
const POLL_MS = 20;
const PEER_GRACE_MS = 60_000;
const WALLETS = Array.from({ length: OPERATORS }, (_, i) => new Wallet(id(`bulkhead/lab/operator ${i}`)));

/** Deploy oracle, breaker and sentinel through deploy/, for one venue and every asset that it takes as collateral. */
export async function deployProtection(world: World, model: LabModel, blockSec: number): Promise<Protection> {
  const { chain, aave } = world;
  const venue = aave.pool.address;
  const target = subjectId({ kind: "venue", venue }, chain.chainId);
  // A report lands a block after the one it scores; where blocks are hours apart, that must not make it stale.
  const patience = BLOCKS_TO_LAND * blockSec;
  const signers = WALLETS.map(({ address }) => address.toLowerCase()).sort();
  const parameters = bulkheadParameters.parse({
    governance: derivedAddress("governance"),
    guardian: derivedAddress("guardian"),
    riskCouncil: derivedAddress("risk council"),
    governanceDelay: 24 * 3600,
    slotSeconds: 0,
    limits: { ...DEFAULT_LIMITS, maxReportAge: Math.max(DEFAULT_LIMITS.maxReportAge, patience) },
    subjects: subjects(world),
    signers,
    threshold: THRESHOLD,
    modelHash: model.modelHash,
    heartbeatPeriod: DEFAULT_HEARTBEAT_PERIOD,
    target,
    targetConfig: { ...DEFAULT_TARGET_CONFIG, maxAge: Math.max(DEFAULT_TARGET_CONFIG.maxAge, patience) },
    ...DEFAULT_DUTY_CYCLE,
  });
  const deployed = await deployModule(chain, Bulkhead, { Bulkhead: parameters });
  for (const { address } of WALLETS) await chain.setBalance(address.toLowerCase() as Address, OPERATOR_WEI);
  const at = async (name: "oracle" | "breaker" | "sentinel"): Promise<Address> =>
    (await deployed[name].getAddress()).toLowerCase() as Address;
  return { oracle: await at("oracle"), breaker: await at("breaker"), sentinel: await at("sentinel"), target };
}

function subjects(world: World): SubjectKeyParameter[] {
  const venue = world.aave.pool.address;
  const pledged = world.assets.filter(({ spec }) => spec.canBeCollateral).map(({ address }) => address);
  return [
    { kind: 2, venue, asset: ZERO },
    ...pledged.map((asset) => ({ kind: 1 as const, venue: ZERO, asset })),
    ...pledged.map((asset) => ({ kind: 3 as const, venue, asset })),
  ];
}

/** What operators read: the venue, the pools, the feeds and what wrapped assets stand for. */
export function labSources(world: World, stage: Stage, fromBlock: number): Sources {
  const feeds = [...world.assets.map(({ feed }) => feed), world.ethUsdFeed].flatMap(
    (feed) => feed?.proxy.address ?? [],
  );
  const baseUsdFeed = world.ethUsdFeed?.proxy.address;
  const venue = { kind: "aave-v3" as const, pool: world.aave.pool.address, fromBlock };
  return {
    venues: [baseUsdFeed === undefined ? venue : { ...venue, baseUsdFeed }],
    pools: world.pools.map(({ address }) => ({ kind: "uniswap-v3" as const, pool: address })),
    feeds: [...feeds].sort(),
    lookThrough: stage.lookThrough.map(({ symbol, of, units }) => ({
      asset: assetOf(world.assets, symbol).address,
      of: assetOf(world.assets, of).address,
      unitsWad: toUnitsDown(Number(units), 18),
    })),
  };
}

/** Write one configuration file per operator under `folder`, with keys and empty data folders of their own. */
export async function writeOperatorConfigs(
  folder: string,
  chain: DevChain,
  parts: { readonly protection: Protection; readonly sources: Sources; readonly model: LabModel },
): Promise<string[]> {
  const ports = await freePorts(OPERATORS);
  const peers = WALLETS.map(({ address }, i) => ({
    url: `http://127.0.0.1:${ports[i]}`,
    address: address.toLowerCase(),
  }));
  const files: string[] = [];
  for (const [index, wallet] of WALLETS.entries()) {
    const home = path.join(folder, `operator-${index + 1}`);
    await mkdir(home, { recursive: true });
    const keyFile = path.join(home, "operator.key");
    await writeFile(keyFile, wallet.privateKey, { mode: 0o600 });
    const config = {
      chain: { rpcUrls: [chain.url], chainId: chain.chainId, headQuorum: 1, pollMs: POLL_MS },
      contracts: { oracle: parts.protection.oracle, breaker: parts.protection.breaker },
      sources: parts.sources,
      calibration: parts.model.calibrationFile,
      operator: { keyFile },
      peers: peers.filter((_, other) => other !== index),
      listen: { host: "127.0.0.1", port: ports[index] },
      // All operators are alive here: waiting for the preferred signers costs nothing and keeps the calldata the same.
      publish: { targets: [parts.protection.target], peerGraceMs: PEER_GRACE_MS },
      dataDir: home,
    };
    const file = path.join(home, "bulkhead.json");
    await writeFile(
      file,
      JSON.stringify(config, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value), 2),
    );
    files.push(file);
  }
  return files;
}

/** The calibration that the lab's operators run, as a path. */
export const LAB_CALIBRATION = fileURLToPath(new URL("../../calibration/lab-1.json", import.meta.url));

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const bound = server.address();
    return typeof bound === "object" && bound !== null ? bound.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
