import { expect } from "chai";
import { WordsMalformed, splitWords } from "../../../keeper/src/chain/words.js";
import { SwapReverted } from "../../../keeper/src/graph/uniswap-v3/errors.js";
import { type OwnQuote, asItQuotes, decodeQuotes } from "../../../keeper/src/liquidity/own-quotes.js";

/** Pools that give a multiple of what goes in, and refuse more than they have. */
interface Multiple {
  readonly times: bigint;
  readonly most: bigint;
}
const quote = ({ times, most }: Multiple, _i: number, _j: number, amountIn: bigint): bigint => {
  if (amountIn > most) throw new SwapReverted("most", `saw ${amountIn}`);
  return amountIn * times;
};
const own = (amountIn: bigint, given: bigint | undefined): OwnQuote => ({ i: 0, j: 1, amountIn, given });
const CANDIDATES: readonly Multiple[] = [
  { times: 2n, most: 100n },
  { times: 3n, most: 100n },
  { times: 3n, most: 10n },
];

describe("asItQuotes", () => {
  it("default: the first candidate that gives every quote, refusals among them", () => {
    expect(asItQuotes(CANDIDATES, [own(5n, 15n), own(7n, 21n)], quote)).to.equal(CANDIDATES[1]);
    expect(asItQuotes(CANDIDATES, [own(5n, 15n), own(50n, undefined)], quote)).to.equal(CANDIDATES[2]);
    expect(asItQuotes(CANDIDATES, [own(0n, 0n)], quote)).to.equal(CANDIDATES[0]);
  });

  it("error: WordsMalformed where one quote is off by a unit, a refusal is missing, or all are refused", () => {
    for (const quotes of [
      [own(5n, 15n), own(7n, 22n)],
      [own(5n, 15n), own(500n, 1_500n)],
      [own(500n, undefined), own(600n, undefined)],
      [],
    ]) {
      expect(() => asItQuotes(CANDIDATES, quotes, quote)).to.throw(WordsMalformed, "do not follow from its state");
    }
  });

  it("behavior: what is no refusal of the pool is no answer, either", () => {
    const broken = (): bigint => {
      throw new TypeError("broken");
    };
    expect(() => asItQuotes(CANDIDATES, [own(5n, 15n)], broken)).to.throw(TypeError, "broken");
  });
});

describe("decodeQuotes", () => {
  it("default: amount, places and answer of each; all bits set is a refusal", () => {
    const word = (value: bigint): string => value.toString(16).padStart(64, "0");
    const words = [7n, (2n << 136n) | (1n << 128n) | 500n, 499n, 9n << 128n, (1n << 256n) - 1n].map(word).join("");
    expect(decodeQuotes(splitWords(`0x${words}`), 1, 2)).to.deep.equal([
      { i: 1, j: 2, amountIn: 500n, given: 499n },
      { i: 9, j: 0, amountIn: 0n, given: undefined },
    ]);
  });
});
