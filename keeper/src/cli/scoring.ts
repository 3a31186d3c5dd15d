import { readFile } from "node:fs/promises";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { FollowOptions } from "../chain/source-kind.js";
import type { Config } from "../config.js";
import type { Scoring } from "../operator/parts.js";
import { assess } from "../model/assess.js";
import { CalibrationError, forcedSaleWindowSec, parseCalibration, type Calibration } from "../model/calibration.js";
import { modelHash } from "../report/model-hash.js";
import { createSnapshotReader } from "../snapshot-reader.js";
import { snapshotHash } from "../snapshot/canonical.js";

/** Read and check a calibration file. Throws `CalibrationError`. */
export async function readCalibration(file: string): Promise<Calibration> {
  try {
    return parseCalibration(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    throw new CalibrationError(`${file}: ${seen}`, { cause: error });
  }
}

/**
 * Make what scores a block: the configured sources through the configured calibration. With `states`, a restart goes on where
 * the last process was. Throws `CalibrationError`.
 */
export async function openScoring(
  config: Pick<Config, "calibration" | "sources">,
  states?: FollowOptions["states"],
): Promise<(pool: RpcPool) => Scoring> {
  const calibration = await readCalibration(config.calibration);
  return (pool) => {
    const reader = createSnapshotReader(pool, config.sources, {
      resilienceWindowSec: forcedSaleWindowSec(calibration),
      ...(states === undefined ? {} : { states }),
    });
    return {
      modelHash: modelHash(calibration),
      scoreBlock: async (block) => {
        const snapshot = await reader.read(block);
        const excluded = snapshot.exclusions.map(({ scope, id, reason }) => `${scope} ${id}: ${reason}`);
        return { snapshotHash: snapshotHash(snapshot), excluded, assessment: assess(snapshot, calibration) };
      },
    };
  };
}
