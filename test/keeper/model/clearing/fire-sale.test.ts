import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { fireSaleEba } from "../../../../scripts/vectors/firesale-eba.js";
import {
  createFireSale,
  excessAssetsUsd,
  runFireSale,
  systemicEventFrac,
  type Institutions,
} from "../../../../keeper/src/model/clearing/fire-sale.js";
import { vulnerability } from "../../../../keeper/src/model/clearing/vulnerability.js";
import { slowFireSale, type SlowBank } from "./slow-fire-sale.js";

const SEED = { seed: 20260304 } as const;
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const read = (name: string): unknown => JSON.parse(readFileSync(`test/vectors/${name}.json`, "utf8"));
const { cases: closedForms } = read("analytic_closed_forms") as {
  cases: {
    T11_GLT_EBA2018: {
      systemicness: Record<string, number>;
      aggregate_vulnerability: number;
      direct_loss_over_equity: number;
      L_per_EURm: number;
      shock_gov: number;
    };
    T13_finnetvalu_literal_delevprop: { expected: [number, number] };
  };
};

describe("runFireSale against 48 EBA banks", () => {
  for (const one of fireSaleEba.check(read("firesale_eba2018"))) {
    it(one.name, () => expect(one.error).to.be.at.most(one.tolerance));
  }
});

interface Drawn {
  readonly banks: SlowBank[];
  readonly drop: number[];
  readonly impact: number;
  readonly buffer: number;
}

const RULES = { min: 0.03, target: 0.06, steps: 8 } as const;

const systems: fc.Arbitrary<Drawn> = fc.record({
  banks: fc.array(
    fc
      .record({
        leverage: share(0.02, 0.1),
        cash: share(0, 10),
        units: fc.tuple(share(0.01, 40), share(0.01, 40)),
        other: share(20, 80),
      })
      .map(({ leverage, cash, units, other }): SlowBank => {
        const debt = (cash + units[0] + units[1] + other) * (1 - leverage);
        return {
          cash,
          units: [...units],
          other,
          loan: debt / 3,
          otherDebt: (2 * debt) / 3,
          alive: true,
          orders: [0, 0],
        };
      }),
    { minLength: 1, maxLength: 8 },
  ),
  drop: fc.tuple(share(0, 0.3), share(0, 0.1)),
  impact: share(0.001, 0.05),
  buffer: fc.constantFrom(0.04, 0.05, 1),
});

function fast({ banks, drop, impact, buffer }: Drawn) {
  const array = (of: (b: SlowBank) => number) => Float64Array.from(banks, of);
  const beta = -Math.log(1 - impact) / 0.05;
  const system: Institutions = {
    count: banks.length,
    cashUsd: array((b) => b.cash),
    units: Float64Array.from(banks.flatMap((b) => b.units)),
    otherUsd: array((b) => b.other),
    loanUsd: array((b) => b.loan),
    otherDebtUsd: array((b) => b.otherDebt),
    curves: [0, 1].map((k) => ({ kind: "exp", deltaUsd: banks.reduce((sum, b) => sum + b.units[k]!, 0) / beta })),
  };
  const run = createFireSale(system, RULES.steps);
  const rules = { minLeverage: RULES.min, bufferLeverage: buffer, targetLeverage: RULES.target };
  runFireSale(system, Float64Array.from(drop), rules, run);
  return { run, system };
}

