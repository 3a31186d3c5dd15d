import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Book, Remainder } from "../../../keeper/src/books/book.js";
import { BookSourceMalformed } from "../../../keeper/src/books/errors.js";
import { INCENTIVE_BONUS_BPS, LEGACY_WBTC, MARKETS } from "../../../keeper/src/books/importers/compound-v2-markets.js";
import { loadBook } from "../../../keeper/src/books/load-book.js";
import { requireShared } from "../../shared-data.js";

const FOLDER = "data/positions-compound-v2-2023";
const ACCOUNTS = "accounts.jsonl.gz";

interface Token {
  readonly id: string;
  readonly cTokenBalance: string;
  readonly storedBorrowBalance: string;
  readonly totalUnderlyingSupplied: string;
  readonly totalUnderlyingRedeemed: string;
}

interface Row {
  readonly id: string;
  readonly totalBorrowValueInEth: string;
  readonly totalCollateralValueInEth: string;
  readonly tokens: readonly Token[];
}

const cTokenOf = (symbol: string): string =>
  Object.keys(MARKETS).find((market) => MARKETS[market]?.symbol === symbol && market !== LEGACY_WBTC) ?? "";

/** One line of the file. `tokens`: symbol or cToken, cTokens held, underlying owed. */
function line(id: string, totals: readonly [string, string], tokens: readonly (readonly [string, string, string])[]) {
  const [totalCollateralValueInEth, totalBorrowValueInEth] = totals;
  const listed = tokens.map(([market, cTokenBalance, storedBorrowBalance]) => ({
    id: `${market.startsWith("0x") ? market : cTokenOf(market)}-${id}`,
    cTokenBalance,
    storedBorrowBalance,
  }));
  return JSON.stringify({ id, totalBorrowValueInEth, totalCollateralValueInEth, tokens: listed });
}

const address = (n: number): string => `0x${n.toString(16).padStart(40, "0")}`;

/** One cETH lets borrow 0.0165 ETH, one cWBTC 0.21, a legacy one 0.18; USDC is worth 0.0005 ETH, WBTC 15. */
const WELL_FORMED: readonly string[] = [
  line(address(1), ["16.5", "0"], [["WETH", "1000", "0"]]),
  line(
    address(2),
    ["21", "0.5"],
    [
      ["WBTC", "100", "0"],
      ["USDC", "0", "1000"],
    ],
  ),
  line(
    address(3),
    ["18", "15"],
    [
      [LEGACY_WBTC, "100", "0"],
      ["WBTC", "0", "1"],
    ],
  ),
  line(
    address(4),
    ["33", "16.5"],
    [
      ["WETH", "2000", "0"],
      ["USDC", "0", "2000"],
      ["WBTC", "0", "1"],
    ],
  ),
  line(address(5), ["0", "0"], [["USDC", "0", "0"]]),
  line(address(6), ["0", "0.5"], [["USDC", "0", "1000"]]),
  line(address(7), ["-1.65", "0"], [["WETH", "-100", "0"]]),
  line(
    address(8),
    ["16.5", "0"],
    [
      ["WETH", "1000", "0"],
      ["USDT", "500", "0"],
    ],
  ),
];

const sumOf = (
  remainders: readonly Remainder[],
  handling: Remainder["handling"],
): readonly [number, bigint, bigint] => {
  const found = remainders.filter((remainder) => remainder.handling === handling);
  return [
    found.length,
    found.reduce((sum, { fileValue }) => sum + fileValue, 0n),
    found.reduce((sum, { placedValue }) => sum + placedValue, 0n),
  ];
};

