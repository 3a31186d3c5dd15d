import { expect } from "chai";
import fc from "fast-check";
import { epochSchedule, mayTransmit } from "../../../keeper/src/quorum/schedule.js";
import type { Address } from "../../../keeper/src/units.js";
import { hash32 } from "../report/assessments.js";

const members = (count: number): Address[] =>
  Array.from({ length: count }, (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}` as const);

describe("epochSchedule", () => {
  it("is a permutation of the set, whatever order the set comes in", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 2 ** 40 }), (count, epoch) => {
        const order = epochSchedule(members(count), hash32("cc"), epoch);
        expect([...order].sort()).to.deep.equal(members(count));
        expect(epochSchedule(members(count).reverse(), hash32("cc"), epoch)).to.deep.equal(order);
      }),
      { numRuns: 50 },
    );
  });

  it("gives everybody about the same number of turns", () => {
    const turns = new Map<Address, number>();
    for (let epoch = 0; epoch < 900; epoch++) {
      const [first = "0x"] = epochSchedule(members(3), hash32("cc"), epoch);
      turns.set(first, (turns.get(first) ?? 0) + 1);
    }
    // Binomial(900, 1/3): mean 300, standard deviation 14; five of them either way.
    for (const count of turns.values()) expect(count).to.be.within(230, 370);
    expect(turns.size).to.equal(3);
  });

  it("depends on the configuration", () => {
    const orders = (digest: string): string =>
      Array.from({ length: 8 }, (_, epoch) => epochSchedule(members(5), `0x${digest.repeat(32)}`, epoch).join()).join();
    expect(orders("cc")).not.to.equal(orders("cd"));
  });
});

describe("mayTransmit", () => {
  const order = members(3);
  const at = (position: number, head: number): boolean =>
    mayTransmit(order, order[position] ?? "0x", { head, observedBlock: 100, stageBlocks: 2 });

  it("opens a stage every stageBlocks, and never closes one", () => {
    expect([100, 101, 102].map((head) => at(0, head))).to.deep.equal([true, true, true]);
    expect([100, 101, 102, 103].map((head) => at(1, head))).to.deep.equal([false, false, true, true]);
    expect([103, 104].map((head) => at(2, head))).to.deep.equal([false, true]);
  });

  it("is never the turn of a stranger", () => {
    expect(
      mayTransmit(order, "0x00000000000000000000000000000000000000aa", { head: 1e6, observedBlock: 0, stageBlocks: 1 }),
    ).to.be.false;
  });
});
