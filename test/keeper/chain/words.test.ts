import { expect } from "chai";
import { AbiCoder, encodeBytes32String, solidityPacked } from "ethers";
import { runInPortions } from "../../../keeper/src/chain/lens.js";
import {
  WordsMalformed,
  address,
  count,
  decodeRow,
  decodeText,
  flag,
  int,
  signedCount,
  splitWords,
  uint,
} from "../../../keeper/src/chain/words.js";
import type { Hex } from "../../../keeper/src/units.js";
import { expectRejection } from "./fixture.js";

const packed = (types: string[], values: unknown[]): Hex => solidityPacked(types, values) as Hex;

describe("decodeRow", () => {
  it("default: fields of a word, as ethers packs them", () => {
    const holder = "0x00000000000000000000000000000000deadbeef";
    const words = splitWords(packed(["uint16", "uint40", "uint40", "address"], [65_535, 2 ** 40 - 1, 7, holder]));
    const table = { id: count(0, 240, 16), late: count(0, 200, 40), early: uint(0, 160, 40), holder: address(0) };
    expect(decodeRow(words, 0, table)).to.deep.equal({ id: 65_535, late: 2 ** 40 - 1, early: 7n, holder });
  });

  it("default: signed fields at their extremes", () => {
    const words = splitWords(packed(["int104", "int24", "int128"], [0, -887_272, -(2n ** 127n)]));
    const table = { tick: signedCount(0, 128, 24), net: int(0, 0, 128) };
    expect(decodeRow(words, 0, table)).to.deep.equal({ tick: -887_272, net: -(2n ** 127n) });
    const most = splitWords(packed(["int104", "int24", "int128"], [0, 2 ** 23 - 1, 2n ** 127n - 1n]));
    expect(decodeRow(most, 0, table)).to.deep.equal({ tick: 2 ** 23 - 1, net: 2n ** 127n - 1n });
  });

  it("default: whole words, signed and not, and rows after the first", () => {
    const coder = AbiCoder.defaultAbiCoder();
    const words = splitWords(coder.encode(["int256", "uint256"], [-1n, 2n ** 256n - 1n]) as Hex);
    expect(decodeRow(words, 0, { value: int(0) })).to.deep.equal({ value: -1n });
    expect(decodeRow(words, 1, { value: uint(0) })).to.deep.equal({ value: 2n ** 256n - 1n });
  });

  it("default: each bit of a flag word", () => {
    for (let bit = 0; bit < 256; bit++) {
      const words = splitWords(packed(["uint256"], [1n << BigInt(bit)]));
      const row = decodeRow(words, 0, { it: flag(0, bit), next: flag(0, (bit + 1) % 256) });
      expect(row).to.deep.equal({ it: true, next: false });
    }
  });

  it("error: WordsMalformed for half a word and past the end", () => {
    expect(() => splitWords("0x1234")).to.throw(WordsMalformed, "2 bytes");
    expect(() => decodeRow(splitWords(packed(["uint256"], [1])), 0, { x: uint(1) })).to.throw(WordsMalformed);
  });
});

describe("decodeText", () => {
  it("default: text as bytes32, cut to its length", () => {
    const words = splitWords(encodeBytes32String("stETH") as Hex);
    expect(decodeText(words, 0, 5)).to.equal("stETH");
    expect(decodeText(words, 0, 0)).to.equal("");
  });

  it("behavior: what is not UTF-8 is no text", () => {
    expect(decodeText(splitWords(`0xff${"00".repeat(31)}`), 0, 1)).to.equal(undefined);
  });
});

describe("runInPortions", () => {
  it("default: every item once and in order, whatever an answer has room for", async () => {
    const items = Array.from({ length: 23 }, (_, i) => i);
    const asked: number[] = [];
    const rows = await runInPortions(items, 10, (portion) => {
      asked.push(portion.length);
      const done = Math.min(4, portion.length);
      return Promise.resolve({ rows: portion.slice(0, done).map((item) => item * 2), done });
    });
    expect(rows).to.deep.equal(items.map((item) => item * 2));
    expect(asked.slice(0, 3)).to.deep.equal([10, 10, 3]);
  });

  it("error: WordsMalformed where an answer has room for nothing", async () => {
    const stuck = runInPortions([1], 10, () => Promise.resolve({ rows: [], done: 0 }));
    await expectRejection(stuck, WordsMalformed);
  });
});
