import { expect } from "chai";
import { readFileSync } from "node:fs";
import { keccak256Hex } from "../../../keeper/src/keccak.js";
import { exp, ln, pow } from "../../../keeper/src/model/elementary.js";
import { normalQuantile } from "../../../keeper/src/model/scenarios/normal-quantile.js";

/** Made by MPFR to 320 bits (the program is in the file). Rows end in the nearest float64 and in what it leaves. */
const vectors = JSON.parse(readFileSync("test/vectors/elementary_mpfr.json", "utf8")) as Record<string, string[][]>;

type Row = readonly number[];

const functions: Record<string, (...args: Row) => number> = {
  exp: (x) => exp(x),
  ln: (x) => ln(x),
  pow: (x, y) => pow(x, y),
  normalQuantile: (p) => normalQuantile(p),
};

/** Most units in the last place that an output is off; the largest over the vector lies in the half below it. */
const maxUlps = { exp: 1, ln: 1, pow: 1, normalQuantile: 4.5 };

/** Keccak of every output's bits over the vector: a change of one bit anywhere is a new model (ADR 0005). */
const goldenDigest: Record<keyof typeof maxUlps, string> = {
  exp: "ab99bc74ac35a8c41f39a409b7ec26a034921f289e64102421716cccb67c16f5",
  ln: "bb7585028c97201a218191c46043e0a038e06175d601326bdfcdb44e68719e3c",
  pow: "bf22da34c92890de48ddaeb52571b31b0e52bc2b3c4aa513b169f60055c4b680",
  normalQuantile: "7dd5e4c71b405621f482df249a1af9df0f65b773edb4be83986ef32dc102cdf1",
};

/** Outputs bit by bit, to see at a glance what changed. */
const goldenBits: readonly (readonly [name: keyof typeof maxUlps, args: Row, bits: string])[] = [
  ["exp", [1], "4005bf0a8b14576a"],
  ["exp", [-0.1], "3fecf46d99d52b3a"],
  ["exp", [20.5], "41c7d6c4f0bcdd5c"],
  ["ln", [2], "3fe62e42fefa39ef"],
  ["ln", [10], "40026bb1bbb55516"],
  ["ln", [0.3], "bff34378fcbda721"],
  ["pow", [0.5, 0.3], "3fe9fdf8bcce533e"],
  ["pow", [0.5, 1.7], "3fd3b2c47bff8329"],
  ["pow", [1.05, 3.5], "3ff2faba1a680a8d"],
  ["normalQuantile", [0.01], "c0029c5c4630ff0e"],
  ["normalQuantile", [0.3], "bfe0c7e39582c5fa"],
  ["normalQuantile", [1e-12], "c01c234fba57a32a"],
];

describe("elementary functions against MPFR", () => {
  for (const [name, bound] of Object.entries(maxUlps)) {
    it(`${name}: within ${bound} ulp`, () => {
      const errors = rowsOf(name).map((row) =>
        ulpsOff(functions[name]!(...row.slice(0, -2)), row.at(-2)!, row.at(-1)!),
      );
      expect(errors).to.have.lengthOf(200);
      expect(Math.max(...errors)).to.be.within(bound - 0.5, bound);
    });
  }

  it("a nudge of one bit is seen", () => {
    const row = rowsOf("exp")[0]!;
    const next = floatOf((BigInt(`0x${bitsOf(exp(row[0]!))}`) + 1n).toString(16).padStart(16, "0"));
    expect(ulpsOff(next, row[1]!, row[2]!)).to.be.greaterThan(0.5);
  });
});

describe("elementary functions: golden bits", () => {
  for (const [name, digest] of Object.entries(goldenDigest)) {
    it(`${name}: the same bits over the whole vector`, () => {
      const outputs = rowsOf(name).map((row) => bitsOf(functions[name]!(...row.slice(0, -2))));
      expect(keccak256Hex(outputs.join(""))).to.equal(digest);
    });
  }

  for (const [name, args, bits] of goldenBits) {
    it(`${name}(${args.join(", ")}) is ${bits}`, () => {
      expect(bitsOf(functions[name]!(...args))).to.equal(bits);
    });
  }
});

describe("elementary functions at their ends", () => {
  it("exp", () => {
    expect([exp(-Infinity), exp(Infinity), exp(0), exp(710), exp(-746)]).to.deep.equal([0, Infinity, 1, Infinity, 0]);
    expect(exp(NaN)).to.be.NaN;
  });

  it("ln", () => {
    expect([ln(0), ln(1), ln(Infinity)]).to.deep.equal([-Infinity, 0, Infinity]);
    expect(ln(-1)).to.be.NaN;
  });

  it("pow", () => {
    expect([pow(2, 10), pow(0.5, 0), pow(0, 2), pow(0.5, 1e4)]).to.deep.equal([1024, 1, 0, 0]);
  });

  it("normalQuantile", () => {
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).to.deep.equal([-Infinity, 0, Infinity]);
    for (const outside of [-0.1, 1.1, NaN]) expect(normalQuantile(outside)).to.be.NaN;
  });
});

describe(normalQuantile.name, () => {
  it("mirrors: the antithetic twin of a draw is its negative, bit by bit", () => {
    for (let n = 1; n < 2 ** 12; n += 2) {
      const p = n / 2 ** 12;
      expect(normalQuantile(1 - p)).to.equal(-normalQuantile(p));
    }
  });

  it("rises, across the seams of its three parts too", () => {
    for (const seam of [0.075, 0.925, 1.3887943864964021e-11]) {
      for (let step = -20; step < 20; step++) {
        const p = seam * (1 + step * 1e-9);
        expect(normalQuantile(p)).to.be.at.most(normalQuantile(p * (1 + 1e-9)));
      }
    }
  });
});

function rowsOf(name: string): Row[] {
  return vectors[name]!.map((row) => row.map(floatOf));
}

function floatOf(bits: string): number {
  return Buffer.from(bits, "hex").readDoubleBE();
}

function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}

/** Distance of `value` from `nearest + rest`, in units in the last place of `nearest`. */
function ulpsOff(value: number, nearest: number, rest: number): number {
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(nearest))) - 52);
  return Math.abs(value - nearest - rest) / ulp;
}
