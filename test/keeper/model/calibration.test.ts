import { expect } from "chai";
import {
  CalibrationError,
  canonicalCalibration,
  forcedSaleWindowSec,
  MODEL_VERSION,
  parseCalibration,
  valueFor,
} from "../../../keeper/src/model/calibration.js";
import { shippedCalibration } from "./calibration-file.js";

describe("parseCalibration", () => {
  for (const name of ["lab-1", "mainnet-1"] as const) {
    it(`reads ${name}`, () => {
      const calibration = shippedCalibration(name);
      expect(calibration.name).to.equal(name);
      expect(calibration.ladder.value).to.deep.equal([0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3]);
      expect(forcedSaleWindowSec(calibration)).to.equal(5 * calibration.recoverySec.value);
    });
  }

  it("error: CalibrationError names the field", () => {
    const good = shippedCalibration("lab-1");
    expect(() => parseCalibration({ ...good, recoverySec: { ...good.recoverySec, value: -1 } }))
      .to.throw(CalibrationError, "recoverySec.value")
      .with.property("cause");
    expect(() => parseCalibration({ ...good, surprise: 1 })).to.throw(CalibrationError, "surprise");
    const { value, window, date } = good.minCoverage;
    const unsourced = { value, window, date };
    expect(() => parseCalibration({ ...good, minCoverage: unsourced })).to.throw(
      CalibrationError,
      "minCoverage.source",
    );
    expect(() => parseCalibration({ ...good, sigmaDaily: { WETH: good.sigmaDaily["WETH"] } })).to.throw(
      CalibrationError,
    );
    expect(() => parseCalibration(null)).to.throw(CalibrationError, "(root)");
  });
});

describe("valueFor", () => {
  const { sigmaDaily } = shippedCalibration("lab-1");

  it("the symbol's own value, else the default's", () => {
    expect(valueFor(sigmaDaily, "WETH")).to.equal(0.0488);
    expect(valueFor(sigmaDaily, "NEVERHEARD")).to.equal(sigmaDaily["default"]!.value);
  });

  it("a token that calls itself like a method of every object is one more that nobody has heard of", () => {
    for (const symbol of ["constructor", "toString", "__proto__"]) {
      expect(valueFor(sigmaDaily, symbol), symbol).to.equal(sigmaDaily["default"]!.value);
    }
  });
});

describe("canonicalCalibration", () => {
  it("does not depend on the order of keys, and tells every value apart", () => {
    const good = shippedCalibration("lab-1");
    const turned = parseCalibration(Object.fromEntries(Object.entries(good).reverse()));
    expect(canonicalCalibration(turned)).to.equal(canonicalCalibration(good));
    expect(canonicalCalibration(shippedCalibration("mainnet-1"))).to.not.equal(canonicalCalibration(good));
    expect(MODEL_VERSION).to.match(/^\d+\.\d+\.\d+$/);
  });
});
