import { HDNodeWallet, Mnemonic } from "ethers";

import { reportDigest, signDigest } from "../../keeper/src/report/digest.js";
import { packLanes, type Lane } from "../../keeper/src/report/lane.js";
import type { Report } from "../../keeper/src/report/report.js";
import type { Address, Hex } from "../../keeper/src/units.js";
import type { RiskOracle } from "../../typechain-types/index.js";
import type { Connection } from "./bulkhead-fixture.js";

const WORDS = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const ZERO: Hex = `0x${"00".repeat(32)}`;

/** What an epoch says; everything else of its report is the newest block's, or the oracle's own. */
export interface Epoch {
  readonly epoch: number;
  readonly lanes: readonly Lane[];
  readonly coverage?: number;
  readonly flags?: number;
  readonly scoresRoot?: Hex;
}

/** Publish an epoch about the newest block, signed by as many of the chain's first accounts as the oracle asks for. */
export async function publishEpoch(connection: Connection, oracle: RiskOracle, epoch: Epoch): Promise<Report> {
  const block = (await connection.ethers.provider.getBlock("latest"))!;
  const report: Report = {
    configDigest: (await oracle.configDigest()) as Hex,
    epoch: epoch.epoch,
    observedBlock: block.number,
    observedBlockHash: block.hash as Hex,
    observedAt: block.timestamp,
    coverage: epoch.coverage ?? 10_000,
    flags: epoch.flags ?? 0,
    modelHash: (await oracle.modelHash()) as Hex,
    snapshotHash: ZERO,
    scoresRoot: epoch.scoresRoot ?? ZERO,
    lanes: packLanes(epoch.lanes),
  };
  const digest = reportDigest(report, { chainId: 31_337, oracle: (await oracle.getAddress()) as Address });
  const [members, threshold] = await oracle.signers();
  const wallets = Array.from({ length: 10 }, (_, i) => HDNodeWallet.fromMnemonic(WORDS, `m/44'/60'/0'/0/${i}`));
  const chosen = members.slice(0, Number(threshold)).map((member) => wallets.find((w) => w.address === member)!);
  const signatures = chosen.map((wallet) => signDigest(digest, wallet.signingKey).slice(2)).join("");
  await (await oracle.publish({ ...report, lanes: [...report.lanes] }, `0x${signatures}`)).wait();
  return report;
}
