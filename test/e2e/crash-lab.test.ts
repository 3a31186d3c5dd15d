import { expect } from "chai";
import { lastLine, runLabProcess } from "./lab-process.js";

/** Two hours a block keep a day of path short; what is asked here does not depend on the block time. */
const SHORT = ["--json", "--block-seconds", "7200", "--seed", "3"];
const MINUTES = 60_000;

interface Printed {
  readonly seed: number;
  readonly scenario: string;
  readonly reports: number;
  readonly peakLeverage: number;
  readonly off: { readonly liquidatedUsd: number; readonly badDebtUsd: number; readonly maxDrop: number };
  readonly on: Printed["off"] | null;
  readonly levels: readonly { readonly level: number; readonly from: number; readonly to: number | null }[];
  readonly gas: { readonly publish: number; readonly poke: number; readonly liquidate: number };
}

describe("crash lab", () => {
  it("prints the same JSON twice for the same seed, and numbers that can be", async function () {
    this.timeout(4 * MINUTES);
    const first = await runLabProcess(...SHORT);
    expect(first.code, first.stderr).to.equal(0);
    const second = await runLabProcess(...SHORT);
    expect(lastLine(second.stdout)).to.equal(lastLine(first.stdout));

    const printed = JSON.parse(lastLine(first.stdout)) as Printed;
    expect([printed.seed, printed.scenario]).to.deep.equal([3, "2020-03-12"]);
    expect(printed.off.liquidatedUsd).to.be.greaterThan(0);
    expect(printed.off.badDebtUsd).to.be.at.least(0);
    // The recorded path alone falls by 52.7 %; forced sales can only add to that.
    expect(printed.off.maxDrop).to.be.within(0.3, 1);
    expect(printed.on).to.not.equal(null);
    expect(printed.reports).to.be.greaterThan(0);
    expect(printed.peakLeverage).to.be.at.least(1);
    expect(Math.max(...printed.levels.map(({ level }) => level))).to.be.within(1, 4);
    expect(printed.levels.at(-1)?.to).to.equal(null);
    for (const gas of Object.values(printed.gas)) expect(gas).to.be.greaterThan(21_000);
  });

  it("says that the breaker was not run", async function () {
    this.timeout(2 * MINUTES);
    const { code, stdout, stderr } = await runLabProcess("--no-breaker", "--json", "--block-seconds", "14400");
    expect(code, stderr).to.equal(0);
    expect((JSON.parse(lastLine(stdout)) as Printed).on).to.equal(null);
  });
});
