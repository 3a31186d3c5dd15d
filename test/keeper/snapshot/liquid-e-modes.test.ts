import { expect } from "chai";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { SnapshotMalformed, parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { EModeState, Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { sampleSnapshot } from "./sample.js";

function withSets(sets: Pick<EModeState, "collateral" | "borrowable">): Snapshot {
  const sample = sampleSnapshot();
  const eModes = sample.venues[0]!.eModes!.map((eMode) => ({ ...eMode, ...sets }));
  return { ...sample, venues: sample.venues.map((venue) => ({ ...venue, eModes, fullCloseBase: 1n })) };
}

describe("parseSnapshot: e-modes that are sets of reserves", () => {
  it("default: reads the canonical text back, with the lists and without", () => {
    for (const sets of [{}, { collateral: [], borrowable: [] }, { collateral: [0, 1], borrowable: [1] }]) {
      const snapshot = withSets(sets);
      expect(parseSnapshot(canonicalJson(snapshot))).to.deep.equal(snapshot);
    }
  });

  const broken: readonly (readonly [
    title: string,
    sets: Pick<EModeState, "collateral" | "borrowable">,
    says: string,
  ])[] = [
    ["collateral out of order", { collateral: [1, 0] }, "reserves of e-mode 1 out of order at 1"],
    ["a reserve twice", { borrowable: [1, 1] }, "reserves of e-mode 1 out of order at 1"],
    ["collateral that is not there", { collateral: [0, 2] }, "reserve 2 of e-mode 1"],
    ["a borrowable reserve that is not there", { borrowable: [7] }, "reserve 7 of e-mode 1"],
  ];
  for (const [title, sets, says] of broken) {
    it(`error: SnapshotMalformed for ${title}`, () => {
      expect(() => parseSnapshot(canonicalJson(withSets(sets)))).to.throw(SnapshotMalformed, says);
    });
  }
});
