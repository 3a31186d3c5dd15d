import { createHash } from "node:crypto";
import { assess } from "../../../keeper/src/model/assess.js";
import { modelHash } from "../../../keeper/src/report/model-hash.js";
import { draftReport } from "../../../keeper/src/report/report.js";
import { subjectId } from "../../../keeper/src/report/subject-id.js";
import { snapshotHash } from "../../../keeper/src/snapshot/canonical.js";
import { shippedCalibration } from "../model/calibration-file.js";
import { marketSnapshot, sale, type Holding, type MarketSpec } from "../model/snapshot-fixture.js";

/** Sixty borrowers from health factors of 0.9 on, against ether, its derivative and dollars, and owing either. */
const accounts: readonly Holding[] = Array.from({ length: 60 }, (_, i) => {
  const [ether, staked] = [1 + ((7 * i) % 23), (5 * i) % 11];
  const owed = (0.8 * (2_000 * ether + 1_980 * staked)) / (0.9 + i / 40);
  return { collateral: { WETH: ether, stETH: staked }, debt: i % 3 === 0 ? { WETH: owed / 2_000 } : { USDC: owed } };
});

const crowd: MarketSpec = {
  prices: { WETH: 2_000, stETH: 1_980, USDC: 1, GEM: 10 },
  depth: { WETH: 400, stETH: 300 },
  accounts,
};

const snapshots = {
  "a levered crowd": marketSnapshot(crowd),
  "in the middle of liquidations": marketSnapshot({
    ...crowd,
    prices: { ...crowd.prices, WETH: 1_900, stETH: 1_860 },
    forcedSales: [sale("WETH", 60, 120), sale("stETH", 25, 700)],
  }),
};

/** Snapshots with the calibrations that ship. */
export const REPORT_CASES = Object.keys(snapshots).flatMap((snapshot) =>
  (["lab-1", "mainnet-1"] as const).map((calibration) => `report: ${snapshot}, ${calibration}`),
);

/** SHA-256 of everything that is signed about a case, and of every quantised score. */
export function reportDigestOf(name: string): string {
  const [, snapshotName, calibrationName] = /^report: (.*), (.*)$/.exec(name)!;
  const snapshot = snapshots[snapshotName as keyof typeof snapshots];
  const calibration = shippedCalibration(calibrationName as "lab-1" | "mainnet-1");
  const assessment = assess(snapshot, calibration);
  const { report, scores } = draftReport(assessment, {
    chainId: snapshot.chainId,
    block: snapshot.block,
    snapshotHash: snapshotHash(snapshot),
    modelHash: modelHash(calibration),
    configDigest: `0x${"22".repeat(32)}`,
    epoch: 7,
    laneSubjects: assessment.subjects.map(({ subject }) => subjectId(subject, snapshot.chainId)),
  });
  const text = JSON.stringify({ report, scores }, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return createHash("sha256").update(text).digest("hex");
}
