import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { ContractFactory, HDNodeWallet, type Signer } from "ethers";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { reportDigest, signDigest } from "../../../keeper/src/report/digest.js";
import { type Lane, packLanes } from "../../../keeper/src/report/lane.js";
import type { Report } from "../../../keeper/src/report/report.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { type RiskOracle, RiskOracle__factory } from "../../../typechain-types/index.js";

/** A subject to register after SYSTEM, as `SubjectKey`: kind 1 asset, 2 venue, 3 market. */
export interface Key {
  readonly kind: 1 | 2 | 3;
  readonly venue: string;
  readonly asset: string;
}

/** An oracle with one signer on an embedded chain; the deployer holds every role. */
export interface OracleScene {
  readonly chain: DevChain;
  readonly owner: Signer;
  readonly manager: string;
  readonly oracle: RiskOracle;
  /** Publish an epoch about the newest block: lanes of SYSTEM and of the keys, in their order. */
  readonly publish: (lanes: readonly Lane[]) => Promise<void>;
  /** Mine a block `seconds` after the last. */
  readonly wait: (seconds: number) => Promise<void>;
}

export const HOUR = 3_600;
export const DAY = 24 * HOUR;
const MODEL: Hex = `0x${"11".repeat(32)}`;
const ZERO: Hex = `0x${"00".repeat(32)}`;

/** A lane that says nothing alarming, but for `part`. */
export function calmLane(part: Partial<Lane>): Lane {
  return { leverage: 120, liquidationAtRisk: 100, rehypothecation: 150, borrowLtv: 0, advice: 0, ...part };
}

/** Deploy the oracle. Easing is not limited: that is the oracle's own matter. */
export async function openOracle(chain: DevChain, keys: readonly Key[]): Promise<OracleScene> {
  await chain.setAutomine(true);
  const owner = chain.deployer;
  const factory = new ContractFactory(AccessManagerArtifact.abi, AccessManagerArtifact.bytecode, owner);
  const manager = await (await factory.deploy(owner.address)).getAddress();
  const limits = { maxReportAge: DAY, maxEase: 10_000, minCoverage: 0 };
  const oracle = await new RiskOracle__factory(owner).deploy(manager, 0, limits);
  const signer = HDNodeWallet.fromPhrase("test test test test test test test test test test test junk", "", "m/7");
  await (await oracle.registerSubjects([...keys])).wait();
  await (await oracle.rotateSigners([signer.address], 1)).wait();
  await (await oracle.approveModel(MODEL)).wait();
  const domain = { chainId: chain.chainId, oracle: (await oracle.getAddress()) as Address };
  const publish = async (lanes: readonly Lane[]): Promise<void> => {
    const report = await reportOn(oracle, chain, lanes);
    const signature = signDigest(reportDigest(report, domain), signer.signingKey);
    await (await oracle.publish({ ...report, lanes: [...report.lanes] }, signature)).wait();
  };
  const wait = async (seconds: number): Promise<void> => void (await chain.mine((await chain.timestamp()) + seconds));
  return { chain, owner, manager, oracle, publish, wait };
}

async function reportOn(oracle: RiskOracle, chain: DevChain, lanes: readonly Lane[]): Promise<Report> {
  const block = (await chain.provider.getBlock("latest"))!;
  return {
    configDigest: (await oracle.configDigest()) as Hex,
    epoch: Number((await oracle.header()).epoch) + 1,
    observedBlock: block.number,
    observedBlockHash: block.hash as Hex,
    observedAt: block.timestamp,
    coverage: 10_000,
    flags: 0,
    modelHash: MODEL,
    snapshotHash: ZERO,
    scoresRoot: ZERO,
    lanes: packLanes(lanes),
  };
}
