import { expect } from "chai";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Book } from "../../../keeper/src/books/book.js";
import { parseBook } from "../../../keeper/src/books/parse-book.js";
import { bookAssetAddress } from "../../../keeper/src/books/snapshot-of-book.js";
import { buildSystem } from "../../../keeper/src/graph/build-system.js";
import { baseSoldTo, walkOfPool } from "../../../keeper/src/graph/pool-walk.js";
import { dailyVolumeUsd, volumeDepthUsd } from "../../../keeper/src/lab/case-studies/exchange-depth.js";
import { pageOf } from "../../../keeper/src/lab/case-studies/page.js";
import { distributionPlot } from "../../../keeper/src/lab/case-studies/plots.js";
import { constantProduct, recordedPool, type Pair } from "../../../keeper/src/lab/case-studies/pools.js";
import { STUDIES, studySnapshot, type Study, type StudyPlan } from "../../../keeper/src/lab/case-studies/study.js";
import { repriced, snapshotOfBoth } from "../../../keeper/src/lab/case-studies/together.js";
import { usd } from "../../../keeper/src/lab/case-studies/wording.js";
import { CaseDataAbsent, staleCaseStudies, writeCaseStudies } from "../../../keeper/src/lab/case-studies/write.js";
import { explain } from "../../../keeper/src/model/assess.js";
import { parseCalibration } from "../../../keeper/src/model/calibration.js";
import type { UniswapV3Pool } from "../../../keeper/src/snapshot/pool-state.js";
import { requireShared } from "../../shared-data.js";

const CALIBRATION = "keeper/calibration/mainnet-1.json";
const WETH = { symbol: "WETH", decimals: 18, price: 1 };
const USDC = { symbol: "USDC", decimals: 6, price: 0.0005 };
const PAIRS: readonly Pair[] = [
  { base: WETH, quote: USDC },
  { base: USDC, quote: WETH },
];

/** Whole units of the base that bring the pool down by `drop`. */
function sold(pool: UniswapV3Pool, { base }: Pair, drop: number): number {
  const walk = walkOfPool(pool, pool.token0 === bookAssetAddress(base.symbol));
  return baseSoldTo(walk, walk.start * Math.sqrt(1 - drop)) / 10 ** base.decimals;
}

describe(constantProduct.name, () => {
  it("takes x (1/sqrt(1-d) - 1) of its base, and the fee, whichever token is the lower", () => {
    for (const pair of PAIRS) {
      const pool = constantProduct(pair, "test", 1_000);
      expect(pool.token0 < pool.token1).to.equal(true);
      for (const drop of [0.01, 0.1, 0.5]) {
        const expected = (1_000 * (1 / Math.sqrt(1 - drop) - 1)) / (1 - 0.0005);
        expect(sold(pool, pair, drop) / expected, `${pair.base.symbol} ${drop}`).to.be.closeTo(1, 1e-9);
      }
    }
  });
});

describe(recordedPool.name, () => {
  it("moves recorded ticks to the book's price by whole spacings, liquidity as it was", () => {
    const folder = mkdtempSync(join(tmpdir(), "pool-"));
    const path = join(folder, "pool.json.gz");
    // One range of 2,000 ticks on either side of the recorded price; its liquidity needs more than 53 bits.
    const liquidity = "123456789012345678";
    const scalars = `{"fee": 500, "tick_spacing": 10, "tick": 4003, "liquidity": ${liquidity}}`;
    const ticks = `{"2000": [${liquidity}, ${liquidity}, 1], "6000": [${liquidity}, -${liquidity}, 1]}`;
    writeFileSync(path, gzipSync(`{"name": "p", "block": 1, "scalars": ${scalars}, "tick_data": ${ticks}}`));
    for (const pair of PAIRS) {
      const pool = recordedPool(pair, path);
      const raw = (pair.base.price / pair.quote.price) * 10 ** (pair.quote.decimals - pair.base.decimals);
      expect(pool.liquidity).to.equal(123456789012345678n);
      const [low = 0, high = 0] = pool.ticks.map(([tick]) => tick);
      expect(high - low).to.equal(4_000);
      expect(Math.abs(Math.abs(low + high) / 2 - Math.abs(Math.log(raw) / Math.log(1.0001)))).to.be.below(20);
      const expected = (123456789012345678 / Math.sqrt(raw)) * (1 / Math.sqrt(0.9) - 1);
      expect((sold(pool, pair, 0.1) * (1 - 0.0005) * 10 ** pair.base.decimals) / expected).to.be.closeTo(1, 1e-9);
    }
    rmSync(folder, { recursive: true });
  });
});

