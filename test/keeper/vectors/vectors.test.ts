import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFile, passes } from "../../../scripts/vectors/check-file.js";
import { formats } from "../../../scripts/vectors/formats.js";

const FOLDER = "test/vectors";

/** A number of each file that is wrong by a little, and what the failing case is called. */
const WRONG: readonly (readonly [file: string, path: readonly (string | number)[], named: RegExp])[] = [
  ["aave_liquidation_tables", ["table9", "gap_emode", 3, "bad_debt_usd_m"], /gap_emode, gap 0.12/],
  ["aave_liquidation_tables", ["table6_breakpoints", 2, "HF0_published"], /table 6, LT 0.95, 12x: HF/],
  ["aave_v2_health_factor", ["rows", 5, "recomputed", "HF"], /block \d+, recomputed/],
  ["aave_v2_health_factor", ["rows", 7, "positions", 0, "priceEth"], /block \d+/],
  ["analytic_closed_forms", ["cases", "T1_geometric_rho0.5", "d_closed"], /T1_geometric_rho0.5/],
  ["analytic_closed_forms", ["cases", "T4_cpmm_profit_cap", "profit_at_half"], /T4/],
  ["analytic_closed_forms", ["cases", "T8_rogers_veraart_ex3_3", "least", 0], /T8_rogers/],
  ["analytic_closed_forms", ["cases", "T9_pause_put", "rows_T_F_BDclosed_BDmc", 3, 2], /T9_pause_put: 20 min/],
  ["analytic_closed_forms", ["cases", "T10_multiasset", "adjoint_w", 1], /T10/],
  ["analytic_closed_forms", ["cases", "T11_GLT_EBA2018", "systemicness", "IT28"], /T11/],
  ["analytic_closed_forms", ["cases", "T12_adl_prorata", "haircut", 1], /T12/],
  ["cascade_golden", ["runs", 3, "out", "bad_debt", 0], /run 3: n8_K3/],
  ["cascade_golden", ["jacobians", 1, "rho_h5"], /Jacobian of n12_K4/],
  ["clearing_eisenberg_noe_rogers_veraart", ["cases", 0, "clearing", 1], /systemicrisk_doc_example_EN/],
  ["debtrank_125", ["st_exact_default_each_debtrank", 3, 7], /stress of scenario 3/],
  ["debtrank_ring", ["cases", 2, "equityFinal", 1], /uniform shock/],
  ["eth_minutes_2021_01", ["summary", "rv_per_min"], /volatility/],
  ["firesale_eba2018", ["cases", 4, "price_corp"], /run 4/],
  ["firesale_sqrtlaw", ["cases", 2, "delta_lower", 1], /least drops/],
  ["hyperliquid_2025_10_10", ["totals", "total", "notional"], /totals/],
  ["lookthrough_balance_sheets", ["balance_sheets", "MakerDAO", "assets", "USDC"], /MakerDAO: totals/],
  ["neva_equities", ["cases", 8, "E_final", 0], /./],
  ["smartltv", ["grid", 11, "ltv"], /grid 11: ltv/],
  ["uniswap_v3_swaps", ["poolSwaps", 3, "expected", "tickAfter"], /tickAfter/],
  ["uniswap_v3_swaps", ["computeSwapStep", 0, "feeAmount"], /computeSwapStep: exact in capped/],
];

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The same data with one number half a percent larger, an integer at least by one. */
function wrongAt(data: Json, [key, ...rest]: readonly (string | number)[]): Json {
  if (key === undefined) {
    if (typeof data === "string") return (BigInt(data) + 1n).toString();
    if (typeof data !== "number") throw new Error(`saw ${JSON.stringify(data)}, expected a number: correct the path`);
    return Number.isInteger(data) ? data + 1 : data * 1.005;
  }
  if (Array.isArray(data)) return data.map((item, i) => (i === key ? wrongAt(item, rest) : item));
  const object = data as { [key: string]: Json };
  if (!(key in object))
    throw new Error(`saw keys ${Object.keys(object).join(", ")}, expected ${key}: correct the path`);
  return { ...object, [key]: wrongAt(object[key]!, rest) };
}

