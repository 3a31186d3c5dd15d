import { AbiCoder, Interface, MaxUint256, ZeroAddress, keccak256, parseUnits } from "ethers";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import { type Artifact, loadForeign } from "../../../../keeper/src/lab/world/artifacts.js";
import { type Feed, deployFeed, openOracleNodes, pushPrice } from "../../../../keeper/src/lab/world/chainlink.js";
import type { ContractRef } from "../../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress, openActors } from "../../../../keeper/src/lab/world/orders.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import { deployErc20, issue } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { root } from "../../../repo/sources.js";

export const USERS: readonly Address[] = Array.from({ length: 6 }, (_, i) => derivedAddress(`morpho user ${i}`));
export const LIQUIDATOR: Address = derivedAddress("morpho liquidator");

/** What the stage's tokens are worth in USD, and their decimals: all pairs of more, fewer and as many occur. */
export const TOKENS = {
  WETH: { decimals: 18, usd: 2_000 },
  WBTC: { decimals: 8, usd: 40_000 },
  USDC: { decimals: 6, usd: 1 },
  DAI: { decimals: 18, usd: 1 },
} as const;
export type Symbol = keyof typeof TOKENS;

export interface Market {
  readonly id: Hex;
  readonly loan: Symbol;
  readonly collateral: Symbol;
  readonly oracle: ContractRef;
  /** As Morpho takes them: loan token, collateral token, oracle, model, LLTV. */
  readonly params: readonly [Address, Address, Address, Address, bigint];
}

/** Genuine Morpho Blue with its own rate model, tokens, and genuine Chainlink feeds of those that are lent. */
export interface Stage {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly morpho: ContractRef;
  readonly irm: ContractRef;
  readonly tokens: Readonly<Record<Symbol, ContractRef>>;
  readonly feeds: Readonly<Record<"USDC" | "DAI" | "WETH", Feed>>;
  readonly markets: Market[];
}

export interface MarketSpec {
  readonly loan: Symbol;
  readonly collateral: Symbol;
  readonly lltv: string;
  readonly irm?: "none";
}

const SUPPORT = "artifacts/test/contracts/support";

/** A contract that the tests bring, by its name under test/contracts/support/. */
function loadSupport(name: string): Artifact {
  const file = path.join(root, SUPPORT, `${name}.sol/${name}.json`);
  const { abi, bytecode } = JSON.parse(readFileSync(file, "utf8")) as { abi: string[]; bytecode: Hex };
  return { name, abi: new Interface(abi), bytecode, linkReferences: {} };
}

export async function buildStage(chain: DevChain): Promise<Stage> {
  const steward = await openSteward(chain);
  await beginSetup(chain);
  await openActors(chain, [...USERS, LIQUIDATOR], 10n ** 22n);
  await openOracleNodes(chain);
  const token = (symbol: Symbol) => deployErc20(steward, symbol, TOKENS[symbol].decimals);
  const feed = (symbol: Symbol, decimals: number) => deployFeed(steward, `${symbol} / USD`, decimals);
  const stage: Stage = {
    chain,
    steward,
    morpho: steward.deploy(loadForeign("@morpho-org/morpho-blue/src/Morpho"), [steward.address]),
    irm: steward.deploy(loadForeign("@morpho-org/morpho-blue/src/mocks/IrmMock")),
    tokens: { WETH: token("WETH"), WBTC: token("WBTC"), USDC: token("USDC"), DAI: token("DAI") },
    // Feeds have 8 decimals on mainnet, some have 18.
    feeds: { USDC: feed("USDC", 8), DAI: feed("DAI", 18), WETH: feed("WETH", 8) },
    markets: [],
  };
  for (const irm of [ZeroAddress, stage.irm.address]) steward.call(stage.morpho, "enableIrm", [irm]);
  for (const [symbol, { decimals, usd }] of Object.entries(TOKENS)) {
    const units = parseUnits("1000000000", decimals) / BigInt(usd);
    for (const user of [...USERS, LIQUIDATOR]) fund(stage, symbol as Symbol, { user, units });
  }
  await steward.flush();
  for (const [symbol, { decimals }] of Object.entries(stage.feeds)) {
    await pushPrice(chain, stage.feeds[symbol as "USDC"], parseUnits(`${TOKENS[symbol as Symbol].usd}.0003`, decimals));
  }
  await chain.mine((await chain.timestamp()) + 1);
  return stage;
}

function fund(
  { steward, tokens, morpho }: Stage,
  symbol: Symbol,
  { user, units }: { user: Address; units: bigint },
): void {
  const token = tokens[symbol];
  issue(steward, token, user, units);
  const data = token.abi.encodeFunctionData("approve", [morpho.address, MaxUint256]) as Hex;
  steward.add({ label: "approving", from: user, to: token.address, data });
}

/** The price that Morpho takes for one raw unit of collateral in raw units of the loan token, scaled by 1e36. */
export function oraclePrice(loan: Symbol, collateral: Symbol, ratio = 1): bigint {
  const [of, inUnits] = [TOKENS[collateral], TOKENS[loan]];
  const per = (of.usd / inUnits.usd) * ratio;
  return parseUnits(per.toFixed(12), 36 + inUnits.decimals - of.decimals);
}

/** Queue a market with an oracle of its own. */
export function makeMarket(stage: Stage, spec: MarketSpec): Market {
  const { loan, collateral } = spec;
  const oracle = stage.steward.deploy(loadSupport("SettableOracle"), [oraclePrice(loan, collateral)]);
  return makeMarketOn(stage, spec, oracle);
}

/** Queue a market on an oracle that is there already. */
export function makeMarketOn(stage: Stage, { loan, collateral, lltv, irm }: MarketSpec, oracle: ContractRef): Market {
  const { steward, tokens, morpho, markets } = stage;
  const model = irm === "none" ? (ZeroAddress as Address) : stage.irm.address;
  const lltvWad = parseUnits(lltv, 18);
  const params = [tokens[loan].address, tokens[collateral].address, oracle.address, model, lltvWad] as const;
  const types = ["address", "address", "address", "address", "uint256"];
  const id = keccak256(AbiCoder.defaultAbiCoder().encode(types, params)) as Hex;
  if (!markets.some((market) => market.params[4] === lltvWad)) steward.call(morpho, "enableLltv", [lltvWad]);
  steward.call(morpho, "createMarket", [params]);
  const market = { id, loan, collateral, oracle, params };
  markets.push(market);
  return market;
}
