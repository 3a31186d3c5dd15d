import { expect } from "chai";
import { network } from "hardhat";

import { buildScoreTree } from "../../keeper/src/report/merkle.js";
import type { LeafScore } from "../../keeper/src/report/score-leaf.js";
import { keccak256Hex } from "../../keeper/src/keccak.js";
import type { Advice } from "../../keeper/src/model/assessment.js";
import { deployBulkhead, exampleParameters } from "../deploy/bulkhead-fixture.js";
import { publishEpoch } from "../deploy/publish-epoch.js";

const MILLION = 1_000_000;
const LANE = { leverage: 150, liquidationAtRisk: 500, rehypothecation: 110, borrowLtv: 7_000, advice: 0 } as const;

function subject(i: number): LeafScore {
  return {
    id: `0x${keccak256Hex(`subject ${i}`)}`,
    lane: { ...LANE, leverage: 100 + (i % 60_000), advice: (i % 4) as Advice },
    lossShare: i % 10_001,
    throttleUsdPerHour: BigInt(i),
    haltSeconds: i % 14_400,
  };
}

describe("a root over a million subjects", function () {
  this.timeout(240_000);

  it("behavior: the oracle verifies any of them, and nothing else, for the gas of twenty hashes", async () => {
    const connection = await network.create("lab");
    const { oracle } = await deployBulkhead(connection, await exampleParameters(connection));
    const scores = Array.from({ length: MILLION }, (_, i) => subject(i));
    const tree = buildScoreTree(scores);
    await publishEpoch(connection, oracle, { epoch: 1, lanes: [LANE, LANE, LANE, LANE], scoresRoot: tree.root });

    for (const i of [0, 123_456, MILLION - 1]) {
      const { id, lane, ...rest } = scores[i] as LeafScore;
      const proof = tree.proof(id);
      const leaf = { subject: id, score: lane, ...rest };
      expect(proof.length).to.be.within(19, 20);
      expect(await oracle.verifyScore(leaf, proof)).to.equal(true);
      expect(await oracle.verifyScore({ ...leaf, haltSeconds: leaf.haltSeconds + 1 }, proof)).to.equal(false);
      expect(await oracle.verifyScore(leaf, proof.slice(1))).to.equal(false);
      // 21,000 for the transaction, 16 a byte of the proof, and less than 20,000 for the reading.
      expect(Number(await oracle.verifyScore.estimateGas(leaf, proof))).to.be.lessThan(60_000);
    }
    await connection.close();
  });
});
