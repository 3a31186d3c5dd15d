import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Book, BookAccount } from "../../../keeper/src/books/book.js";
import { BookSourceMalformed } from "../../../keeper/src/books/errors.js";
import { loadBook } from "../../../keeper/src/books/load-book.js";
import { requireShared } from "../../shared-data.js";

const FOLDER = "data/positions-aave-steth-2023-06";
const B1 = "b1.csv.gz";
const B21 = "b21_debt_stables.csv.gz";
const STABLECOINS = ["usdc", "usdt", "dai", "fei", "tusd", "susd", "usdp", "frax", "gusd", "busd"];
const WAD = 10n ** 18n;

type Row = Readonly<Record<string, string>>;

function rowsOf(path: string): Row[] {
  const [head = "", ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((text, i) => [names[i] ?? "", text])));
}

/** `12.5` or `1.4e+25` scaled by 1e18, digits beyond cut. */
function wad(text: string): bigint {
  const [mantissa = "", exponent = "0"] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction.padEnd(60, "0");
  return (BigInt(digits) * 10n ** BigInt(18 + Number(exponent))) / 10n ** 60n;
}

interface Reserve {
  readonly price: bigint;
  readonly unit: bigint;
  readonly thresholdBps: bigint;
}

function reservesOf(book: Book): Map<string, Reserve> {
  return new Map(
    book.assets.map(({ symbol, decimals, price, liquidationThresholdBps }) => [
      symbol,
      { price: wad(price), unit: 10n ** BigInt(decimals), thresholdBps: BigInt(liquidationThresholdBps) },
    ]),
  );
}

interface AccountData {
  readonly collateral: bigint;
  readonly debt: bigint;
  readonly thresholdBps: bigint;
  readonly healthFactor: bigint;
  /** Value of one unit of the coarsest debt token, rounded up. */
  readonly debtUnit: bigint;
}

/**
 * Aave v3.0's GenericLogic.calculateUserAccountData at an index of one, line by line: values and the average threshold
 * rounded down, percentMul and wadDiv half up.
 */