/** Of closed forms by name, those of one number of MODEL 10: the others take seconds, and are not what is wrong. */
function onlyOne(data: Json, [key, form]: readonly (string | number)[]): Json {
  const object = data as { [key: string]: Json };
  if (key !== "cases" || typeof form !== "string") return data;
  const id = form.split("_")[0]!;
  const kept = Object.entries(object["cases"]!).filter(
    ([name]) => name === form || (id !== "T1" && name.startsWith(`${id}_`)),
  );
  return { ...object, cases: Object.fromEntries(kept) as Json };
}

const read = (name: string): string => readFileSync(join(FOLDER, `${name}.json`), "utf8");

describe("vectors", function () {
  this.timeout(60_000); // the engine runs 20,000 accounts for each crowd
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "vectors-"))));
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  for (const name of new Set(WRONG.map(([file]) => file)).add("published_facts")) {
    it(`${name}: passes, whatever the file is called`, () => {
      const { cases, problem } = checkFile(write("copy.json", read(name)));
      expect(problem).to.equal(null);
      expect(cases.length).to.be.greaterThan(0);
      expect(cases.filter((one) => !passes(one))).to.deep.equal([]);
    });
  }

  for (const [name, path, named] of WRONG) {
    it(`${name}: ${path.join(".")} wrong by a little fails by name`, () => {
      const wrong = wrongAt(onlyOne(JSON.parse(read(name)) as Json, path), path);
      const { cases, problem } = checkFile(write("wrong.json", JSON.stringify(wrong)));
      expect(problem).to.equal(null);
      const failed = cases.filter((one) => !passes(one)).map((one) => one.name);
      expect(
        failed.some((one) => named.test(one)),
        failed.join("; "),
      ).to.equal(true);
    });
  }

  for (const where of ["in the table", "beside it"] as const) {
    it(`aave_liquidation_tables: lags and pools, ${where}, bare or with a heading`, () => {
      // MODEL 10, G6 and G9: rows that the file itself need not hold.
      const optional = {
        oracle_lag_at_8pct_gap: [0, 0.0031, 0.0159, 0.05].map((lag, r) => ({
          lag,
          bad_debt_usd_m: [0.58, 0.86, 2.03, 5.13][r]!,
        })),
        partial_cf05_pool2B: {
          note: "close factor 0.5",
          rows: [0.05, 0.08, 0.12, 0.2].map((gap, r) => ({
            gap,
            bad_debt_published_usd_m: [3.01, 5.51, 8.87, 15.7][r]!,
          })),
        },
      };
      const tables = JSON.parse(read("aave_liquidation_tables")) as { table9: object };
      const wider =
        where === "beside it" ? { ...tables, ...optional } : { ...tables, table9: { ...tables.table9, ...optional } };
      const { cases } = checkFile(write("wider.json", JSON.stringify(wider)));
      expect(cases.filter(({ name }) => /oracle lag|into a pool/.test(name))).to.have.length(8);
      expect(cases.filter((one) => !passes(one))).to.deep.equal([]);
    });
  }

  it("uniswap_v3_swaps: parts may be absent", () => {
    const { tickToSqrt } = JSON.parse(read("uniswap_v3_swaps")) as { tickToSqrt: object[] };
    const { cases, format } = checkFile(write("part.json", JSON.stringify({ tickToSqrt })));
    expect([cases.length, format?.name]).to.deep.equal([tickToSqrt.length, "uniswap_v3_swaps"]);
  });

  /** The cases of `name` after `change`, all of which have to be right: at least one. */
  const expectRight = (name: string, change: (data: never) => object): void => {
    const { cases, problem } = checkFile(
      write("changed.json", JSON.stringify(change(JSON.parse(read(name)) as never))),
    );
    expect(problem).to.equal(null);
    expect(cases.length).to.be.greaterThan(0);
    expect(cases.filter((one) => !passes(one))).to.deep.equal([]);
  };

  it("aave_liquidation_tables: lags in basis points, health factors with fewer digits", () => {
    expectRight(
      "aave_liquidation_tables",
      (data: { table6_breakpoints: { HF0_published: number }[]; table9: object }) => ({
        ...data,
        table6_breakpoints: data.table6_breakpoints.map((row) => ({
          ...row,
          HF0_published: Number(row.HF0_published.toFixed(3)),
        })),
        oracle_lag_at_8pct_gap: [0, 31, 159, 500].map((lag, r) => ({
          lag,
          bad_debt_usd_m: [0.58, 0.86, 2.03, 5.13][r]!,
        })),
      }),
    );
  });

  it("clearing: nobody who pays, nobody who owes, and no cases of the first peer", () => {
    const [nothing, one] = [
      [0, 0],
      [1, 1],
    ];
    const zero = { ea: nothing, alpha: 0.5, beta: 0.5, clearing: nothing };
    const broke = { ...zero, name: "broke", el: one, default: one };
    const free = { ...zero, name: "free", el: nothing, default: nothing };
    expectRight(
      "clearing_eisenberg_noe_rogers_veraart",
      ({ third_peer_literals }: { third_peer_literals: object[] }) => ({
        third_peer_literals: [
          ...third_peer_literals,
          { ...broke, L: [nothing, [3, 0]] },
          { ...free, L: [nothing, nothing] },
        ],
      }),
    );
  });

  it("debtrank_125: summaries of any scenarios, in any order, are known by name", () => {
    expectRight("debtrank_125", (data: Record<string, object[]>) => ({
      ...{ nodes: data["nodes"], exposures_coo: data["exposures_coo"] },
      default_each_debtrank_summary: data["default_each_debtrank_summary"]!.slice(5, 9).reverse(),
      uniform_shock_debtrank_summary: data["uniform_shock_debtrank_summary"]!.slice(2, 4),
    }));
  });

  it("firesale_sqrtlaw: an impact in other notation, and an input that is not there", () => {
    const toy = ({ inputs, toy_two_equilibria }: { inputs: object; toy_two_equilibria: object }) => ({
      inputs,
      cases: [] as object[],
      toy_two_equilibria: { ...toy_two_equilibria, impact: "delta = sqrt(2.2e-5*q)" },
    });
    expectRight("firesale_sqrtlaw", toy);
    const market = { name: "nowhere", kappa: 1, lambda_bar: 30, delta_lower: [0], delta_upper: [0] };
    const data = { ...toy(JSON.parse(read("firesale_sqrtlaw")) as never), cases: [market] };
    expect(checkFile(write("nowhere.json", JSON.stringify(data))).problem).to.match(
      /saw input "nowhere", expected one of/,
    );
  });

  it("cascade_golden: outputs may be absent; a row with nothing to compare does not pass", () => {
    type Golden = {
      systems: object;
      runs: { out: { price: number[] } }[];
      jacobians: { system: string; rho_h5: number }[];
    };
    const partial = ({ systems, runs, jacobians }: Golden) => ({
      systems,
      runs: runs.slice(0, 3).map((row) => ({ ...row, out: { price: row.out.price } })),
      jacobians: jacobians.map(({ system, rho_h5 }) => ({ system, rho_h5 })),
    });
    expectRight("cascade_golden", partial);
    const data = partial(JSON.parse(read("cascade_golden")) as Golden);
    const empty = { ...data, jacobians: data.jacobians.map(({ system }) => ({ system })) };
    const { cases } = checkFile(write("bare.json", JSON.stringify(empty)));
    expect(cases.filter((one) => !passes(one)).map(({ name }) => name)).to.deep.equal(
      data.jacobians.map(({ system }) => `Jacobian of ${system}`),
    );
  });

  it("analytic_closed_forms: several pools and positions, or none; some banks; units by any name", () => {
    const pool = (reserve: number, bonus: number) => {
      const profit = (x: number) => ((1 + bonus) * x * reserve) / (reserve + (1 + bonus) * x) - x;
      const [cap, best] = [(bonus * reserve) / (1 + bonus), (reserve * (Math.sqrt(1 + bonus) - 1)) / (1 + bonus)];
      return [
        { reserve, bonus, x_max: cap, profit_at_cap: 0, profit_at_half: profit(cap / 2) },
        { x_star: best, x_star_closed: best },
      ];
    };
    expectRight("analytic_closed_forms", () => ({ cases: { ...[...pool(1_000, 0.05), ...pool(70, 0.2)] } }));
    expectRight("analytic_closed_forms", ({ cases }: { cases: Record<string, Record<string, object>> }) => {
      const { systemicness, ...banks } = cases["T11_GLT_EBA2018"]!;
      const { lookthrough_to_ETH, ...claims } = cases["T6_leontief"]!;
      const some = Object.fromEntries(Object.entries(systemicness!).slice(4, 9));
      return {
        cases: {
          T4_cpmm_profit_argmax: cases["T4_cpmm_profit_argmax"],
          T9_no_recovery_pause_never_helps: cases["T9_no_recovery_pause_never_helps"],
          banks: { ...banks, systemicness: some },
          claims: { ...claims, lookthrough_to_USD: lookthrough_to_ETH },
        },
      };
    });
  });

  it("recognises each file as one format", () => {
    for (const name of new Set(WRONG.map(([file]) => file))) {
      const data: unknown = JSON.parse(read(name));
      expect(formats.filter(({ matches }) => matches(data)).map((format) => format.name)).to.have.length(1);
    }
  });

  it("says what is wrong with a file that it cannot compare", () => {
    const smart = JSON.parse(read("smartltv")) as { grid: object[] };
    const problems = [
      join(folder, "missing.json"),
      write("cut.json", read("smartltv").slice(0, 900)),
      write("strange.json", '{ "pools": [], "grid": 1 }'),
      write("list.json", "[1, 2]"),
      write("gap.json", JSON.stringify({ ...smart, grid: smart.grid.map((row, r) => (r === 2 ? { clf: 1 } : row)) })),
      write("empty.json", '{ "facts": [] }'),
    ].map((file) => checkFile(file).problem ?? "none");
    const expected = [
      "no such file",
      "not JSON",
      "saw keys pools, grid",
      "saw keys 0, 1",
      "at grid.2.sigma",
      "saw no case",
    ];
    expected.forEach((part, i) => expect(problems[i]).to.include(part));
  });

  it("adds nothing up that is no number", () => {
    expect(passes({ name: "x", error: NaN, tolerance: 1 })).to.equal(false);
  });
});