describe("runFireSale: what must hold", () => {
  it("agrees with the slow version", () => {
    const cases = fc.property(systems, (drawn) => {
      const { run } = fast(drawn);
      const slow = slowFireSale(drawn.banks, {
        ...RULES,
        drop: drawn.drop,
        impact: drawn.impact,
        buffer: drawn.buffer,
      });
      expectClose(run.price, slow.price);
      expectClose(run.equityUsd, slow.equity, 1e-7);
      expectClose(run.soldFrac, slow.soldShare);
      expect([...run.defaults]).to.deep.equal(slow.defaults);
      expect([...run.alive]).to.deep.equal(slow.alive.map((alive) => (alive ? 1 : 0)));
    });
    fc.assert(cases, { ...SEED, numRuns: 300 });
  });

  it("units are conserved, prices only fall, and the order of banks does not matter", () => {
    const cases = fc.property(systems, (drawn) => {
      const { run, system } = fast(drawn);
      for (const k of [0, 1]) {
        const held = (units: Float64Array) => units.filter((_, at) => at % 2 === k).reduce((a, b) => a + b, 0);
        const all = held(system.units);
        expect(held(run.units) + run.soldUnits[k]!).to.be.closeTo(all, 1e-9 * (1 + all));
        expect(run.price[k]!).to.be.at.most(1 - drawn.drop[k]!);
      }
      const turned = fast({ ...drawn, banks: [...drawn.banks].reverse() }).run;
      expectClose(turned.price, run.price);
      expectClose([...turned.equityUsd].reverse(), run.equityUsd, 1e-7);
    });
    fc.assert(cases, SEED);
  });

  it("a scratch can be used again, and counts a few defaults as no event", () => {
    const { run, system } = fast({ banks: [bank(0.029), bank(0.2)], drop: [0, 0], impact: 0.01, buffer: 0.04 });
    expect([...run.defaults]).to.deep.equal([1, 0, 0, 0, 0, 0, 0, 0]);
    expect([systemicEventFrac(run, 0.05), systemicEventFrac(run, 0.6)]).to.deep.equal([0.5, 0]);
    const price = [...run.price];
    runFireSale(system, Float64Array.of(0, 0), { minLeverage: 0.03, bufferLeverage: 0.04, targetLeverage: 0.06 }, run);
    expect([...run.price]).to.deep.equal(price);
    runFireSale(system, Float64Array.of(0, 0), { minLeverage: 0, bufferLeverage: 0, targetLeverage: 0.06 }, run);
    expect([[...run.price], [...run.alive]]).to.deep.equal([[1, 1], [1, 1]]); // prettier-ignore
  });
});

function bank(leverage: number): SlowBank {
  const debt = 100 * (1 - leverage);
  return { cash: 5, units: [20, 10], other: 65, loan: debt / 2, otherDebt: debt / 2, alive: true, orders: [0, 0] };
}

describe("excessAssetsUsd", () => {
  it("T13: a bank of leverage 49 that wants 38 sells 22 of its 90; one of 20 has room", () => {
    const [first, second] = closedForms.T13_finnetvalu_literal_delevprop.expected;
    expect(excessAssetsUsd(98, 2, 1 / 38) / 90).to.be.closeTo(first, 1e-12);
    expect(Math.max(0, excessAssetsUsd(90, 4.5, 1 / 38) / 70)).to.equal(second);
  });
});

describe("vulnerability", () => {
  it("T11: what the sales of each of 48 banks cause adds up to AV", () => {
    const { banks } = read("firesale_eba2018") as {
      banks: ({ name: string } & Record<"assets" | "CET1" | "gov" | "corp", number>)[];
    };
    const names = banks.map(({ name }) => name);
    const t11 = closedForms.T11_GLT_EBA2018;
    const system = {
      assetsUsd: Float64Array.from(banks, (b) => b.assets),
      equityUsd: Float64Array.from(banks, (b) => b.CET1),
      holdingsUsd: Float64Array.from(banks.flatMap((b) => [b.gov, b.corp])),
      impactPerUsd: Float64Array.of(t11.L_per_EURm, t11.L_per_EURm),
    };
    const { directFrac, aggregateFrac, systemicFrac } = vulnerability(system, Float64Array.of(-t11.shock_gov, 0));
    expect(aggregateFrac).to.be.closeTo(t11.aggregate_vulnerability, 1e-14);
    expect(directFrac).to.be.closeTo(t11.direct_loss_over_equity, 1e-14);
    names.forEach((name, n) => expect(systemicFrac[n]!).to.be.closeTo(t11.systemicness[name]!, 1e-15));
  });
});

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  expect(actual.length).to.equal(expected.length);
  Array.from(expected).forEach((x, i) => expect(actual[i]!).to.be.closeTo(x, tolerance * Math.max(1, Math.abs(x))));
}
