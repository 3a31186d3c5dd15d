import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, posix } from "node:path";
import { requireShared } from "../shared-data.js";
import { readRecordedCodes, toBytes, withoutMetadata } from "./recorded-code.js";

/** keccak256 of the code behind ETH/USD, 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419, in every recorded block that reads it. */
const ETH_USD_PROXY_CODE = "0x4b79b5c8aee6da0f7b393e8b53e6265ef7320a1d16184c65bd3841b5aa3d700d";
/** The optimizer setting of the mainnet deployment, found by trying. */
const MAINNET_RUNS = 1_000_000;

const PACKAGE = "chainlink-contracts-0.8";
const FOLDER = "src/v0.6";

const require = createRequire(import.meta.url);
const packageRoot = dirname(require.resolve(`${PACKAGE}/package.json`));

/** A Solidity file and everything it imports, by path below {@link FOLDER}. */
function sourcesOf(entry: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(entry)) return found;
  const text = readFileSync(posix.join(packageRoot, FOLDER, entry), "utf8");
  found.set(entry, text);
  for (const match of text.matchAll(/^import "(.+)";/gm)) {
    sourcesOf(posix.join(posix.dirname(entry), match[1] ?? ""), found);
  }
  return found;
}

function compileProxy(sources: ReadonlyMap<string, string>): Buffer {
  const wrap = require("solc-0.6.6/wrapper.js") as (soljson: unknown) => { compile: (input: string) => string };
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, content]) => [path, { content }])),
    settings: {
      optimizer: { enabled: true, runs: MAINNET_RUNS },
      outputSelection: { "EACAggregatorProxy.sol": { EACAggregatorProxy: ["evm.deployedBytecode.object"] } },
    },
  };
  const output = JSON.parse(wrap(require("solc-0.6.6/soljson.js")).compile(JSON.stringify(input)));
  return toBytes(output.contracts["EACAggregatorProxy.sol"].EACAggregatorProxy.evm.deployedBytecode.object);
}

/**
 * The deployed source declares the five results of `getRoundData` and `latestRoundData` as locals, where the source on npm
 * assigns them to the return variables. Nothing else of the code differs.
 */
function asDeployed(sources: ReadonlyMap<string, string>): Map<string, string> {
  const file = "AggregatorProxy.sol";
  const text = (sources.get(file) ?? "")
    .replace(
      /\(\s+roundId,\s+answer,\s+startedAt,\s+updatedAt,\s+answeredInRound\s+\) =/g,
      "(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 ansIn) =",
    )
    .replaceAll("answeredInRound, phaseId)", "ansIn, phaseId)")
    .replaceAll("answeredInRound, current.id)", "ansIn, current.id)");
  return new Map(sources).set(file, text);
}

const selectorsOf = (code: Buffer) =>
  [...code.toString("hex").matchAll(/63([0-9a-f]{8})14/g)].map((match) => match[1]).sort();

describe("Chainlink's feed proxy: npm source and mainnet code", () => {
  let mainnet: Buffer;
  const sources = sourcesOf("EACAggregatorProxy.sol");
  before(function () {
    const codes = readRecordedCodes(requireShared(this, "data/evm-pevm-blocks/bytecodes_by_keccak.json.gz"));
    const code = codes.get(ETH_USD_PROXY_CODE);
    if (code === undefined) throw new Error(`expected code ${ETH_USD_PROXY_CODE} among the recorded ones`);
    mainnet = code;
  });

  it("EACAggregatorProxy: the npm source answers the same 23 functions", () => {
    expect(selectorsOf(compileProxy(sources))).to.deep.equal(selectorsOf(mainnet));
    expect(selectorsOf(mainnet).length).to.equal(23);
  });

  it("EACAggregatorProxy: with two groups of locals declared as deployed, byte for byte the code behind ETH/USD", () => {
    expect(withoutMetadata(compileProxy(asDeployed(sources))).equals(withoutMetadata(mainnet))).to.equal(true);
    expect(withoutMetadata(compileProxy(sources)).equals(withoutMetadata(mainnet))).to.equal(false);
  });
});