function accountData(account: BookAccount, reserves: Map<string, Reserve>): AccountData {
  let collateral = 0n;
  let weighted = 0n;
  for (const { symbol, units } of account.collateral) {
    const reserve = reserves.get(symbol);
    if (reserve === undefined || reserve.thresholdBps === 0n) continue;
    const value = (units * reserve.price) / reserve.unit;
    collateral += value;
    weighted += value * reserve.thresholdBps;
  }
  let debt = 0n;
  let debtUnit = 1n;
  for (const { symbol, units } of account.debt) {
    const { price, unit } = reserves.get(symbol) ?? { price: 0n, unit: 1n };
    debt += (units * price) / unit;
    if (price / unit + 1n > debtUnit) debtUnit = price / unit + 1n;
  }
  const thresholdBps = weighted / collateral;
  const secured = (collateral * thresholdBps + 5_000n) / 10_000n;
  return { collateral, debt, thresholdBps, healthFactor: (secured * WAD + debt / 2n) / debt, debtUnit };
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

describe("importer aave-steth-2023-06", function () {
  let book: Book;
  let rows: Row[];
  let b1: Row[];
  let reserves: Map<string, Reserve>;

  before(function () {
    const folder = requireShared(this, FOLDER);
    book = loadBook(folder);
    b1 = rowsOf(join(folder, B1));
    rows = [...b1, ...rowsOf(join(folder, B21))];
    reserves = reservesOf(book);
  });

  it("holds every account of b1 and b21, in their order", () => {
    expect(b1).to.have.length(271);
    expect(book.accounts).to.have.length(271 + 646);
    expect(book.accounts.map(({ account }) => account)).to.deep.equal(rows.map(({ user }) => user));
  });

  it("is in ETH, at the file's prices, decimals and thresholds", () => {
    expect(book.base).to.equal("ETH");
    const last = rows.at(-1) ?? {};
    for (const name of STABLECOINS) {
      const asset = book.assets.find(({ symbol }) => symbol.toLowerCase() === name);
      expect(wad(asset?.price ?? "0"), name).to.equal(BigInt(last[`${name}_price`] ?? "0"));
      expect(asset?.decimals, name).to.equal(Number(last[`${name}_decimals`]));
      expect(asset?.liquidationThresholdBps, name).to.equal(Math.round(Number(last[`${name}_threshold`]) * 10_000));
    }
    expect(reserves.get("WETH")?.price).to.equal(WAD);
    for (const { amount = "", collateral_steth_calc: value = "" } of rows) {
      const ratio = Number(value) / Number(amount);
      expect(Number(reserves.get("stETH")?.price) / 1e18).to.be.closeTo(ratio, 1e-15);
    }
  });

  it("values a dollar at what the USDC price implies", () => {
    expect(Number(book.ethUsd) * 0.000580223303700951).to.be.closeTo(1, 1e-11);
  });

  it("gives every account the health factor of the file, as genuine Aave computes it", () => {
    const worst = { share: 0, id: "" };
    book.accounts.forEach((account, i) => {
      const stated = wad(rows[i]?.healthf ?? "0");
      const { healthFactor, debt, debtUnit } = accountData(account, reserves);
      const off = magnitude(healthFactor - stated);
      const allowed = [stated / 1_000_000n, (stated * debtUnit) / debt].reduce((a, b) => (a > b ? a : b));
      expect(off <= allowed, `${account.id}: ${healthFactor}, file ${stated}`).to.equal(true);
      const share = Number(off) / Number(stated);
      if (share > worst.share) Object.assign(worst, { share, id: account.id });
    });
    expect(worst.share, `worst: ${worst.id}`).to.be.below(1e-7);
  });

  it("keeps the totals of the file: debts everywhere, collateral where nothing was added", () => {
    const placed = new Set(book.remainders.filter(({ handling }) => handling === "rest").map(({ id }) => id));
    book.accounts.forEach((account, i) => {
      const { collateral, debt, debtUnit, thresholdBps } = accountData(account, reserves);
      const slack = (value: bigint): bigint => value / 10n ** 11n + 2n * debtUnit;
      const statedDebt = wad(rows[i]?.debt ?? "0");
      expect(magnitude(debt - statedDebt) <= slack(statedDebt), `${account.id} debt`).to.equal(true);
      if (placed.has(account.id)) return;
      const stated = wad(rows[i]?.collateral ?? "0");
      expect(magnitude(collateral - stated) <= stated / 10n ** 11n, `${account.id} collateral`).to.equal(true);
      expect(thresholdBps).to.equal(BigInt(rows[i]?.threshold ?? "0"));
    });
  });

  it("lists every amount that is not the file's own", () => {
    const listed = new Set(book.remainders.map(({ id, side }) => `${id} ${side}`));
    const unlisted = book.accounts.flatMap((account, i) => {
      const row = rows[i] ?? {};
      const stated = (side: "collateral" | "debt", symbol: string): bigint => {
        if (symbol === "stETH") return wad(row.amount ?? "0");
        if (symbol === "WETH") return wad(row.ethdebt ?? "0");
        return wad(row[`${symbol.toLowerCase()}${side === "debt" ? "" : "_collateral"}`] ?? "0") / WAD;
      };
      return (["collateral", "debt"] as const).flatMap((side) => {
        const changed = account[side].some(({ symbol, units }) => units !== stated(side, symbol));
        return changed && !listed.has(`${account.id} ${side}`) ? [`${account.id} ${side}`] : [];
      });
    });
    expect(unlisted).to.deep.equal([]);
  });

  it("counts as many unnamed remainders as the data set's README: 38 of b1, 284 of b21", () => {
    const totals = new Map(rows.map((row) => [row.user ?? "", row]));
    const material = book.remainders.filter(({ id, side, fileValue }) => {
      const total = wad(totals.get(id)?.[side] ?? "0");
      return magnitude(fileValue) * 1_000_000n > total;
    });
    const users = new Set(b1.map(({ user }) => user));
    expect(new Set(material.filter(({ id }) => users.has(id)).map(({ id }) => id)).size).to.equal(38);
    const b21Collateral = material.filter(({ id, side }) => !users.has(id) && side === "collateral");
    expect(new Set(b21Collateral.map(({ id }) => id)).size).to.equal(284);
  });

  it("places the unnamed collateral within 4 % of its value in all, and within 11 % of any account's collateral", () => {
    const rest = book.remainders.filter(({ handling }) => handling === "rest");
    const total = (values: readonly bigint[]): number => Number(values.reduce((sum, value) => sum + value, 0n)) / 1e18;
    const moved = rest.map(({ fileValue, placedValue }) => magnitude(placedValue - fileValue));
    expect(total(moved) / total(rest.map(({ fileValue }) => fileValue))).to.be.below(0.04);
    const collaterals = new Map(rows.map(({ user = "", collateral = "0" }) => [user, wad(collateral)]));
    rest.forEach(({ id }, i) => {
      expect(Number(moved[i]) / Number(collaterals.get(id)), id).to.be.below(0.11);
    });
  });

  it("names the one account whose stablecoins are no collateral", () => {
    const dropped = book.remainders.filter(({ handling }) => handling === "not-collateral");
    expect(dropped.map(({ id }) => id)).to.deep.equal(["0x35a9e56e105fc3080c46d935afca5b961dd34162"]);
    // 5.02 ETH of USDC supplied, while the protocol's total is 5.32 ETH, of which 4.95 is stETH.
    expect(Number(dropped[0]?.fileValue) / 1e18).to.be.closeTo(-5.0207, 1e-4);
  });

  describe("error: BookSourceMalformed", () => {
    let copy: string;

    beforeEach(function () {
      copy = mkdtempSync(join(tmpdir(), "book-"));
      for (const file of [B1, B21]) {
        writeFileSync(join(copy, file), readFileSync(join(requireShared(this, FOLDER), file)));
      }
    });

    afterEach(() => rmSync(copy, { recursive: true }));

    function edit(file: string, change: (text: string) => string): void {
      const path = join(copy, file);
      writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString("utf8"))));
    }

    it("a column that is gone", () => {
      edit(B1, (text) => text.replace("ethdebt", "weth"));
      expect(() => loadBook(copy)).to.throw(BookSourceMalformed, "b1.csv.gz, row 2: saw no column ethdebt");
    });

    it("a field that is no number", () => {
      edit(B1, (text) => text.replace("37887.22051631522,0,", "lots,0,"));
      expect(() => loadBook(copy)).to.throw(BookSourceMalformed, 'debt = "lots"');
    });

    it("a price that differs between rows", () => {
      edit(B21, (text) =>
        text.replace("580223303700951,6,0.875,6002684993677", "580223303700952,6,0.875,6002684993677"),
      );
      expect(() => loadBook(copy)).to.throw(BookSourceMalformed, "b21_debt_stables.csv.gz, row 3: saw USDC");
    });

    it("named debts above the total", () => {
      edit(B1, (text) => text.replace("37887.22051631522,0,", "37000.0,0,"));
      expect(() => loadBook(copy)).to.throw(BookSourceMalformed, "named debts above the total");
    });
  });
});