describe(dailyVolumeUsd.name, () => {
  const folder = mkdtempSync(join(tmpdir(), "volume-"));
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "candles.csv.gz");
  const candles = [
    "2023-04-08 23:00:00,1,1,1,9,1000",
    "2023-04-09 00:00:00,1,1,1,2,300",
    "2023-05-08 23:00:00.5,1,1,1,3,100",
  ];

  it("is the mean of thirty days: the day before is in, the day itself and older ones are not", () => {
    const rows = [...candles, "2023-05-09 00:00:00,1,1,1,9,1000"];
    writeFileSync(path, gzipSync(["date,open,high,low,close,volume", ...rows].join("\n")));
    expect(dailyVolumeUsd(path, "2023-05-09")).to.be.closeTo((2 * 300 + 3 * 100) / 30, 1e-12);
  });

  it("error: RangeError where nothing was traded", () => {
    expect(() => dailyVolumeUsd(path, "2020-01-01")).to.throw(RangeError, /saw no volume/);
  });
});

describe(volumeDepthUsd.name, () => {
  it("by hand: 0.4 of a day's 10m over 5 %, for an hour", () => {
    expect(volumeDepthUsd(10e6, 0.05)).to.be.closeTo((0.4 * 10e6 * Math.sqrt(1 / 24)) / 0.05, 1e-6);
  });
});

describe(usd.name, () => {
  it("writes three digits, whatever the size", () => {
    const written = [27_355_963, 999_600, 1_351_003_842, 568, 0.8, -50.1, 0, NaN, Infinity].map(usd);
    const expected = ["$27.4m", "$1.00m", "$1.35bn", "$568", "$0.80", "-$50.1", "$0.00", "unknown", "no limit"];
    expect(written).to.deep.equal(expected);
  });
});

describe(distributionPlot.name, () => {
  it("draws every scenario once, hollow where nobody is liquidated", () => {
    const svg = distributionPlot("a book", Float64Array.from([0.5, 0, 0.001, 0]), 0.5);
    expect(svg.match(/<circle /g)).to.have.length(4);
    expect(svg.match(/fill="#fff" stroke/g)).to.have.length(2);
    expect(svg).to.contain("99 % quantile: 50 %");
  });
});

/** Forty borrowers of USDC against WETH, nearer and nearer to their limit. */
function smallBook(): Book {
  const accounts = Array.from({ length: 40 }, (_, i) =>
    JSON.stringify({
      id: `borrower ${i}`,
      collateral: [{ asset: "WETH", amount: "100", price: "1", threshold: 0.8 }],
      debt: [{ asset: "USDC", amount: String(157_000 - 3_000 * i), price: "0.0005" }],
    }),
  );
  const header = '{"book": "bulkhead/book/1", "name": "forty", "base": "ETH", "ethUsd": "2000"}';
  return parseBook([header, ...accounts].join("\n"), "forty.jsonl");
}

