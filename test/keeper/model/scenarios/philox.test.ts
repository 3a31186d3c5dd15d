import { expect } from "chai";
import { philox4x32, uniforms, type Words2, type Words4 } from "../../../../keeper/src/model/scenarios/philox.js";

/** Counter, key and answer: the lines `philox4x32 10` of Random123's `tests/kat_vectors`. */
const knownAnswers = [
  "00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
  "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd",
  "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1",
];

describe(philox4x32.name, () => {
  for (const line of knownAnswers) {
    it(`known answer ${line.slice(-35)}`, () => {
      const words = line.split(" ").map((word) => parseInt(word, 16));
      expect(philox4x32(four(words), two(words.slice(4)))).to.deep.equal(words.slice(6));
    });
  }

  it("agrees with the definition in bigints, on counters that carry everywhere", () => {
    for (let i = 0; i < 500; i++) {
      const word = (salt: number) => Math.imul(i + 1, 0x9e3779b1 + 2 * salt) >>> 0;
      const counter: Words4 = [word(1), word(2), word(3), word(4)];
      const key: Words2 = [word(5), word(6)];
      expect(philox4x32(counter, key)).to.deep.equal(philoxByDefinition(counter, key));
    }
  });
});

describe(uniforms.name, () => {
  const draws = Array.from({ length: 20_000 }, (_, i) => uniforms([i, 0, 0, 0], [1, 2])).flat();

  it("lie strictly inside (0, 1), and so do their mirrors", () => {
    expect(draws.filter((u) => !(u > 0 && u < 1))).to.deep.equal([]);
    expect(draws.filter((u) => 1 - (1 - u) !== u)).to.deep.equal([]);
  });

  it("fill a hundred bins evenly: chi-square of 99 degrees of freedom below its 99.9 % quantile, 148.2", () => {
    const bins = new Float64Array(100);
    for (const u of draws) bins[Math.floor(100 * u)]!++;
    const chi2 = bins.reduce((sum, seen) => sum + ((seen - 400) * (seen - 400)) / 400, 0);
    expect(chi2).to.be.lessThan(148.2);
  });
});

/** Salmon et al. 2011, section 3.3, in integers of any size. */
function philoxByDefinition(counter: Words4, key: Words2): number[] {
  let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const left = 0xd2511f53n * a;
    const right = 0xcd9e8d57n * c;
    [a, b, c, d] = [(right >> 32n) ^ b ^ k0, right & 0xffffffffn, (left >> 32n) ^ d ^ k1, left & 0xffffffffn];
    k0 = (k0 + 0x9e3779b9n) & 0xffffffffn;
    k1 = (k1 + 0xbb67ae85n) & 0xffffffffn;
  }
  return [a, b, c, d].map(Number);
}

function four(words: readonly number[]): Words4 {
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

function two(words: readonly number[]): Words2 {
  return [words[0]!, words[1]!];
}
