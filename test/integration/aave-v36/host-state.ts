import { id, type Interface, type Result } from "ethers";

import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { borrower, ETH_CORRELATED, lender, liquidator, looper, type Market, STABLE, stranger } from "./market.js";

/** Everything that somebody with a role could have changed, one line a fact. */
export type HostState = ReadonlyMap<string, string>;

const BORROWING_BIT = 1n << 58n;
const CATEGORIES = Array.from({ length: 256 }, (_, category) => category);
/** E-modes that exist, and two that do not. */
const NAMED_CATEGORIES = [0, ETH_CORRELATED, 2, STABLE];
const ROLES = ["POOL_ADMIN", "EMERGENCY_ADMIN", "RISK_ADMIN", "FLASH_BORROWER", "BRIDGE", "ASSET_LISTING_ADMIN"];
const DEFAULT_ADMIN = `0x${"00".repeat(32)}`;
/** Of `ReserveData`: what only a configurator changes, and not use or time. */
const CONFIGURED = ["id", "aTokenAddress", "variableDebtTokenAddress", "interestRateStrategyAddress"];

interface Fact {
  readonly key: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Read it from the genuine contracts' own views. `holders` are accounts whose roles are of interest. */
export async function hostState(market: Market, holders: readonly string[] = []): Promise<HostState> {
  const { pool } = market.aave;
  const reserves = [...market.aave.reserves.values()];
  const facts: Fact[] = [
    { key: "premium", method: "FLASHLOAN_PREMIUM_TOTAL", args: [] },
    { key: "reserves", method: "getReservesList", args: [] },
    ...reserves.flatMap(({ symbol, token }) =>
      ["getReserveData", "getConfiguration", "getLiquidationGracePeriod", "getReserveDeficit"].map((method) => ({
        ...{ key: `${symbol} ${method}`, method, args: [token.address] },
      })),
    ),
    ...CATEGORIES.flatMap((category) =>
      ["CollateralBitmap", "BorrowableBitmap", "LtvzeroBitmap"].map((part) => eModeFact(category, part)),
    ),
    ...NAMED_CATEGORIES.map((category) => eModeFact(category, "Data")),
  ];
  const calls = facts.map(({ method, args }) => pool.abi.encodeFunctionData(method, args));
  const answers = (await read(market.chain, pool, "multicall", [calls]))[0] as readonly string[];
  const state = new Map<string, string>();
  for (const [index, { key, method }] of facts.entries()) note(state, key, decoded(pool.abi, method, answers[index]!));
  await noteElsewhere(state, market, holders);
  return state;
}

function eModeFact(category: number, part: string): Fact {
  return { key: `e-mode ${category} ${part}`, method: `getEModeCategory${part}`, args: [category] };
}

function decoded(abi: Interface, method: string, data: string): Result {
  const result = abi.decodeFunctionResult(method, data);
  return method === "getConfiguration" || method === "getReserveData" ? (result[0] as Result) : result;
}

/** The borrowing flag on a line of its own: it is what may change. */
function note(state: Map<string, string>, key: string, result: Result): void {
  if (key.endsWith("getConfiguration")) {
    const word = result[0] as bigint;
    state.set(`${key} borrowing`, String((word & BORROWING_BIT) !== 0n));
    state.set(key, String(word & ~BORROWING_BIT));
  } else if (key.endsWith("getReserveData")) {
    for (const field of CONFIGURED) state.set(`${key} ${field}`, String(result.getValue(field)));
  } else {
    state.set(key, String(result.toArray(true)));
  }
}

async function noteElsewhere(state: Map<string, string>, market: Market, holders: readonly string[]): Promise<void> {
  const { chain, aave, steward } = market;
  const set = async (key: string, target: typeof aave.pool, [method, ...args]: [string, ...unknown[]]): Promise<void> =>
    void state.set(key, String(await read(chain, target, method, args)));
  for (const { symbol, token } of aave.reserves.values()) {
    await set(`${symbol} rates`, aave.rateStrategy, ["getInterestRateDataBps", token.address]);
    await set(`${symbol} pending LTV`, aave.configurator, ["getPendingLtv", token.address]);
    await set(`${symbol} price source`, aave.oracle, ["getSourceOfAsset", token.address]);
  }
  for (const part of ["Pool", "PoolConfigurator", "ACLManager", "ACLAdmin", "PriceOracle", "PriceOracleSentinel"]) {
    await set(`provider ${part}`, aave.addressesProvider, [`get${part}`]);
  }
  for (const account of [steward.address, lender, borrower, looper, liquidator, stranger, ...holders]) {
    for (const role of [DEFAULT_ADMIN, ...ROLES.map((name) => id(name))]) {
      await set(`role ${role} of ${account}`, aave.aclManager, ["hasRole", role, account]);
    }
  }
}

/** Keys whose values differ, with both values. */
export function changes(before: HostState, after: HostState): Record<string, readonly [string, string]> {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return Object.fromEntries(
    keys
      .filter((key) => before.get(key) !== after.get(key))
      .map((key) => [key, [before.get(key) ?? "", after.get(key) ?? ""]]),
  );
}
