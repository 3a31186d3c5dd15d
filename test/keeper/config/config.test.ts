import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { configJsonSchema } from "../../../keeper/src/config/schema.js";
import { readFileSync } from "node:fs";
import { ConfigInvalid, loadConfig, type Config, type Environment } from "../../../keeper/src/config.js";

const EXAMPLE = fileURLToPath(new URL("../../../keeper/config.example.yaml", import.meta.url));

type Json = Record<string, unknown>;

const minimal = (): Json => ({
  chain: { rpcUrls: ["http://127.0.0.1:8545"], chainId: 31_337 },
  contracts: { oracle: `0x${"11".repeat(20)}`, breaker: `0x${"22".repeat(20)}` },
  sources: { venues: [{ kind: "aave-v3", pool: `0x${"AA".repeat(20)}`, fromBlock: 0 }] },
  calibration: "calibration.json",
  operator: { keyFile: "operator.key" },
  listen: { port: 0 },
  dataDir: "data",
});

describe("loadConfig", () => {
  let folder: string;
  const load = (json: Json, environment: Environment = {}): Config => {
    const file = path.join(folder, "config.json");
    writeFileSync(file, JSON.stringify(json));
    return loadConfig(file, environment);
  };
  const faultOf = (json: Json, environment: Environment = {}): string => {
    try {
      load(json, environment);
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigInvalid);
      return String(error);
    }
    return "no fault";
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-config-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe("contracts.deployment", () => {
    const record = (chainId: number): Json => ({
      ...{ format: 1, chainId },
      contracts: {
        RiskOracle: { address: `0x${"AB".repeat(20)}` },
        CircuitBreaker: { address: `0x${"CD".repeat(20)}` },
        AccessManager: { address: `0x${"EF".repeat(20)}` },
      },
    });
    const withDeployment = (content: unknown, more: Json = {}): Json => {
      writeFileSync(path.join(folder, "deployment.json"), JSON.stringify(content));
      return { ...minimal(), contracts: { deployment: "deployment.json", ...more } };
    };

    it("default: takes both addresses from the file, which is relative to the configuration", () => {
      expect(load(withDeployment(record(31_337))).contracts).to.deep.equal({
        ...{ oracle: `0x${"ab".repeat(20)}`, breaker: `0x${"cd".repeat(20)}` },
      });
    });

    it("error: ConfigInvalid for a file of another chain, for none, for half of one, and for both ways at once", () => {
      expect(faultOf(withDeployment(record(1))))
        .to.contain("saw a deployment on chain 1, expected")
        .and.contain("31337");
      expect(faultOf(withDeployment({ chainId: 31_337, contracts: {} }))).to.contain("contracts.deployment: saw ✖");
      const missing = { ...minimal(), contracts: { deployment: "nowhere.json" } };
      expect(faultOf(missing)).to.contain("contracts.deployment: saw ENOENT");
      const both = faultOf(withDeployment(record(31_337), minimal()["contracts"] as Json));
      expect(both).to.contain("contracts: expected oracle and breaker, or deployment instead of both");
      const mixed = faultOf(withDeployment(record(31_337), { oracle: `0x${"11".repeat(20)}` }));
      expect(mixed).to.contain("contracts: expected oracle and breaker, or deployment instead of both");
      const half = { ...minimal(), contracts: { oracle: `0x${"11".repeat(20)}` } };
      expect(faultOf(half)).to.contain("contracts: expected oracle and breaker, or deployment instead of both");
    });
  });

  it("reads the example, addresses in lower case and fees in wei", () => {
    const config = loadConfig(EXAMPLE, {});
    expect(config.chain).to.include({ chainId: 1, headQuorum: 2 });
    const pool = "0x87870bca3f3fd6335c3f4ce8392d69350b4fa4e2";
    expect(config.sources.venues[0]).to.deep.include({ kind: "aave-v3", pool });
    expect(config.sources.lookThrough[0]?.unitsWad).to.equal(10n ** 18n);
    const feed = "0x5f4ec3df9cbd43714fe2740f5e3616155c5b8419";
    expect(config.sources.feeds).to.deep.equal([{ feed, maxAgeSec: 4_500 }]);
    const growth = { anchorUnitsWad: 1_164_454_276_599_657_236n, anchorAt: 1_713_851_735, maxYearlyBps: 600 };
    const token = "0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0";
    expect(config.sources.wrapped).to.deep.equal([{ kind: "wsteth", token, growth }]);
    expect(config.gas).to.deep.equal({
      limit: 3_000_000n,
      maxFeeCap: 500_000_000_000n,
      tip: 1_000_000_000n,
      weiPerHour: 10n ** 18n,
      transactionsPerHour: 400,
    });
  });

  it("has an example that states every default of the schema", () => {
    const stated = parse(readFileSync(EXAMPLE, "utf8")) as Json;
    const { properties } = configJsonSchema() as { properties: Record<string, { properties?: Json }> };
    for (const section of ["publish", "gas"]) {
      expect(Object.keys(stated[section] as object), section).to.have.members(
        Object.keys(properties[section]?.properties ?? {}),
      );
    }
    expect(Object.keys(stated)).to.have.members(Object.keys(properties));
  });

  it("takes push adapters in their order, none by default, and each once", () => {
    const [first, second] = [`0x${"BB".repeat(20)}`, `0x${"aa".repeat(20)}`];
    const adapters = (...list: string[]): Json => ({ ...minimal(), publish: { adapters: list } });
    expect(load(minimal()).publish.adapters).to.deep.equal([]);
    expect(load(adapters(first, second)).publish.adapters).to.deep.equal([first.toLowerCase(), second]);
    expect(faultOf(adapters(first, first.toLowerCase()))).to.contain("publish.adapters: saw one address twice");
    expect(faultOf(adapters("0x12"))).to.contain("publish.adapters.0: expected an address");
  });

  it("fills in defaults, and takes paths as relative to the file", () => {
    const config = load(minimal());
    expect(config.publish).to.include({ heartbeatSec: 1_800, stageBlocks: 2, peerGraceMs: 3_000 });
    expect([config.peers, config.listen.host]).to.deep.equal([[], "127.0.0.1"]);
    expect(config.dataDir).to.equal(path.join(folder, "data"));
    expect(config.operator).to.deep.equal({ kind: "keyFile", file: path.join(folder, "operator.key") });
  });

  it("asks two endpoints to agree wherever there are two, unless told otherwise", () => {
    const urls = ["http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"];
    const quorumOf = (count: number, over: Json = {}): number =>
      load({ ...minimal(), chain: { rpcUrls: urls.slice(0, count), chainId: 1, ...over } }).chain.headQuorum;
    expect([quorumOf(1), quorumOf(2), quorumOf(3)]).to.deep.equal([1, 2, 2]);
    expect([quorumOf(3, { headQuorum: 1 }), quorumOf(3, { headQuorum: 3 })]).to.deep.equal([1, 3]);
    const byEnvironment = load(minimal(), { BULKHEAD_RPC_URLS: urls.join(",") });
    expect(byEnvironment.chain.headQuorum).to.equal(2);
  });

  it("takes a keystore with its password by file or by environment", () => {
    const keystore = path.join(folder, "k.json");
    const withFile = load({ ...minimal(), operator: { keystore: "k.json", passwordFile: "k.password" } });
    expect(withFile.operator).to.deep.equal({
      kind: "keystore",
      file: keystore,
      password: { file: path.join(folder, "k.password") },
    });
    const withText = load({ ...minimal(), operator: { keystore: "k.json" } }, { BULKHEAD_KEYSTORE_PASSWORD: "secret" });
    expect(withText.operator).to.deep.equal({ kind: "keystore", file: keystore, password: { text: "secret" } });
  });

  it("takes secrets from the environment, or from the files that their twins name", () => {
    const json = minimal();
    delete json["operator"];
    const urls = path.join(folder, "urls");
    writeFileSync(urls, "http://127.0.0.1:1, http://127.0.0.1:2\n");
    const config = load(json, { BULKHEAD_OPERATOR_KEY: "0xkey", BULKHEAD_RPC_URLS_FILE: urls });
    expect(config.chain.rpcUrls).to.deep.equal(["http://127.0.0.1:1", "http://127.0.0.1:2"]);
    expect(config.operator).to.deep.equal({ kind: "text", text: "0xkey", from: "BULKHEAD_OPERATOR_KEY" });
    expect(load(json, {}).operator).to.equal(undefined);
  });

  it("error: ConfigInvalid, for a secret given twice or a twin that is no file", () => {
    const both = { BULKHEAD_RPC_URLS: "http://127.0.0.1:1", BULKHEAD_RPC_URLS_FILE: "x" };
    expect(faultOf(minimal(), both)).to.contain(
      "saw both BULKHEAD_RPC_URLS and BULKHEAD_RPC_URLS_FILE, expected one of them",
    );
    expect(faultOf(minimal(), { BULKHEAD_RPC_URLS_FILE: path.join(folder, "none") })).to.contain(
      "expected a readable file",
    );
  });

  it("error: ConfigInvalid, for a file that is not there or not YAML", () => {
    expect(() => loadConfig(path.join(folder, "none.yaml"), {})).to.throw(ConfigInvalid, "ENOENT");
    writeFileSync(path.join(folder, "broken.yaml"), "chain: [1, 2");
    expect(() => loadConfig(path.join(folder, "broken.yaml"), {})).to.throw(
      ConfigInvalid,
      "expected a readable YAML or JSON file",
    );
  });

  const change = (at: string, value: unknown): Json => {
    const json = minimal();
    const [last = "", ...rest] = at.split(".").reverse();
    const parent = rest.reverse().reduce<Json>((node, key) => (node[key] ??= {}) as Json, json);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    return json;
  };
  const peer = (byte: string, port: number): Json => ({
    url: `http://127.0.0.1:${port}`,
    address: `0x${byte.repeat(20)}`,
  });
  const vault = { kind: "erc4626", token: `0x${"aa".repeat(20)}` };
  const faults: [string, unknown, string][] = [
    ["chain.rpcUrls", [], "chain.rpcUrls: saw none, expected at least one URL"],
    ["chain.rpcUrls", ["ws://127.0.0.1:8545"], "chain.rpcUrls.0"],
    ["chain.rpcUrls", ["http://a:1", "http://a:1"], "expected different ones"],
    ["chain.headQuorum", 2, "chain.headQuorum: saw 2 of 1 URLs"],
    ["chain.chainId", "1", "chain.chainId"],
    ["contracts.breaker", `0x${"11".repeat(20)}`, "contracts: saw 0x1111"],
    ["contracts.oracle", "0x12", "contracts.oracle: expected an address"],
    ["sources.venues", [], "sources.venues"],
    ["sources.feeds", [{ feed: `0x${"11".repeat(20)}`, maxAgeSec: 0 }], "sources.feeds.0"],
    ["sources.wrapped", [vault, vault], `sources.wrapped: saw ${vault.token} twice among wrapped and lookThrough`],
    ["sources.wrapped", [{ ...vault, kind: "erc-4626" }], "sources.wrapped.0.kind"],
    ["sources.wrapped", [{ ...vault, kind: "rate" }], "sources.wrapped.0.of"],
    ["peers", [peer("33", 1), peer("33", 2)], "peers: saw one address twice"],
    ["peers", [peer("33", 1), peer("44", 1)], "peers: saw one URL twice"],
    ["publish", { targets: [`0x${"55".repeat(32)}`, `0x${"55".repeat(32)}`] }, "publish.targets: saw one target twice"],
    ["publish", { easeSpacingSec: 9_999 }, "publish.easeSpacingSec: saw 9999, expected at most heartbeatSec (1800)"],
    ["gas", { tipGwei: 9, maxFeeGwei: 3 }, "gas.tipGwei: saw 9, expected at most maxFeeGwei (3)"],
    ["listen", { port: 7_700, backlog: 1 }, "listen: Unrecognized key"],
    ["dataDir", undefined, "dataDir"],
    ["unknown", 1, "Unrecognized key"],
  ];
  for (const [at, value, message] of faults) {
    it(`error: ConfigInvalid, for ${at} = ${JSON.stringify(value)?.slice(0, 40)}`, () => {
      const fault = faultOf(change(at, value));
      expect(fault).to.contain(message);
      expect(fault).to.contain("`bulkhead config schema` prints what is expected");
    });
  }

  it("error: ConfigInvalid, for two servers on one port", () => {
    expect(faultOf({ ...minimal(), listen: { port: 7_700 }, statusPort: 7_700 })).to.contain(
      "statusPort: saw 7700, expected another port",
    );
  });

  it("names every fault at once", () => {
    const fault = faultOf({ ...minimal(), dataDir: 1, calibration: 2 });
    expect(fault).to.contain("dataDir").and.to.contain("calibration");
  });
});