describe("importer compound-v2-2023-05", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "compound-"));
    writeFileSync(join(folder, "prices.json.gz"), gzipSync("{}"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const bookOf = (lines: readonly string[]): Book => {
    writeFileSync(join(folder, ACCOUNTS), gzipSync(`${lines.join("\n")}\n`));
    return loadBook(folder);
  };

  describe("on a file of eight accounts", () => {
    it("opens whoever holds collateral, with the amounts behind the totals", () => {
      const { accounts } = bookOf(WELL_FORMED);
      expect(accounts.map(({ id }) => id)).to.deep.equal([1, 2, 3, 4, 8].map(address));
      expect(accounts[0]?.collateral).to.deep.equal([{ symbol: "WETH", units: 20n * 10n ** 18n }]);
      // 21 ETH of limit at a factor of 70 % are 30 ETH, two WBTC.
      expect(accounts[1]?.collateral).to.deep.equal([{ symbol: "WBTC", units: 200_000_000n }]);
      expect(accounts[1]?.debt).to.deep.equal([{ symbol: "USDC", units: 1_000_000_000n }]);
      expect(accounts[1]?.healthFactor).to.equal(42);
    });

    it("places interest on the debts in proportion: 16.5 ETH are owed, 16 were stored", () => {
      const { accounts, remainders } = bookOf(WELL_FORMED);
      expect(accounts[3]?.debt).to.deep.equal([
        { symbol: "USDC", units: (2_000_000_000n * 165n) / 160n },
        { symbol: "WBTC", units: (100_000_000n * 165n) / 160n },
      ]);
      expect(sumOf(remainders, "accrued")).to.deep.equal([3, 5n * 10n ** 17n, 5n * 10n ** 17n]);
    });

    it("moves legacy WBTC to as much WBTC as has the same limit", () => {
      const { accounts, remainders } = bookOf(WELL_FORMED);
      expect(accounts[2]?.collateral).to.deep.equal([{ symbol: "WBTC", units: 171_428_571n }]);
      const [entries, fileValue, placedValue] = sumOf(remainders, "legacy");
      expect([entries, fileValue]).to.deep.equal([1, 30n * 10n ** 18n]);
      expect(placedValue).to.equal((18n * 10n ** 19n + 3n) / 7n);
    });

    it("counts what it cannot place", () => {
      const { remainders, source } = bookOf(WELL_FORMED);
      expect(source).to.match(/8 that ever borrowed, of which 1 neither held nor owed a raw unit/);
      expect(sumOf(remainders, "unbacked")).to.deep.equal([1, 5n * 10n ** 17n, 0n]);
      expect(sumOf(remainders, "negative")).to.deep.equal([1, -165n * 10n ** 16n, 0n]);
      expect(sumOf(remainders, "not-collateral")[0]).to.equal(1);
    });

    it("error: BookSourceMalformed for a total that its balances do not make", () => {
      const wrong = line(
        address(9),
        ["17", "0"],
        [
          ["WETH", "1000.5", "0"],
          ["WBTC", "0.01", "0"],
        ],
      );
      expect(() => bookOf([...WELL_FORMED, wrong])).to.throw(BookSourceMalformed, /row 9: saw a collateral total/);
    });

    it("error: BookSourceMalformed for a market that nobody knows", () => {
      const wrong = line(address(9), ["1", "0"], [[address(77), "1", "0"]]);
      expect(() => bookOf([...WELL_FORMED, wrong])).to.throw(BookSourceMalformed, /row 9: saw cToken 0x0+4d/);
    });

    it("error: BookSourceMalformed for a line that is no account", () => {
      expect(() => bookOf([...WELL_FORMED, "{"])).to.throw(BookSourceMalformed, /row 9/);
      expect(() => bookOf([line(address(1), ["?", "0"], [])])).to.throw(BookSourceMalformed, /row 1: saw totalColl/);
    });
  });

  describe("on the recorded file", function () {
    let rows: Row[];
    let book: Book;

    before(function () {
      this.timeout(60_000);
      const shared = requireShared(this, FOLDER);
      rows = gunzipSync(readFileSync(join(shared, ACCOUNTS)))
        .toString("utf8")
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text) as Row);
      book = loadBook(shared);
    });

    it("accounts for all 29,369: opened, closed, unbacked, or below zero", () => {
      expect(rows).to.have.length(29_369);
      const below = rows.filter(({ tokens }) => tokens.some(({ cTokenBalance }) => cTokenBalance.startsWith("-")));
      const whole = rows.filter((row) => !below.includes(row));
      const secured = whole.filter((row) => Number(row.totalCollateralValueInEth) > 0);
      const unbacked = whole.filter(
        (r) => Number(r.totalCollateralValueInEth) === 0 && Number(r.totalBorrowValueInEth) > 0,
      );
      expect(sumOf(book.remainders, "negative")[0]).to.equal(below.length).and.equal(2);
      const dust = secured.length - book.accounts.length;
      expect(dust, "limits too small for one raw unit").to.be.within(0, 60);
      const opened = new Set(book.accounts.map(({ id }) => id));
      const lost = secured.filter(
        ({ id, totalCollateralValueInEth }) => !opened.has(id) && Number(totalCollateralValueInEth) > 1e-6,
      );
      expect(lost).to.deep.equal([]);
      expect(sumOf(book.remainders, "unbacked")[0]).to.be.within(unbacked.length, unbacked.length + dust);
    });

    it("computes the health factor of every account that may owe, and owes, more than a twentieth of an ETH", () => {
      const terms = new Map(book.assets.map((a) => [a.symbol, a]));
      const value = (amounts: Book["accounts"][number]["debt"], weigh: boolean): number =>
        amounts.reduce((sum, { symbol, units }) => {
          const asset = terms.get(symbol);
          const weight = weigh ? (asset?.liquidationThresholdBps ?? 0) / 10_000 : 1;
          return sum + (Number(units) / 10 ** (asset?.decimals ?? 0)) * Number(asset?.price) * weight;
        }, 0);
      const byId = new Map(rows.map((row) => [row.id, row]));
      let checked = 0;
      for (const { id, collateral, debt } of book.accounts) {
        const row = byId.get(id);
        if (
          row === undefined ||
          Math.min(Number(row.totalBorrowValueInEth), Number(row.totalCollateralValueInEth)) < 0.05
        )
          continue;
        checked++;
        const stated = Number(row.totalCollateralValueInEth) / Number(row.totalBorrowValueInEth);
        expect(value(collateral, true) / value(debt, false) / stated, id).to.be.closeTo(1, 1e-5);
      }
      expect(checked).to.be.greaterThan(2_000);
    });

    it("keeps the file's debt to the last ETH: 300,000.69 in total", () => {
      const total = rows.reduce((sum, row) => sum + Number(row.totalBorrowValueInEth), 0);
      const prices = new Map(
        book.assets.map(({ symbol, price, decimals }) => [symbol, Number(price) / 10 ** decimals]),
      );
      const placed = book.accounts
        .flatMap(({ debt }) => debt)
        .reduce((sum, { symbol, units }) => sum + Number(units) * (prices.get(symbol) ?? NaN), 0);
      const unbacked = Number(sumOf(book.remainders, "unbacked")[1]) / 1e18;
      expect(total).to.be.closeTo(300_000.69, 0.01);
      expect(placed + unbacked).to.be.closeTo(total, 1e-4);
    });

    it("has collateral factors that the data bear out", () => {
      const shortfall = new Map(Object.keys(MARKETS).map((market) => [market, factorShortfall(rows, market)]));
      for (const symbol of ["WETH", "USDC", "DAI", "WBTC", "ZRX", "BAT"]) {
        expect(Math.abs(shortfall.get(cTokenOf(symbol)) ?? NaN), symbol).to.be.below(0.005);
      }
      for (const symbol of ["UNI", "COMP", "LINK", "AAVE", "SUSHI"]) {
        expect(shortfall.get(cTokenOf(symbol)), symbol).to.be.within(0, 0.035);
      }
      expect(shortfall.get(LEGACY_WBTC)).to.be.within(0, 0.01);
      expect(shortfall.get(cTokenOf("YFI"))).to.be.within(0, 0.08);
    });

    it("has, with those factors, the prices of 9 May 2023 on an exchange", function () {
      const prices = requireShared(this, "data/prices-1h");
      const eth = closesOn("2023-05-09", join(prices, "ETHUSDT_1h_6years.csv.gz"));
      for (const [symbol, file] of [
        ["WBTC", "BTC"],
        ["LINK", "LINK"],
        ["AAVE", "AAVE"],
      ] as const) {
        const closes = closesOn("2023-05-09", join(prices, `binance_${file}USDT_1h.csv.gz`));
        const ratios = closes.map((close, hour) => close / (eth[hour] ?? NaN));
        const { limit, rate } = signsOf(rows, cTokenOf(symbol));
        const implied = limit / (rate * ((MARKETS[cTokenOf(symbol)]?.factorBps ?? NaN) / 10_000));
        expect(implied, symbol).to.be.within(0.995 * Math.min(...ratios), 1.005 * Math.max(...ratios));
      }
      expect(Number(book.ethUsd)).to.be.within(Math.min(...eth), Math.max(...eth));
    });

    it("gives every secured market Compound's incentive", () => {
      for (const { symbol, liquidationBonusBps, ltvBps } of book.assets) {
        expect(liquidationBonusBps, symbol).to.equal(ltvBps === 0 ? 0 : INCENTIVE_BONUS_BPS);
      }
    });
  });
});

