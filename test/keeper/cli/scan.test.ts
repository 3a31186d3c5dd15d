import { expect } from "chai";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import type { World } from "../../../keeper/src/lab/world/world.js";
import { snapshotHash } from "../../../keeper/src/snapshot/canonical.js";
import { parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import { buildLendingWorld, randomHistory } from "../venues/history.js";
import { truthOf } from "../venues/truth.js";
import { type Ending, bulkhead } from "./bulkhead-process.js";

const TABLES = [
  "assets",
  "exclusions",
  "feeds",
  "forced_sales",
  "perp_positions",
  "pools",
  "positions",
  "reserves",
  "venues",
];
const BASE_UNIT = 1e8;

interface Told {
  readonly out: string;
  readonly snapshotHash: string;
  readonly block: { readonly number: number; readonly hash: string };
  readonly venues: readonly { readonly kind: string; readonly collateralUsd: number; readonly debtUsd: number }[];
  readonly coverageFrac: number;
  readonly oldestFeed?: { readonly ageSec: number };
}

describe("bulkhead scan", function () {
  this.timeout(60_000);
  let chain: DevChain;
  let world: World;
  let folder: string;
  let sourcesFile: string;

  const at = (name: string): string => path.join(folder, name);
  const scan = (...args: string[]): Promise<Ending> =>
    bulkhead("scan", "--rpc", chain.url, "--chain-id", `${chain.chainId}`, "--sources", sourcesFile, ...args);
  const told = ({ stdout, stderr }: Ending): Told => {
    expect(stderr).to.equal("");
    return JSON.parse(stdout) as Told;
  };

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-scan-"));
    chain = await startEmbeddedChain({ genesisTime: 1_583_971_200 });
    world = await buildLendingWorld(chain);
    const history = randomHistory(world, 11);
    for (let step = 0; step < 40; step++) await history.step();
    sourcesFile = at("sources.json");
    const feeds = world.assets.flatMap(({ feed }) => feed?.proxy.address ?? []);
    const venues = [{ kind: "aave-v3", pool: world.aave.pool.address, fromBlock: 0 }];
    writeFileSync(sourcesFile, JSON.stringify({ venues, feeds }));
  });
  after(async () => {
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("default: the sums are the protocol's own, and the file is the snapshot of the hash", async () => {
    const summary = told(await scan("--json", "--out", at("first")));
    const text = readFileSync(path.join(at("first"), "snapshot.json"), "utf8");
    expect(snapshotHash(parseSnapshot(text))).to.equal(summary.snapshotHash);
    const accounts = parseSnapshot(text).venues[0]!.accounts.map(({ account }) => account);
    const truth = await truthOf(world, accounts);
    const usd = (of: "collateralBase" | "debtBase"): number =>
      Number(truth.reduce((sum, account) => sum + account[of], 0n)) / BASE_UNIT;
    const [venue] = summary.venues;
    // Aave rounds each amount of each account down to 1e-8 USD.
    expect(venue!.collateralUsd).to.be.closeTo(
      usd("collateralBase"),
      accounts.length * 4e-8 + 1e-12 * usd("collateralBase"),
    );
    expect(venue!.debtUsd).to.be.closeTo(usd("debtBase"), accounts.length * 4e-8 + 1e-12 * usd("debtBase"));
    expect(venue!.debtUsd).to.be.above(0);
    expect(summary.coverageFrac).to.be.closeTo(1, 1e-3);
  });

  it("behavior: tables as CSV and Parquet hold the same rows, and positions add up to the summary", async function () {
    // An optional package: where it is not installed, neither is Parquet.
    const duckdb = await import("@duckdb/node-api").catch(() => undefined);
    if (duckdb === undefined) return this.skip();
    const summary = told(await scan("--json", "--csv", "--parquet", "--out", at("tables")));
    const files = ["csv", "parquet"].flatMap((kind) => TABLES.map((table) => `${table}.${kind}`));
    expect(readdirSync(at("tables")).sort()).to.deep.equal([...files, "snapshot.json"].sort());
    const instance = await duckdb.DuckDBInstance.create(":memory:");
    const duck = await instance.connect();
    const rowsOf = async (query: string) => (await duck.runAndReadAll(query)).getRowsJson();
    for (const table of TABLES) {
      const from = (kind: string): string => `'${path.join(at("tables"), `${table}.${kind}`)}'`;
      const csv = await rowsOf(`SELECT count(*) FROM read_csv(${from("csv")}, header = true, all_varchar = true)`);
      expect(await rowsOf(`SELECT count(*) FROM read_parquet(${from("parquet")})`), table).to.deep.equal(csv);
    }
    const positions = path.join(at("tables"), "positions.parquet");
    const sums = await rowsOf(`SELECT side, sum(usd) FROM read_parquet('${positions}') GROUP BY side ORDER BY side`);
    const [venue] = summary.venues;
    expect(sums.map(([side]) => side)).to.deep.equal(["collateral", "debt"]);
    expect(Number(sums[0]![1])).to.be.closeTo(venue!.collateralUsd, 1e-9 * venue!.collateralUsd);
    expect(Number(sums[1]![1])).to.be.closeTo(venue!.debtUsd, 1e-9 * venue!.debtUsd);
    duck.closeSync();
  });

  it("behavior: the same block gives the same bytes again, and may replace its own folder", async () => {
    const block = `${await chain.provider.getBlockNumber()}`;
    const first = told(await scan("--json", "--block", block, "--out", at("again")));
    const bytes = readFileSync(path.join(at("again"), "snapshot.json"), "utf8");
    const second = told(await scan("--json", "--block", block, "--out", at("again")));
    expect(second).to.deep.equal(first);
    expect(readFileSync(path.join(at("again"), "snapshot.json"), "utf8")).to.equal(bytes);
  });

  it("default: a person reads venues, chains, the oldest feed and what was left out", async () => {
    const { stdout } = await scan("--out", at("text"));
    expect(stdout).to.match(/^block \d+ \(0x[0-9a-f]{64}\)\nsnapshot 0x[0-9a-f]{64}, written to /);
    expect(stdout).to.match(new RegExp(`aave-v3 ${world.aave.pool.address}`));
    expect(stdout).to.match(/\n {2}holds .* WETH \(\$/);
    expect(stdout).to.match(/0 pools, \d+ feeds; the oldest: .* s old/);
    expect(stdout).to.match(/0 exclusions/);
  });

  it("error: a folder with something else in it is left as it is", async () => {
    mkdirSync(at("mine"));
    writeFileSync(path.join(at("mine"), "notes.txt"), "mine");
    const ending = await scan("--out", at("mine"));
    expect(ending.code).to.equal(1);
    expect(ending.stderr).to.match(/saw something that is no scan there, expected a new folder/);
    expect(readdirSync(at("mine"))).to.deep.equal(["notes.txt"]);
  });

  it("error: sources, blocks and numbers that cannot be meant; nothing is written", async () => {
    writeFileSync(at("bad.json"), JSON.stringify({ venues: [{ kind: "aave-v9", pool: "0x12", fromBlock: -1 }] }));
    const [sources, block, number] = await Promise.all([
      bulkhead("scan", "--rpc", chain.url, "--sources", at("bad.json"), "--out", at("none")),
      scan("--block", "soon", "--out", at("none")),
      scan("--timeout-ms", "1s", "--out", at("none")),
    ]);
    expect([sources.code, block.code, number.code]).to.deep.equal([2, 2, 2]);
    expect(sources.stderr).to.match(/bad\.json: venues\.0\.kind/);
    expect(block.stderr).to.match(/--block: saw soon, expected a block number or latest/);
    expect(number.stderr).to.match(/--timeout-ms: saw 1s, expected a whole number/);
    expect(existsSync(at("none"))).to.equal(false);
  });
});
