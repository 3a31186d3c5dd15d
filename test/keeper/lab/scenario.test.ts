import { expect } from "chai";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  loadScenario,
  type Scenario,
  scenarioNames,
  scenarioPath,
  scenarioSource,
  type ScenarioSeries,
  ScenarioUnknown,
} from "../../../keeper/src/lab/scenarios/scenario.js";
import { requireShared } from "../../shared-data.js";

const HOUR = 3600;

function rows(path: string): string[][] {
  const [, ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  return lines.map((line) => line.split(","));
}

const utc = (text: string): number => Date.parse(`${text.replace(" ", "T")}Z`) / 1000;

const etherPrices = (scenario: Scenario, blockSeconds: number): number[] =>
  scenarioPath(scenario, blockSeconds).map(({ prices }) => prices.ETH ?? NaN);

function seriesOf(scenario: Scenario, symbol: string): ScenarioSeries {
  const series = scenario.series.find((one) => one.symbol === symbol);
  if (series === undefined) throw new Error(`expected a series of ${symbol} in ${scenario.name}`);
  return series;
}

describe("loadScenario", () => {
  it("knows the three that the lab promises", () => {
    expect(scenarioNames()).to.include.members(["2020-03-12", "2021-05-19", "2022-06-steth"]);
  });

  it("names its own file and a source for every series", () => {
    for (const name of scenarioNames()) {
      const scenario = loadScenario(name);
      expect(scenario.name).to.equal(name);
      for (const { source } of scenario.series) expect(scenarioSource(scenario)).to.include(source);
    }
  });

  it("error: ScenarioUnknown lists every name", () => {
    expect(() => loadScenario("2020-03-13")).to.throw(ScenarioUnknown, scenarioNames().join(", "));
  });

  it("error: ScenarioUnknown for a path in place of a name", () => {
    expect(() => loadScenario("../scenarios/2020-03-12")).to.throw(ScenarioUnknown);
  });
});

describe("scenarioPath", () => {
  const crash = loadScenario("2020-03-12");

  it("takes a day in 288 blocks of five minutes, at real timestamps", () => {
    const path = scenarioPath(crash, 300);
    expect(path).to.have.length(289);
    expect(path[0]?.timestamp).to.equal(utc("2020-03-12 06:00:00"));
    expect(path[288]?.timestamp).to.equal(utc("2020-03-13 06:00:00"));
    expect(path.every(({ timestamp }, i) => timestamp === utc("2020-03-12 06:00:00") + 300 * i)).to.equal(true);
  });

  it("goes through the lowest and the highest price recorded", () => {
    for (const name of ["2020-03-12", "2021-05-19", "2022-06-steth"]) {
      const scenario = loadScenario(name);
      const series = seriesOf(scenario, "ETH");
      const candles = series.kind === "hourly-candles" ? series.candles : [];
      expect(Math.min(...etherPrices(scenario, 300))).to.equal(Math.min(...candles.map(([, , low]) => low)));
      expect(Math.max(...etherPrices(scenario, 300))).to.equal(Math.max(...candles.map(([, high]) => high)));
    }
  });

  it("is linear in log price between two points", () => {
    // 06:00 open 181.79, an hour that closed lower: high 181.82 at 06:20, low 172.00 at 06:40. Halfway: the geometric mean.
    const prices = etherPrices(crash, 600);
    expect(prices[2]).to.equal(181.82);
    expect(prices[4]).to.equal(172);
    expect(prices[3]).to.be.closeTo(Math.sqrt(181.82 * 172), 1e-9);
  });

  it("stays within the recorded range at any block time", () => {
    for (const blockSeconds of [12, 60, 420, 3600]) {
      const prices = etherPrices(crash, blockSeconds);
      expect(Math.min(...prices)).to.be.at.least(86);
      expect(Math.max(...prices)).to.be.at.most(181.82);
    }
  });

  it("quotes staked ether in USD through the price of ether", () => {
    const scenario = loadScenario("2022-06-steth");
    const ratios = scenarioPath(scenario, 300).map(({ prices }) => (prices.stETH ?? NaN) / (prices.ETH ?? NaN));
    expect(Math.min(...ratios)).to.be.closeTo(0.9307, 0.0005);
    expect(Math.max(...ratios)).to.be.below(0.96);
  });
});

describe("scenario files, against the recorded data", () => {
  it("hold the candles of their hours", function () {
    const file = requireShared(this, "data/prices-1h/ETHUSDT_1h_6years.csv.gz");
    const candles = new Map(rows(file).map(([at = "", ...rest]) => [utc(at), rest.slice(0, 4).map(Number)]));
    for (const name of scenarioNames()) {
      const scenario = loadScenario(name);
      const series = seriesOf(scenario, "ETH");
      const expected = Array.from({ length: (scenario.to - scenario.from) / HOUR }, (_, i) =>
        candles.get(scenario.from + i * HOUR),
      );
      expect(series.kind === "hourly-candles" && series.candles, name).to.deep.equal(expected);
      expect(file.endsWith(series.file)).to.equal(true);
    }
  });

  it("fall from the day's open to its low by the published 48.0 % and 44.1 %", function () {
    const file = requireShared(this, "data/prices-1h/ETHUSDT_1h_6years.csv.gz");
    const all = rows(file);
    for (const [day, drop] of [
      ["2020-03-12", 0.48],
      ["2021-05-19", 0.441],
    ] as const) {
      const hours = all.filter(([at = ""]) => at.startsWith(day));
      const low = Math.min(...hours.map(([, , , price]) => Number(price)));
      expect(1 - low / Number(hours[0]?.[1])).to.be.closeTo(drop, 0.0005);
      expect(etherPrices(loadScenario(day), 300)).to.include(low);
    }
  });

  it("hold stETH over ETH at stamps moved back by the lag", function () {
    const file = requireShared(this, "data/prices-coingecko-1h-2021-23/stETH_usd.csv.gz");
    const quotes = (path: string): [number, number][] =>
      rows(path).map(([, at, price]) => [Number(at) / 1000, Number(price)]);
    const ether = quotes(requireShared(this, "data/prices-coingecko-1h-2021-23/WETH_usd.csv.gz")).filter(
      ([at]) => at > utc("2022-06-16 00:00:00") && at < utc("2022-06-20 00:00:00"),
    );
    const scenario = loadScenario("2022-06-steth");
    const series = seriesOf(scenario, "stETH");
    if (series.kind !== "points") throw new Error("expected points");
    const expected = quotes(file)
      .filter(([at]) => at > utc("2022-06-16 12:00:00") && at < utc("2022-06-19 12:00:00"))
      .map(([at, price]): [number, number] => {
        const nearest = ether.reduce((best, one) => (Math.abs(one[0] - at) < Math.abs(best[0] - at) ? one : best));
        return [Math.floor(at) - series.stampLagSec, Number((price / nearest[1]).toPrecision(6))];
      })
      .filter(([at]) => at >= (series.points[0]?.[0] ?? 0) && at <= (series.points.at(-1)?.[0] ?? 0));
    expect(series.points).to.deep.equal(expected);
    expect(series.points[0]?.[0]).to.be.at.most(scenario.from);
    expect(series.points.at(-1)?.[0]).to.be.at.least(scenario.to);
  });

  it("have the lag that fits the exchange's candles best, among steps of 300 s", function () {
    const hourly = rows(requireShared(this, "data/prices-1h/ETHUSDT_1h_6years.csv.gz"));
    const opens = new Map(hourly.map(([at = "", open]) => [utc(at), Number(open)]));
    const month = rows(requireShared(this, "data/prices-coingecko-1h-2021-23/WETH_usd.csv.gz"))
      .map(([, at, price]) => ({ at: Number(at) / 1000, price: Number(price) }))
      .filter(({ at }) => at >= utc("2022-06-01 00:00:00") && at < utc("2022-06-29 00:00:00"));
    const openAt = (at: number): number => {
      const hour = Math.floor(at / HOUR) * HOUR;
      const share = (at - hour) / HOUR;
      return (opens.get(hour) ?? NaN) * (1 - share) + (opens.get(hour + HOUR) ?? NaN) * share;
    };
    const misfit = (lag: number): number =>
      month.reduce((sum, { at, price }) => sum + Math.abs(Math.log(price / openAt(at - lag))), 0);
    const lags = [-600, -300, 0, 300, 600, 900, 1800, 3600];
    const best = lags.reduce((low, lag) => (misfit(lag) < misfit(low) ? lag : low));
    const series = seriesOf(loadScenario("2022-06-steth"), "stETH");
    expect(series.kind === "points" && series.stampLagSec).to.equal(best);
  });
});