/** Closes of one UTC day, by the name of its file. */
function closesOn(day: string, path: string): number[] {
  const [head = "", ...lines] = gunzipSync(readFileSync(path)).toString("utf8").split("\n");
  const close = head.split(",").indexOf("close");
  return lines.filter((text) => text.startsWith(day)).map((text) => Number(text.split(",")[close]));
}

/**
 * The factor from memory less the one that the data suggest: limit per cToken over the freshest debt's price and the
 * latest supplier's exchange rate. Debts carry interest, which makes the price too high and the suggestion too low.
 */
function factorShortfall(rows: readonly Row[], market: string): number {
  const { limit, price, rate } = signsOf(rows, market);
  return (MARKETS[market]?.factorBps ?? NaN) / 10_000 - limit / (price * rate);
}

function signsOf(rows: readonly Row[], market: string): { limit: number; price: number; rate: number } {
  let [limit, price, rate] = [0, Infinity, 0];
  for (const { tokens, totalCollateralValueInEth, totalBorrowValueInEth } of rows) {
    const held = tokens.filter(({ cTokenBalance }) => Number(cTokenBalance) !== 0);
    const owed = tokens.filter(({ storedBorrowBalance }) => Number(storedBorrowBalance) !== 0);
    if (held.length === 1 && held[0]?.id.startsWith(market)) {
      limit = Number(totalCollateralValueInEth) / Number(held[0].cTokenBalance);
    }
    if (owed.length === 1 && owed[0]?.id.startsWith(market)) {
      price = Math.min(price, Number(totalBorrowValueInEth) / Number(owed[0].storedBorrowBalance));
    }
    for (const token of held) {
      if (!token.id.startsWith(market) || Number(token.totalUnderlyingRedeemed) !== 0) continue;
      rate = Math.max(rate, Number(token.totalUnderlyingSupplied) / Number(token.cTokenBalance));
    }
  }
  return { limit, price, rate };
}
