import { expect } from "chai";
import { resultJson, type LabResult, type RunOutcome } from "../../../keeper/src/lab/result.js";
import { resultTable } from "../../../keeper/src/lab/table.js";

const OFF: RunOutcome = {
  liquidatedUsd: 5_000_000,
  badDebtUsd: 200_000,
  maxDrop: 0.5,
  gas: 1_000_000,
  liquidations: 12,
  reports: 3,
  peakLeverage: 1.5,
  levels: [{ target: "0x01", level: 0, from: 100, to: null }],
  gasOf: { publish: 300_000, poke: 60_000, liquidate: 700_000 },
  price: { start: 200, low: 100, end: 150 },
  samples: [],
};
const ON: RunOutcome = {
  ...OFF,
  liquidatedUsd: 4_000_000,
  badDebtUsd: 250_000,
  reports: 4,
  peakLeverage: 1.25,
  levels: [
    { target: "0x01", level: 0, from: 100, to: 400 },
    { target: "0x01", level: 2, from: 400, to: 4_000 },
    { target: "0x01", level: 1, from: 4_000, to: null },
  ],
  samples: [{ timestamp: 11_200, price: 150, liquidatedUsd: 4_000_000, leverage: 1.25, level: 1 }],
};
const RESULT: LabResult = { seed: 7, scenario: "test", source: "a test", off: OFF, on: ON };

describe("resultJson", () => {
  it("prints the documented keys, sorted, on one line", () => {
    const text = resultJson(RESULT);
    expect(text).to.not.include("\n");
    const keys = Object.keys(JSON.parse(text) as object);
    expect(keys).to.deep.equal(["gas", "levels", "off", "on", "peakLeverage", "reports", "scenario", "seed", "source"]);
  });

  it("takes reports, leverage, levels and gas from the run with the breaker", () => {
    const printed = JSON.parse(resultJson(RESULT)) as Record<string, unknown>;
    expect(printed.reports).to.equal(4);
    expect(printed.peakLeverage).to.equal(1.25);
    expect(printed.levels).to.deep.equal(ON.levels);
    expect(printed.off).to.deep.equal({ badDebtUsd: 200_000, gas: 1_000_000, liquidatedUsd: 5_000_000, maxDrop: 0.5 });
  });

  it("says null and no levels when the breaker was not run", () => {
    const printed = JSON.parse(resultJson({ ...RESULT, on: null })) as Record<string, unknown>;
    expect(printed.on).to.equal(null);
    expect(printed.levels).to.deep.equal([]);
    expect(printed.reports).to.equal(3);
  });
});

describe("resultTable", () => {
  it("says in words where the breaker made it worse", () => {
    const table = resultTable(RESULT);
    expect(table).to.include("Bad debt: THE BREAKER MADE IT WORSE, by $50,000 (25.00 %).");
    expect(table).to.include("Liquidations: lower by $1,000,000 (20.00 %) with the breaker.");
    expect(table).to.include("The drop on the pool: the breaker made no difference.");
  });

  it("adds up the time spent in each level, the one that is still open up to the last block", () => {
    expect(resultTable(RESULT)).to.match(/levels entered .*\s+none\s+Watch 2\.0 h, NoNewLeverage 1\.0 h/);
  });

  it("has one column without the breaker", () => {
    const table = resultTable({ ...RESULT, on: null });
    expect(table).to.include("The breaker was not run (--no-breaker).");
    expect(table).to.not.include("difference");
  });
});
