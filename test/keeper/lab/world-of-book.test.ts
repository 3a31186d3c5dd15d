import { expect } from "chai";
import { loadBook } from "../../../keeper/src/books/load-book.js";
import { parseBook } from "../../../keeper/src/books/parse-book.js";
import { checkSpec } from "../../../keeper/src/lab/world/spec.js";
import { remainderLines, worldOfBook } from "../../../keeper/src/lab/world-of-book.js";
import { requireShared } from "../../shared-data.js";

const HEADER = { book: "bulkhead/book/1", base: "ETH", ethUsd: "1700" };
const ACCOUNT = {
  id: "a",
  collateral: [{ asset: "stETH", amount: "10", price: "0.99", threshold: 0.83 }],
  debt: [{ asset: "USDC", amount: "100.5", price: "0.0005" }],
};
const text = (...lines: readonly unknown[]): string => lines.map((line) => JSON.stringify(line)).join("\n");

describe("worldOfBook", () => {
  it("adds WETH to a book in ETH that lacks it, and lets it be borrowed", () => {
    const { spec } = worldOfBook(parseBook(text(HEADER, ACCOUNT), "a.jsonl"));
    const weth = spec.assets.find(({ symbol }) => symbol === "WETH");
    expect(weth).to.deep.include({ priceBase: "1", canBeBorrowed: true, canBeCollateral: true });
    expect(spec.ethUsd).to.equal("1700");
    expect(() => checkSpec({ ...spec, pools: [] })).to.not.throw();
  });

  it("lets be borrowed what somebody owes, and be collateral what has a threshold", () => {
    const { spec, accounts } = worldOfBook(parseBook(text(HEADER, ACCOUNT), "a.jsonl"));
    const asset = (symbol: string): object | undefined => spec.assets.find((one) => one.symbol === symbol);
    expect(asset("stETH")).to.deep.include({ canBeBorrowed: false, canBeCollateral: true, priceBase: "0.99" });
    expect(asset("USDC")).to.deep.include({ canBeBorrowed: true, canBeCollateral: false, decimals: 6 });
    expect(accounts[0]?.collateral).to.deep.equal([{ symbol: "stETH", units: 10n ** 19n }]);
    expect(accounts[0]?.debt).to.deep.equal([{ symbol: "USDC", units: 100_500_000n }]);
  });

  it("takes the stETH borrowers whole", function () {
    const book = loadBook(requireShared(this, "data/positions-aave-steth-2023-06"));
    const { spec, accounts } = worldOfBook(book);
    expect(() => checkSpec({ ...spec, pools: [] })).to.not.throw();
    expect(accounts).to.have.length(917);
    const collaterals = new Set(accounts.flatMap(({ collateral }) => collateral.map(({ symbol }) => symbol)));
    for (const { symbol, canBeCollateral, ltvBps } of spec.assets) {
      if (collaterals.has(symbol)) expect(canBeCollateral && ltvBps > 0, symbol).to.equal(true);
    }
  });
});

describe("remainderLines", () => {
  it("counts the accounts and the value of every kind", function () {
    const lines = remainderLines(loadBook(requireShared(this, "data/positions-aave-steth-2023-06")));
    expect(lines).to.have.length(5);
    expect(lines).to.include("debt, WETH: 38 accounts, 3462.783574 ETH unnamed, 3462.783574 ETH placed");
    expect(lines.some((line) => line.startsWith("collateral, rest: 333 accounts, 104526.477635 ETH"))).to.equal(true);
  });

  it("is silent about a book file", () => {
    expect(remainderLines(parseBook(text(HEADER, ACCOUNT), "a.jsonl"))).to.deep.equal([]);
  });
});