describe(pageOf.name, () => {
  const plan: StudyPlan = {
    id: "forty",
    title: "Forty borrowers",
    folder: "",
    day: "2023-01-01",
    closeFactorBps: 5_000,
    claims: {},
    calibratedAs: {},
    markets: [{ base: "WETH", quote: "USDC", from: "assumption", sideUsd: 2e6, what: "a constant product" }],
  };
  const calibration = parseCalibration(JSON.parse(readFileSync(CALIBRATION, "utf8")));
  const studyOf = (): Study => {
    const book = smallBook();
    const pools = [constantProduct({ base: WETH, quote: USDC }, "assumed", 1_000)];
    return { plan, book, calibration, snapshot: studySnapshot(plan, book, pools) };
  };

  it("gives the same bytes for the same book, and draws every picture that it shows", () => {
    const files = pageOf([studyOf()], null);
    expect([...pageOf([studyOf()], null)]).to.deep.equal([...files]);
    const page = files.get("case-studies.md") ?? "";
    const shown = [...page.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map((match) => match[1]);
    expect(shown)
      .to.have.members([...files.keys()].filter((name) => name !== "case-studies.md"))
      .and.have.length(2);
    for (const text of files.values()) expect(text).not.to.match(/NaN|undefined|Infinity/);
  });

  it("prints the scores that the keeper would publish", () => {
    const study = studyOf();
    const { assessment } = explain(study.snapshot, calibration);
    const { leverageX, liquidationAtRiskFrac } = assessment.subjects[0]!;
    const page = pageOf([study], null).get("case-studies.md") ?? "";
    expect(leverageX).to.be.greaterThan(1.1);
    expect(page).to.contain(`**${leverageX.toFixed(2)}x**`);
    expect(page).to.contain(`| ${(100 * liquidationAtRiskFrac).toFixed(2)} % of the debt`);
  });
});

describe(snapshotOfBoth.name, () => {
  /** One owner with an account in each book, and an asset that only the second knows. */
  const bookOf = (name: string, ethUsd: string, assets: readonly (readonly [string, string])[]): Book => {
    const collateral = assets.map(([asset, price]) => ({ asset, amount: "10", price, threshold: 0.8 }));
    const debt = [{ asset: "USDC", amount: "1000", price: String(1 / Number(ethUsd)) }];
    const header = { book: "bulkhead/book/1", name, base: "ETH", ethUsd };
    const lines = [header, { id: "owner", collateral, debt }].map((line) => JSON.stringify(line));
    return parseBook(lines.join("\n"), `${name}.jsonl`);
  };
  const first = bookOf("first", "2000", [["WETH", "1"]]);
  const second = repriced(
    bookOf("second", "1600", [
      ["WETH", "1"],
      ["stETH", "0.99"],
      ["DAI", "0.000625"],
    ]),
    first,
  );

  it("prices what both have as the first does, ether by ether, and dollars by the dollar", () => {
    const price = (symbol: string) => Number(second.assets.find((asset) => asset.symbol === symbol)?.price);
    expect([price("USDC"), price("WETH"), price("stETH")]).to.deep.equal([1 / 2000, 1, 0.99]);
    expect(price("DAI"), "one dollar, of which 2,000 make an ether").to.be.closeTo(1 / 2000, 1e-15);
    expect(second.ethUsd).to.equal("2000");
  });

  it("puts two venues over one set of assets, and knows their owner", () => {
    const snapshot = snapshotOfBoth({ ...STUDIES[0], claims: {}, markets: [] }, [first, second], []);
    expect(snapshot.assets).to.have.length(4);
    expect(snapshot.venues.map(({ reserves }) => reserves.length)).to.have.members([2, 4]);
    const { state } = buildSystem(snapshot, {
      stables: new Set(["USDC", "DAI"]),
      quotes: ["WETH"],
      minPoolDepthUsd: 0,
    });
    expect([state.accountVenue.length, state.owners.length]).to.deep.equal([2, 1]);
  });
});

describe(writeCaseStudies.name, () => {
  it("error: CaseDataAbsent without the recorded data, and writes nothing", () => {
    const docs = join(tmpdir(), "case-studies-absent");
    const folders = { data: join(docs, "nowhere"), calibration: CALIBRATION, docs };
    expect(() => writeCaseStudies(folders)).to.throw(CaseDataAbsent, /nowhere.*nothing was written/);
    expect(existsSync(docs)).to.equal(false);
  });

  it("has written what is committed", function () {
    this.timeout(300_000);
    const data = requireShared(this, "data");
    expect(
      staleCaseStudies({ data, calibration: CALIBRATION, docs: "docs" }),
      "run npm run case-studies",
    ).to.deep.equal([]);
  });
});
