import { expect } from "chai";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import { createSyncTurns, type SyncQuestion } from "../../../keeper/src/operator/sync-turns.js";
import type { AdapterAnswer } from "../../../keeper/src/publish/adapters.js";
import type { TargetView } from "../../../keeper/src/publish/policy.js";
import { epochSchedule } from "../../../keeper/src/quorum/schedule.js";
import type { Level } from "../../../keeper/src/report/level-rules.js";
import type { Address } from "../../../keeper/src/units.js";
import { addressOf } from "../quorum/votes.js";
import { hash32 } from "../report/assessments.js";
import { emptyOracle } from "./operator-scene.js";

const STAGE_BLOCKS = 2;
const BLOCK_SEC = 12;
const SPACING_SEC = 300;
const START = 500;
const [FIRST, SECOND, THIRD] = ["a1", "a2", "a3"].map((byte) => `0x${byte.repeat(20)}`) as [Address, Address, Address];
const OPERATORS = [0, 1, 2].map(addressOf);
const RULE = { enterLeverage: 1, exitLeverage: 1, enterLiquidationAtRisk: 1, exitLiquidationAtRisk: 1 };

const asks = (adapter: Address): AdapterAnswer => ({ adapter, due: 1, fault: undefined });
const isDone = (adapter: Address): AdapterAnswer => ({ adapter, due: 0, fault: undefined });
const fails = (adapter: Address): AdapterAnswer => ({ adapter, due: 0, fault: "no answer" });
const blockAt = (number: number): BlockRef => ({
  number,
  hash: hash32("aa"),
  parentHash: hash32("bb"),
  timestamp: number * BLOCK_SEC,
  baseFeePerGas: 1n,
  logsBloom: "0x",
});
const landedAt = (number: number, to: Address): SyncQuestion["landed"] => [
  { attempt: hash32("01"), block: number, blockHash: hash32("aa"), succeeded: true, spentWei: 1n, to },
];

describe("createSyncTurns", () => {
  const turnsOf = (self: Address) =>
    createSyncTurns({
      self,
      limits: {
        deviationCx: 5,
        deviationBps: 100,
        heartbeatSec: 3_600,
        easeSpacingSec: SPACING_SEC,
        earlySpacingSec: 12,
        minCoverageBps: 5_000,
        stageBlocks: STAGE_BLOCKS,
        peerGraceMs: 0,
        pushTimeoutMs: 0,
      },
    });
  const question = (
    answers: readonly AdapterAnswer[],
    over: { level?: Level; landed?: SyncQuestion["landed"] } = {},
  ): SyncQuestion => {
    const target: TargetView = {
      subject: hash32("77"),
      lane: undefined,
      level: over.level ?? 0,
      dwellSince: 0,
      minDwellSec: 0,
      minCoverage: 0,
      rules: [RULE, RULE, RULE, RULE],
    };
    return { oracle: { ...emptyOracle(), targets: [target] }, answers, landed: over.landed ?? [] };
  };
  const orderOf = (block: number): Address[] => epochSchedule(OPERATORS, hash32("cc"), block);
  const firstOf = (block: number): Address => orderOf(block)[0] as Address;

  it("gives an adapter that asks to one operator at once, and to each further one stageBlocks later", () => {
    const turns = orderOf(START).map(turnsOf);
    const sentBy: number[][] = [];
    for (let ahead = 0; ahead <= 2 * STAGE_BLOCKS; ahead++) {
      const payloads = turns.map((turn) => turn(blockAt(START + ahead), question([asks(FIRST)])));
      sentBy.push(payloads.flatMap((payload, i) => (payload?.to === FIRST ? [i] : [])));
    }
    expect(sentBy).to.deep.equal([[0], [0], [0, 1], [0, 1], [0, 1, 2]]);
  });

  it("lets three operators start with one each of three adapters that ask at once", () => {
    const answers = [FIRST, SECOND, THIRD].map(asks);
    const sent = orderOf(START).map((self) => turnsOf(self)(blockAt(START), question(answers))?.to);
    expect(sent).to.deep.equal([FIRST, SECOND, THIRD]);
  });

  it("draws the order anew when an adapter asks again, and keeps it while one does not answer", () => {
    const later = Array.from({ length: 40 }, (_, i) => START + 3 + i).find((b) => firstOf(b) !== firstOf(START)) ?? 0;
    const self = firstOf(START);
    const forgets = turnsOf(self);
    forgets(blockAt(START), question([asks(FIRST)]));
    forgets(blockAt(START + 1), question([isDone(FIRST)]));
    expect(forgets(blockAt(later), question([asks(FIRST)]))).to.equal(undefined);
    const remembers = turnsOf(self);
    remembers(blockAt(START), question([asks(FIRST)]));
    expect(remembers(blockAt(START + 1), question([fails(FIRST)]))).to.equal(undefined);
    expect(remembers(blockAt(later), question([asks(FIRST)]))?.to).to.equal(FIRST);
  });

  it("spaces syncs of an adapter that always asks, and not those that another level calls for", () => {
    const turn = turnsOf(firstOf(START));
    const at = (block: number, over: { level?: Level; landed?: SyncQuestion["landed"] } = {}): Address | undefined =>
      turn(blockAt(block), question([asks(FIRST)], over))?.to;
    expect(at(START, { level: 2 })).to.equal(FIRST);
    expect(at(START + 1, { level: 2, landed: landedAt(START + 1, FIRST) })).to.equal(undefined);
    expect(at(START + 2, { level: 3 })).to.equal(FIRST);
    expect(at(START + 3, { level: 3, landed: landedAt(START + 3, FIRST) })).to.equal(undefined);
    const due = START + 3 + SPACING_SEC / BLOCK_SEC;
    expect(at(due - 1, { level: 3 })).to.equal(undefined);
    expect(at(due, { level: 3 })).to.equal(FIRST);
  });

  it("passes an adapter that waits over for the next", () => {
    const self = firstOf(START);
    const turn = turnsOf(self);
    turn(blockAt(START), question([asks(FIRST)]));
    const both = [asks(FIRST), asks(SECOND)];
    const all = START + 1 + 2 * STAGE_BLOCKS;
    turn(blockAt(START + 1), question(both, { landed: landedAt(START + 1, FIRST) }));
    expect(turn(blockAt(all), question(both))?.to).to.equal(SECOND);
  });

  it("gives no turn to an operator that is not a signer, and none where nobody asks", () => {
    const stranger = turnsOf(addressOf(7));
    for (let ahead = 0; ahead < 9; ahead++) {
      expect(stranger(blockAt(START + ahead), question([asks(FIRST)]))).to.equal(undefined);
    }
    expect(turnsOf(firstOf(START))(blockAt(START), question([isDone(FIRST), fails(SECOND)]))).to.equal(undefined);
  });
});
