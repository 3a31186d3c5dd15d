import { MaxUint256, parseUnits } from "ethers";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { openOracleNodes, pushPrice, roundOrders } from "../../../keeper/src/lab/world/chainlink.js";
import { type ContractRef, contractAt, read } from "../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress, openActors } from "../../../keeper/src/lab/world/orders.js";
import { beginSetup, endSetup, openSteward, type Steward } from "../../../keeper/src/lab/world/steward.js";
import { issue } from "../../../keeper/src/lab/world/tokens.js";
import type { Address } from "../../../keeper/src/units.js";
import { ETHER, startChain, USDC } from "../world/fixture.js";
import { type AaveV36, deployAaveV36, loadAaveV36, type Reserve, type ReserveSpec } from "./deploy.js";

/** A pool with positions on it, on a chain that mines a block for each transaction. */
export interface Market {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly aave: AaveV36;
}

const reserve = (symbol: string, decimals: number, risk: readonly [number, number, number], canBeBorrowed = true) => ({
  ...{ symbol, decimals, canBeBorrowed },
  ...{ ltvBps: risk[0], liquidationThresholdBps: risk[1], liquidationBonusBps: risk[2] },
});

const RESERVES: readonly ReserveSpec[] = [
  reserve("WETH", 18, [8_000, 8_250, 10_500]),
  reserve("USDC", 6, [7_500, 7_800, 10_450]),
  // The host's own people keep it from being borrowed, outside of e-modes.
  reserve("wstETH", 18, [7_850, 8_100, 10_600], false),
  // Dropped again by the host: its id stays behind in an e-mode.
  reserve("OLD", 18, [0, 0, 0], false),
];
const PRICES = { WETH: "2000", USDC: "1", wstETH: "2300", OLD: "1" };

/** E-mode of wstETH against WETH; also lends wstETH, which nothing else does. */
export const ETH_CORRELATED = 1;
/** E-mode in which nothing but USDC and the dropped reserve can be borrowed. */
export const STABLE = 255;

export const [lender, borrower, sinking, looper, liquidator, stranger] = [
  "lender",
  "borrower",
  "sinking borrower",
  "looper",
  "liquidator",
  "stranger",
].map(derivedAddress) as [Address, Address, Address, Address, Address, Address];
/** Every error that Aave v3.6 throws. */
export const AAVE_ERRORS = loadAaveV36("protocol/libraries/helpers/Errors").abi;
const ACTORS = [lender, borrower, sinking, looper, liquidator, stranger];

/** What the borrower's and the sinking borrower's health factors are at this price: 0.965 and 0.911. */
export const FALLEN_WETH = "1755";

/** Start a chain with a pool, its e-modes, three indebted accounts, and tokens in the hands of everybody who acts. */
export async function startMarket(): Promise<Market> {
  const chain = await startChain();
  await beginSetup(chain);
  await openOracleNodes(chain);
  await openActors(chain, ACTORS, 10n ** 21n);
  const steward = await openSteward(chain);
  const aave = await deployAaveV36(steward, RESERVES);
  for (const [symbol, price] of Object.entries(PRICES)) {
    const { feed } = reserveOf(aave, symbol);
    (await roundOrders(chain, feed, parseUnits(price, feed.decimals))).forEach((order) => steward.add(order));
  }
  openEModes(steward, aave);
  handOut(steward, aave);
  await steward.flush();
  await endSetup(chain);
  await chain.setAutomine(true);
  const market = { chain, steward, aave };
  await openPositions(market);
  return market;
}

function openEModes(steward: Steward, aave: AaveV36): void {
  const { configurator } = aave;
  const [weth, usdc, wstEth, old] = ["WETH", "USDC", "wstETH", "OLD"].map((s) => reserveOf(aave, s).token.address);
  steward.call(configurator, "setEModeCategory", [ETH_CORRELATED, 9_300, 9_500, 10_100, "ETH correlated"]);
  steward.call(configurator, "setAssetCollateralInEMode", [wstEth, ETH_CORRELATED, true]);
  steward.call(configurator, "setAssetBorrowableInEMode", [weth, ETH_CORRELATED, true]);
  steward.call(configurator, "setAssetBorrowableInEMode", [wstEth, ETH_CORRELATED, true]);
  steward.call(configurator, "setEModeCategory", [STABLE, 9_000, 9_300, 10_200, "Stable"]);
  steward.call(configurator, "setAssetBorrowableInEMode", [usdc, STABLE, true]);
  steward.call(configurator, "setAssetBorrowableInEMode", [old, STABLE, true]);
  steward.call(configurator, "dropReserve", [old]);
}

