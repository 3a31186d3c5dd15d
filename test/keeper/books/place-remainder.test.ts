import { expect } from "chai";
import fc from "fast-check";
import { fitRest } from "../../../keeper/src/books/importers/place-remainder.js";

const WAD = 10n ** 18n;

/** The product that Aave takes: total value times the average threshold in whole basis points. */
function secured(named: { value: bigint; weighted: bigint }, restValue: bigint, restBps: bigint): bigint {
  const total = named.value + restValue;
  return total * ((named.weighted + restBps * restValue) / total);
}

describe("fitRest", () => {
  it("finds by hand: 100 at 83 % and a rest of 10 at 82 % average 82.90 %", () => {
    const named = { value: 100n * WAD, weighted: 100n * WAD * 8300n };
    const target = 110n * WAD * 8290n;
    const fit = fitRest(named, { target, preferredBps: 8290n, restBps: 8200n });
    expect(fit).to.deep.equal({ restValue: 10n * WAD, thresholdBps: 8290n });
  });

  it("adds nothing but dust where only the rounding of the average is to be explained", () => {
    const named = { value: 100n * WAD, weighted: 100n * WAD * 8300n };
    const fit = fitRest(named, { target: 100n * WAD * 8299n + 8299n, preferredBps: 8299n, restBps: 8200n });
    expect(fit).to.deep.equal({ restValue: 1n, thresholdBps: 8299n });
  });

  it("returns undefined where the named collateral is worth more than the target", () => {
    const named = { value: 100n * WAD, weighted: 100n * WAD * 8300n };
    expect(fitRest(named, { target: 90n * WAD * 8300n, preferredBps: 8300n, restBps: 8200n })).to.equal(undefined);
  });

  it("property: reproduces whatever an account of stETH and one more asset really holds", () => {
    const share = fc.bigInt({ min: WAD / 1000n, max: 50n * WAD });
    fc.assert(
      fc.property(share, fc.bigInt({ min: 6500n, max: 8900n }), (extra, extraBps) => {
        const named = { value: 10n * WAD, weighted: 10n * WAD * 8300n };
        const total = named.value + extra;
        const averageBps = (named.weighted + extra * extraBps) / total;
        const target = total * averageBps;
        fc.pre(target > named.weighted);
        const fit = fitRest(named, { target, preferredBps: averageBps, restBps: 8200n });
        const reached = secured(named, fit?.restValue ?? 0n, 8200n);
        // One unit of value times the average is the finest step there is.
        expect(target - reached >= 0n && target - reached < 10_000n).to.equal(true);
        expect(fit?.restValue ?? -1n).to.satisfy((value: bigint) => value >= 0n);
      }),
    );
  });
});
