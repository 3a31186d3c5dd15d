import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseCalibration } from "../../../keeper/src/model/calibration.js";
import type { MinedBlock } from "../../../keeper/src/lab/block-controls.js";
import { startEmbeddedChain, type DevChain } from "../../../keeper/src/lab/chain.js";
import { defaultStage } from "../../../keeper/src/lab/default-stage.js";
import {
  deployProtection,
  LAB_CALIBRATION,
  labSources,
  writeOperatorConfigs,
  type Protection,
} from "../../../keeper/src/lab/protection.js";
import { openAccounts } from "../../../keeper/src/lab/world/accounts.js";
import { buildWorld } from "../../../keeper/src/lab/world/world.js";
import { modelHash } from "../../../keeper/src/report/model-hash.js";

/** Genuine Aave v3, Uniswap v3 and Chainlink code with borrowers on it, our contracts, and config files of three operators. */
export interface Scene {
  readonly chain: DevChain;
  readonly protection: Protection;
  readonly folder: string;
  readonly configFiles: readonly string[];
  /** Mine one block `seconds` after the last. */
  readonly mine: (seconds: number) => Promise<MinedBlock>;
  /** Write a changed copy of an operator's configuration beside it; returns the file. */
  readonly variant: (operator: number, name: string, change: (config: Config) => Config) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** A configuration as JSON. */
export type Config = Record<string, unknown> & {
  readonly listen: { readonly host: string; readonly port: number };
  readonly publish: object;
};

const BLOCK_SEC = 300;
/** How long an operator waits for one that a test has killed. */
const PEER_GRACE_MS = 500;
const GENESIS = 1_700_000_000;

/** Build the scene. Automatic mining is off. */
export async function openScene(): Promise<Scene> {
  const chain = await startEmbeddedChain({ genesisTime: GENESIS });
  const stage = defaultStage(1, { timestamp: GENESIS, prices: { ETH: 2_000 } });
  const fromBlock = await chain.provider.getBlockNumber();
  const world = await buildWorld(chain, stage.spec);
  await openAccounts(world, stage.accounts);
  const calibration = parseCalibration(JSON.parse(await readFile(LAB_CALIBRATION, "utf8")));
  const model = { calibrationFile: LAB_CALIBRATION, modelHash: modelHash(calibration) };
  const protection = await deployProtection(world, model, BLOCK_SEC);
  const folder = await mkdtemp(path.join(tmpdir(), "bulkhead-operators-"));
  const sources = labSources(world, stage, fromBlock);
  const configFiles = await writeOperatorConfigs(folder, chain, { protection, sources, model });
  await Promise.all(configFiles.map((file) => rewrite(file, file, waitBriefly)));
  return {
    chain,
    protection,
    folder,
    configFiles,
    mine: async (seconds) => chain.mine((await chain.timestamp()) + seconds),
    variant: async (operator, name, change) => {
      const source = configFiles[operator] ?? "";
      const file = path.join(path.dirname(source), `${name}.json`);
      await rewrite(source, file, change);
      return file;
    },
    close: async () => {
      await chain.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const waitBriefly = (config: Config): Config => ({
  ...config,
  publish: { ...config.publish, peerGraceMs: PEER_GRACE_MS },
});

async function rewrite(from: string, to: string, change: (config: Config) => Config): Promise<void> {
  await writeFile(to, JSON.stringify(change(JSON.parse(await readFile(from, "utf8")) as Config)));
}
