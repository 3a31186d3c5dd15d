import { BPS_ONE, intToBig } from "../../units.js";
import type { Address, Hex } from "../../units.js";
import { queuePrices } from "./controls.js";
import { AccountNotOpenableError, raisedPricesFor } from "./raised-prices.js";
import type { AccountOrder } from "./raised-prices.js";
import { openActors } from "./orders.js";
import { beginSetup, endSetup } from "./steward.js";
import type { ContractRef } from "./contract-ref.js";
import { issue } from "./tokens.js";
import { assetOf } from "./world.js";
import type { World, WorldAsset } from "./world.js";

/** Thrown when an opened account does not hold or owe exactly what was asked. */
export class AccountMismatchError extends Error {
  override readonly name = "AccountMismatchError";

  constructor(account: Address, what: string, seen: bigint, asked: bigint) {
    super(`account ${account}: ${what} is ${seen}, asked for ${asked}; open accounts once, before interest starts`);
  }
}

/** Gas money; an opened account pays for its borrowing out of it. */
const ACCOUNT_WEI = 10n ** 20n;
const VARIABLE_RATE = 2;
const BORROW_GAS = 3_000_000n;
/** No reserve starts with more than this share of it lent out, whatever its rate curve calls optimal. */
const MAX_USAGE_BPS = 9_000;

/**
 * Open accounts on the genuine pool: each holds exactly `collateral` as aTokens and owes exactly `debt` at the variable
 * rate, in raw units. They borrow at `raisedPrices` (by default those of {@link raisedPricesFor}), then the spec's prices
 * come back. The steward supplies what they borrow, at the usage that each reserve's rate curve calls optimal. Chain time
 * goes on by a second for every few dozen transactions; automine is off afterwards. The borrowed tokens stay with the
 * accounts.
 *
 * **Throws** {@link AccountNotOpenableError}, {@link OrderFailedError}, {@link AccountMismatchError}.
 */
export async function openAccounts(
  world: World,
  accounts: readonly AccountOrder[],
  options: { readonly raisedPrices?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  checkOrders(world, accounts);
  const raisedPrices = options.raisedPrices ?? raisedPricesFor(world.spec, accounts);
  await beginSetup(world.chain);
  const actors = accounts.map(({ account }) => account);
  await openActors(world.chain, actors, ACCOUNT_WEI);
  await queuePrices(world, raisedPrices);
  for (const asset of world.assets) queueSupplies(world, asset, accounts);
  await world.steward.flush();

  for (const order of accounts) queueBorrows(world, order);
  await world.steward.flush();

  const restored = Object.keys(raisedPrices).map((symbol) => [symbol, assetOf(world.assets, symbol).spec.priceBase]);
  await queuePrices(world, Object.fromEntries(restored) as Record<string, string>);
  await world.steward.flush();
  await endSetup(world.chain);
  await requireExact(world, accounts);
}

function checkOrders(world: World, accounts: readonly AccountOrder[]): void {
  const seen = new Set<Address>();
  for (const { account, collateral, debt } of accounts) {
    if (seen.has(account)) throw new AccountNotOpenableError(account, "it is listed twice");
    seen.add(account);
    const refuse = (reason: string): never => {
      throw new AccountNotOpenableError(account, reason);
    };
    for (const { symbol, units } of [...collateral, ...debt]) {
      if (units <= 0n) refuse(`${units} units of ${symbol}, expected more than 0`);
    }
    for (const { symbol } of collateral) {
      const { canBeCollateral, ltvBps } = assetOf(world.assets, symbol).spec;
      if (!canBeCollateral || ltvBps === 0) refuse(`${symbol} has no LTV, so the pool takes it as no collateral`);
    }
    for (const { symbol } of debt) {
      if (!assetOf(world.assets, symbol).spec.canBeBorrowed) refuse(`${symbol} cannot be borrowed`);
    }
    for (const side of [collateral, debt]) {
      if (new Set(side.map(({ symbol }) => symbol)).size !== side.length) refuse("it names an asset twice on one side");
    }
  }
}

function queueSupplies(world: World, asset: WorldAsset, accounts: readonly AccountOrder[]): void {
  const { aave, steward } = world;
  const supplies: (readonly [account: Address, units: bigint])[] = accounts.flatMap(({ account, collateral }) =>
    collateral.filter(({ symbol }) => symbol === asset.symbol).map(({ units }) => [account, units] as const),
  );
  const collateral = supplies.reduce((sum, [, units]) => sum + units, 0n);
  const debt = accounts
    .flatMap((account) => account.debt)
    .reduce((sum, { symbol, units }) => (symbol === asset.symbol ? sum + units : sum), 0n);
  const usageBps = Math.min(asset.spec.rates.optimalUsageBps, MAX_USAGE_BPS);
  const liquidity = (debt * intToBig(BPS_ONE)) / intToBig(usageBps) + 1n - collateral;
  if (debt > 0n && liquidity > 0n) supplies.push([steward.address, liquidity]);
  if (supplies.length === 0) return;
  issue(
    steward,
    asset.token,
    steward.address,
    supplies.reduce((sum, [, units]) => sum + units, 0n),
  );
  for (const [account, units] of supplies) steward.call(aave.pool, "supply", [asset.address, units, account, 0]);
}

function queueBorrows(world: World, order: AccountOrder): void {
  const { abi, address: to } = world.aave.pool;
  const { account: from } = order;
  for (const { symbol, units } of order.debt) {
    const { address } = assetOf(world.assets, symbol);
    const data = abi.encodeFunctionData("borrow", [address, units, VARIABLE_RATE, 0, from]) as Hex;
    world.steward.add({ label: `borrowing ${units} ${symbol} for ${from}`, from, to, data, gas: BORROW_GAS });
  }
}

interface Expectation {
  readonly account: Address;
  readonly what: string;
  readonly token: ContractRef;
  readonly units: bigint;
}

async function requireExact(world: World, accounts: readonly AccountOrder[]): Promise<void> {
  const expectations = accounts.flatMap(({ account, collateral, debt }): Expectation[] => [
    ...collateral.map(({ symbol, units }) => {
      return { account, what: `collateral in ${symbol}`, token: assetOf(world.assets, symbol).aToken, units };
    }),
    ...debt.map(({ symbol, units }) => {
      return { account, what: `debt in ${symbol}`, token: assetOf(world.assets, symbol).variableDebt, units };
    }),
  ]);
  const calls = expectations.map(({ account, token }) => {
    const data = token.abi.encodeFunctionData("balanceOf", [account]);
    return { method: "eth_call", params: [{ to: token.address, data }, "latest"] };
  });
  const answers = await world.chain.rpc.batch(calls);
  for (const [index, { account, what, token, units }] of expectations.entries()) {
    const seen = token.abi.decodeFunctionResult("balanceOf", String(answers[index]))[0] as bigint;
    if (seen !== units) throw new AccountMismatchError(account, what, seen, units);
  }
}
