import { expect } from "chai";
import { keccak256 } from "ethers";
import { subjectId, subjectName } from "../../../keeper/src/report/subject-id.js";
import { VENUE_A, WETH } from "./assessments.js";

/** The four words of `abi.encode(kind, chainId, venue, asset)`, written out by hand. */
const words = (...tails: string[]): string => keccak256(`0x${tails.map((tail) => tail.padStart(64, "0")).join("")}`);

describe("subjectId", () => {
  const venue = VENUE_A.slice(2);
  const asset = WETH.slice(2);

  it("is the hash of kind, chain, venue and asset, unused parts zero", () => {
    expect(subjectId({ kind: "system" }, 1)).to.equal(words("0", "1", "", ""));
    expect(subjectId({ kind: "asset", asset: WETH }, 1)).to.equal(words("1", "1", "", asset));
    expect(subjectId({ kind: "venue", venue: VENUE_A }, 31_337)).to.equal(words("2", "7a69", venue, ""));
    expect(subjectId({ kind: "market", venue: VENUE_A, asset: WETH }, 1)).to.equal(words("3", "1", venue, asset));
  });

  it("tells the same subject on two chains apart", () => {
    expect(subjectId({ kind: "system" }, 1)).not.to.equal(subjectId({ kind: "system" }, 10));
  });
});

describe("subjectName", () => {
  it("names every kind", () => {
    expect(subjectName({ kind: "system" })).to.equal("system");
    expect(subjectName({ kind: "asset", asset: WETH })).to.equal(`asset:${WETH}`);
    expect(subjectName({ kind: "venue", venue: VENUE_A })).to.equal(`venue:${VENUE_A}`);
    expect(subjectName({ kind: "market", venue: VENUE_A, asset: WETH })).to.equal(`market:${VENUE_A}/${WETH}`);
  });
});
