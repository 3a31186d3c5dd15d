import { expect } from "chai";
import fc from "fast-check";
import {
  formatDecimal,
  isDecimal,
  parseDecimalDown,
  parseDecimalNearest,
  parseDecimalUp,
} from "../../../keeper/src/books/decimal.js";

describe("parseDecimal", () => {
  const cases = [
    { text: "1", decimals: 18, down: 10n ** 18n, up: 10n ** 18n, nearest: 10n ** 18n },
    { text: "0.1234567", decimals: 6, down: 123456n, up: 123457n, nearest: 123457n },
    { text: "0.1234564", decimals: 6, down: 123456n, up: 123457n, nearest: 123456n },
    { text: "0.0000005", decimals: 6, down: 0n, up: 1n, nearest: 1n },
    { text: "1e-7", decimals: 8, down: 10n, up: 10n, nearest: 10n },
    { text: "1.4397462924606643e+25", decimals: 0, down: 14397462924606643000000000n },
    { text: "500308098126.0", decimals: 0, down: 500308098126n, up: 500308098126n, nearest: 500308098126n },
    { text: "99999999999999999999.000000000000000001", decimals: 18, down: 99999999999999999999000000000000000001n },
  ];
  for (const { text, decimals, down, up = down, nearest = down } of cases) {
    it(`reads ${text} at ${decimals} decimals`, () => {
      expect(parseDecimalDown(text, decimals)).to.equal(down);
      expect(parseDecimalUp(text, decimals)).to.equal(up);
      expect(parseDecimalNearest(text, decimals)).to.equal(nearest);
    });
  }

  it("refuses what is no non-negative decimal", () => {
    for (const text of ["", "-1", "1,5", "0x10", "NaN", "1.", ".5", "1e9999", "١"]) {
      expect(isDecimal(text), text).to.equal(false);
      expect(() => parseDecimalDown(text, 18)).to.throw(RangeError);
    }
  });
});

describe("formatDecimal", () => {
  it("drops what is not needed", () => {
    expect(formatDecimal(580223303700951n, 18)).to.equal("0.000580223303700951");
    expect(formatDecimal(-1500000n, 6)).to.equal("-1.5");
    expect(formatDecimal(10n ** 18n, 18)).to.equal("1");
    expect(formatDecimal(1200n, 0)).to.equal("1200");
  });

  it("property: is read back exactly", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), fc.integer({ min: 0, max: 36 }), (value, decimals) => {
        const text = formatDecimal(value, decimals);
        expect(parseDecimalDown(text, decimals)).to.equal(value);
        expect(parseDecimalUp(text, decimals)).to.equal(value);
        expect(parseDecimalNearest(text, decimals)).to.equal(value);
      }),
    );
  });
});
