import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import type { BookAsset } from "../../../keeper/src/books/book.js";
import { BookMalformed } from "../../../keeper/src/books/errors.js";
import { parseBook } from "../../../keeper/src/books/parse-book.js";

const FILE = "book.jsonl";
const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join("\n");

const weth = { asset: "WETH", amount: "10.5", price: "1850.25", threshold: 0.83 };
const usdc = { asset: "USDC", amount: "9000.1234567", price: 1 };
const alice = { id: "alice", collateral: [weth], debt: [usdc], healthFactor: 1.79 };

function assetOf(text: string, symbol: string): BookAsset | undefined {
  return parseBook(text, FILE).assets.find((asset) => asset.symbol === symbol);
}

describe("parseBook", () => {
  it("reads accounts without a header: prices in USD, 8 decimals", () => {
    const book = parseBook(lines(alice), FILE);
    expect(book.base).to.equal("USD");
    expect(book.accounts).to.have.length(1);
    expect(book.accounts[0]?.healthFactor).to.equal(1.79);
    expect(assetOf(lines(alice), "WETH")?.price).to.equal("1850.25");
  });

  it("rounds collateral down and debt up to raw units", () => {
    const exact = { ...alice, collateral: [{ ...weth, amount: "1.0000000000000000019" }] };
    const [account] = parseBook(lines(exact), FILE).accounts;
    expect(account?.collateral).to.deep.equal([{ symbol: "WETH", units: 10n ** 18n + 1n }]);
    expect(account?.debt).to.deep.equal([{ symbol: "USDC", units: 9000123457n }]);
  });

  it("keeps an address as the account, in lower case", () => {
    const id = "0x9600A48ED0f931d0c422D574e3275a90D8b22745";
    const [account] = parseBook(lines({ ...alice, id }), FILE).accounts;
    expect(account?.account).to.equal(id.toLowerCase());
    expect(account?.id).to.equal(id);
  });

  it("derives the account of any other id from its keccak", () => {
    const [account] = parseBook(lines(alice), FILE).accounts;
    expect(account?.account).to.equal(`0x${keccak256(toUtf8Bytes("bulkhead/book/alice")).slice(-40)}`);
  });

  it("takes base, names and asset terms from a header", () => {
    const header = {
      book: "bulkhead/book/1",
      name: "three loops",
      base: "ETH",
      ethUsd: "1723.47",
      source: "by hand",
      path: "2022-06-steth",
      assets: { WETH: { ltv: 0.8, bonus: 0.05 }, gold: { decimals: 4, follows: "USD" } },
    };
    const gold = { asset: "gold", amount: "1.23456", price: "0.000000000000000001", threshold: 0.5 };
    const text = lines(header, { id: "a", collateral: [{ ...weth, price: "1" }, gold], debt: [] });
    const book = parseBook(text, FILE);
    expect(book).to.deep.include({ name: "three loops", base: "ETH", ethUsd: "1723.47", path: "2022-06-steth" });
    expect(book.accounts[0]?.collateral[1]?.units).to.equal(12345n);
    expect(assetOf(text, "gold")).to.deep.include({ price: "0.000000000000000001", follows: "USD", decimals: 4 });
    expect(assetOf(text, "WETH")).to.deep.include({ ltvBps: 8000, liquidationBonusBps: 500, follows: "ETH" });
  });

  it("fills in terms that the pool accepts: LTV below the threshold, bonus within the collateral", () => {
    const steep = { ...weth, asset: "X", threshold: 0.98 };
    expect(assetOf(lines({ ...alice, collateral: [steep] }), "X")).to.deep.include({
      ltvBps: 9500,
      liquidationThresholdBps: 9800,
      liquidationBonusBps: 204,
    });
    expect(assetOf(lines(alice), "USDC")).to.deep.include({ ltvBps: 0, liquidationThresholdBps: 0, decimals: 6 });
  });

  it("skips empty lines and counts them", () => {
    const text = `\n${lines(alice)}\n\n{"id":`;
    expect(() => parseBook(text, FILE)).to.throw(BookMalformed, "book.jsonl, line 4");
  });

  it("learns a threshold from a later line", () => {
    const bob = { id: "bob", collateral: [{ ...usdc, threshold: 0.78 }], debt: [] };
    expect(assetOf(lines(alice, bob), "USDC")?.liquidationThresholdBps).to.equal(7800);
  });
});

describe("parseBook refuses", () => {
  const bob = (change: object): unknown => ({ ...alice, id: "bob", ...change });
  const cases: readonly (readonly [title: string, text: string, ...says: string[]])[] = [
    ["what is no JSON", `${lines(alice)}\nid: bob`, "line 2", "id: bob", "one JSON object"],
    ["an empty file", "", "no account"],
    ["a header alone", lines({ book: "bulkhead/book/1" }), "no account"],
    ["another version", lines({ book: "bulkhead/book/2" }, alice), "line 1", "bulkhead/book/2"],
    ["an unknown key", lines(alice, bob({ colateral: [] })), "line 2", "colateral"],
    ["a missing side", lines({ id: "a", collateral: [weth] }), "line 1", "debt = nothing"],
    ["no collateral", lines(bob({ collateral: [] })), "collateral = []"],
    ["a negative amount", lines(bob({ debt: [{ ...usdc, amount: "-1" }] })), 'debt.0.amount = "-1"', "decimal number"],
    ["a negative number", lines(bob({ debt: [{ ...usdc, amount: -1 }] })), "debt.0.amount = -1"],
    ["an amount below one unit", lines(bob({ debt: [{ ...usdc, amount: "0" }] })), "0 USDC", "at least one unit"],
    ["a price of zero", lines(bob({ debt: [{ ...usdc, price: "0" }] })), "USDC at 0", "a price above zero"],
    ["a threshold above one", lines(bob({ collateral: [{ ...weth, threshold: 83 }] })), "collateral.0.threshold = 83"],
    ["a split basis point", lines(bob({ collateral: [{ ...weth, threshold: 0.83005 }] })), "0.83005", "basis points"],
    ["an asset twice on a side", lines(bob({ debt: [usdc, usdc] })), "USDC twice"],
    ["an account twice", lines(alice, alice), "line 2", "first on line 1"],
    ["two prices of an asset", lines(alice, bob({ debt: [{ ...usdc, price: "1.01" }] })), "line 2", "1 on line 1"],
    [
      "two thresholds of an asset",
      lines(alice, bob({ collateral: [{ ...weth, threshold: 0.8 }] })),
      "line 2",
      "0.83 on line 1",
    ],
    ["ETH prices without ethUsd", lines({ book: "bulkhead/book/1", base: "ETH" }, alice), "ethUsd"],
    [
      "a bonus that the collateral cannot pay",
      lines({ book: "bulkhead/book/1", assets: { WETH: { bonus: 0.3 } } }, alice),
      "bonus 0.3",
    ],
    [
      "an LTV above the threshold",
      lines({ book: "bulkhead/book/1", assets: { WETH: { ltv: 0.9 } } }, alice),
      "ltv 0.9",
      "0.83",
    ],
  ];
  for (const [title, text, ...says] of cases) {
    it(title, () => {
      let message = "";
      try {
        parseBook(text, FILE);
      } catch (error) {
        expect(error).to.be.instanceOf(BookMalformed);
        message = (error as Error).message;
      }
      for (const said of [FILE, ...says]) expect(message).to.include(said);
      expect(message).to.include("docs/books.md").and.not.include("\n");
    });
  }
});
