import { expect } from "chai";
import { parseBook } from "../../../keeper/src/books/parse-book.js";
import { bookAssetAddress, snapshotOfBook, type BookSetting } from "../../../keeper/src/books/snapshot-of-book.js";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { openBook } from "../../../keeper/src/model/book.js";

const LINES = [
  '{"book": "bulkhead/book/1", "name": "two loops", "base": "ETH", "ethUsd": "2000"}',
  '{"id": "b", "collateral": [{"asset": "stETH", "amount": "10", "price": "0.99", "threshold": 0.8}], "debt": [{"asset": "WETH", "amount": "6", "price": "1"}]}',
  '{"id": "a", "collateral": [{"asset": "stETH", "amount": "5", "price": "0.99", "threshold": 0.8}, {"asset": "rest", "amount": "1", "price": "1", "threshold": 0.7}], "debt": [{"asset": "USDC", "amount": "2000", "price": "0.0005"}]}',
];
const SETTING: BookSetting = {
  closeFactorBps: 5_000,
  timestamp: 1_700_000_000,
  claims: { stETH: "WETH" },
  calibratedAs: { rest: "WBTC" },
  pools: [],
};
const RULES = { stables: new Set(["USDC"]), quotes: ["WETH"], minPoolDepthUsd: 0 };

describe(snapshotOfBook.name, () => {
  const book = parseBook(LINES.join("\n"), "loops.jsonl");
  const snapshot = snapshotOfBook(book, SETTING);
  const venue = snapshot.venues[0]!;

  it("sorts assets and accounts by address, as a snapshot must be", () => {
    const assets = snapshot.assets.map(({ asset }) => asset);
    expect(assets)
      .to.deep.equal([...assets].sort())
      .and.have.length(4);
    const accounts = venue.accounts.map(({ account }) => account);
    expect(accounts)
      .to.deep.equal([...accounts].sort())
      .and.have.length(2);
    expect(venue.reserves.map(({ asset }) => asset)).to.deep.equal(assets);
  });

  it("supplies and owes what its accounts do", () => {
    const reserve = (symbol: string) => venue.reserves.find(({ asset }) => asset === bookAssetAddress(symbol))!;
    expect(reserve("stETH").suppliedUnits).to.equal(15n * 10n ** 18n);
    expect(reserve("WETH").debtUnits).to.equal(6n * 10n ** 18n);
    expect(reserve("USDC").debtUnits).to.equal(2_000_000_000n);
    expect(venue.totalDebtBase, "6 ETH and 2,000 USDC at 0.0005").to.equal(7n * 10n ** 18n);
  });

  it("names claims, and assets as the calibration knows them", () => {
    const named = new Map(snapshot.assets.map((asset) => [asset.asset, asset] as const));
    expect(named.get(bookAssetAddress("rest"))?.symbol).to.equal("WBTC");
    const claim = { asset: bookAssetAddress("WETH"), unitsWad: 10n ** 18n };
    expect(named.get(bookAssetAddress("stETH"))?.lookThrough).to.deep.equal([claim]);
  });

  it("gives the model the health factors that the book has by hand", () => {
    const { state } = buildSystem(snapshot, RULES);
    const opened = openBook(state);
    const byDebt = [...opened.healthFactor.keys()].sort((i, j) => opened.debtUsd[i]! - opened.debtUsd[j]!);
    expect(opened.debtUsd[byDebt[0]!]).to.be.closeTo(2_000, 1e-9);
    expect(opened.healthFactor[byDebt[0]!]).to.be.closeTo((5 * 0.99 * 0.8 + 0.7) / 1, 1e-12);
    expect(opened.healthFactor[byDebt[1]!]).to.be.closeTo((10 * 0.99 * 0.8) / 6, 1e-12);
    expect(state.coverageFrac).to.equal(1);
  });
});