describe("scripts/vectors.ts", function () {
  this.timeout(60_000); // a process of its own, which compiles what it imports
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "scripts/vectors.ts", ...args], {
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  it("ends with a line of JSON for each file, in order, and with 1 if anything fails; the rest still runs", () => {
    const [good, bad] = [join(FOLDER, "smartltv.json"), join(FOLDER, "no-such-file.json")];
    const { status, stdout } = run(good, bad, good);
    expect(status).to.equal(1);
    const last = stdout.trimEnd().split("\n").slice(-3);
    const lines = last.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => Object.keys(line).join())).to.deep.equal(Array(3).fill("file,cases,failed,worst"));
    expect(lines[0]).to.deep.include({ file: good, cases: 84, failed: 0 });
    expect(lines[1]).to.deep.equal({ file: bad, cases: 0, failed: 1, worst: null });
    expect(lines[2]).to.deep.equal(lines[0]);
    expect(stdout).to.match(/^pass {2}test\/vectors\/smartltv.json {2}smartltv$/m);
    expect(stdout).to.match(/^FAIL {2}test\/vectors\/no-such-file.json/m);
  });

  it("ends with 0 if all pass, with 2 and its usage if it cannot be used", () => {
    expect(run(join(FOLDER, "published_facts.json")).status).to.equal(0);
    const without = run();
    expect([without.status, without.stdout]).to.deep.equal([2, ""]);
    expect(without.stderr).to.include("usage: npm run -s vectors -- FILE...");
    expect(run("--bogus").status).to.equal(2);
    expect(run("--help").stdout).to.include("uniswap_v3_swaps");
  });
});