function handOut(steward: Steward, aave: AaveV36): void {
  for (const { symbol, decimals, token } of aave.reserves.values()) {
    if (symbol !== "OLD") for (const actor of ACTORS) issue(steward, token, actor, 10n ** (BigInt(decimals) + 6n));
  }
}

async function openPositions(market: Market): Promise<void> {
  for (const actor of ACTORS) {
    for (const symbol of ["WETH", "USDC", "wstETH"]) {
      await transact(market, actor, tokenOf(market, symbol), "approve", [market.aave.pool.address, MaxUint256]);
    }
  }
  const done = [
    await supply(market, lender, "USDC", 500_000n * USDC),
    await supply(market, lender, "WETH", 500n * ETHER),
    await supply(market, borrower, "WETH", 10n * ETHER),
    await borrow(market, borrower, "USDC", 15_000n * USDC),
    await supply(market, sinking, "WETH", 10n * ETHER),
    await borrow(market, sinking, "USDC", 15_900n * USDC),
    await supply(market, looper, "wstETH", 10n * ETHER),
    await act(market, looper, "setUserEMode", [ETH_CORRELATED]),
    await borrow(market, looper, "WETH", 9n * ETHER),
  ];
  const failed = done.find((outcome) => outcome !== "done");
  if (failed !== undefined) throw new Error(`the genuine pool refuses a position of the market: ${failed}`);
}

export function reserveOf(aave: AaveV36, symbol: string): Reserve {
  const found = aave.reserves.get(symbol);
  if (found === undefined)
    throw new Error(`no reserve ${symbol}; the market lists ${[...aave.reserves.keys()].join()}`);
  return found;
}

export const tokenOf = ({ aave }: Market, symbol: string): ContractRef => reserveOf(aave, symbol).token;

/** Send a transaction and wait for it. */
export async function transact(
  { chain }: Pick<Market, "chain">,
  from: Address,
  target: ContractRef,
  ...[method, args]: [string, readonly unknown[]]
): Promise<void> {
  await (await contractAt(target, await chain.impersonate(from)).getFunction(method)(...args)).wait();
}

/** Call the pool: "done", or the name of Aave's error. */
export async function act(market: Market, from: Address, method: string, args: readonly unknown[]): Promise<string> {
  try {
    await transact(market, from, market.aave.pool, method, args);
    return "done";
  } catch (error) {
    const { data } = error as { data?: unknown };
    if (typeof data !== "string" || data === "0x") throw error;
    return AAVE_ERRORS.parseError(data)?.name ?? data;
  }
}

export const supply = (m: Market, from: Address, symbol: string, units: bigint): Promise<string> =>
  act(m, from, "supply", [tokenOf(m, symbol).address, units, from, 0]);

export const borrow = (m: Market, from: Address, symbol: string, units: bigint): Promise<string> =>
  act(m, from, "borrow", [tokenOf(m, symbol).address, units, 2, 0, from]);

export const repay = (m: Market, from: Address, symbol: string, units: bigint): Promise<string> =>
  act(m, from, "repay", [tokenOf(m, symbol).address, units, 2, from]);

export const withdraw = (m: Market, from: Address, symbol: string, units: bigint): Promise<string> =>
  act(m, from, "withdraw", [tokenOf(m, symbol).address, units, from]);

/** Liquidate an account with WETH as collateral and USDC as debt, by a liquidator who calls the pool itself. */
export const liquidate = (m: Market, account: Address, units = 100n * USDC): Promise<string> =>
  act(m, liquidator, "liquidationCall", [
    ...[tokenOf(m, "WETH").address, tokenOf(m, "USDC").address],
    ...[account, units, false],
  ]);

/** Whole units of USD. */
export async function setPrice(market: Market, symbol: string, price: string): Promise<void> {
  const { feed } = reserveOf(market.aave, symbol);
  await pushPrice(market.chain, feed, parseUnits(price, feed.decimals));
}

/** 1e18 is 1, as the pool says. */
export async function healthFactorOf({ chain, aave }: Market, account: Address): Promise<bigint> {
  return (await read(chain, aave.pool, "getUserAccountData", [account]))[5] as bigint;
}
