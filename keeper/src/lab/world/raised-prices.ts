import { formatUnits, parseUnits } from "ethers";
import { BPS_ONE, intToBig } from "../../units.js";
import type { Address } from "../../units.js";
import { BASE_DECIMALS } from "./spec.js";
import type { AssetSpec, WorldSpec } from "./spec.js";

/** An account to be opened: raw units, interest-free. */
export interface AccountOrder {
  readonly account: Address;
  readonly collateral: readonly { readonly symbol: string; readonly units: bigint }[];
  readonly debt: readonly { readonly symbol: string; readonly units: bigint }[];
}

/** Thrown when the genuine protocol cannot hold an account as it is asked for. */
export class AccountNotOpenableError extends Error {
  override readonly name = "AccountNotOpenableError";

  constructor(account: Address, reason: string) {
    super(`account ${account} cannot be opened: ${reason}; change the account or the asset's parameters`);
  }
}

/** Collateral has to cover the debt with this to spare: the protocol's average LTV is rounded down to a basis point. */
const MARGIN_BPS = 200n;
const BPS = intToBig(BPS_ONE);
/** Beyond a price of 2^40 times the real one something is wrong with the account. */
const MAX_DOUBLINGS = 40n;

/**
 * Find prices at which every account may borrow what it owes: those of all assets that nobody owes, doubled together as
 * often as it takes. Empty where the spec's own prices do.
 *
 * **Units.** Decimal strings, base currency per whole unit. **Throws** {@link AccountNotOpenableError}.
 */
export function raisedPricesFor(spec: WorldSpec, accounts: readonly AccountOrder[]): Record<string, string> {
  const owed = new Set(accounts.flatMap(({ debt }) => debt.map(({ symbol }) => symbol)));
  const held = new Set(accounts.flatMap(({ collateral }) => collateral.map(({ symbol }) => symbol)));
  const raised = spec.assets.filter(
    ({ symbol }) => held.has(symbol) && !owed.has(symbol) && !(spec.baseCurrency === "ETH" && symbol === "WETH"),
  );
  let doublings = 0n;
  for (const account of accounts) {
    while (!mayBorrow(spec, account, { raised, doublings })) {
      doublings += 1n;
      if (doublings > MAX_DOUBLINGS)
        throw new AccountNotOpenableError(account.account, "no price of it covers its debt");
    }
  }
  if (doublings === 0n) return {};
  const decimals = BASE_DECIMALS[spec.baseCurrency];
  return Object.fromEntries(
    raised.map(({ symbol, priceBase }) => [
      symbol,
      formatUnits(parseUnits(priceBase, decimals) << doublings, decimals),
    ]),
  );
}

interface Raise {
  readonly raised: readonly AssetSpec[];
  readonly doublings: bigint;
}

function mayBorrow(spec: WorldSpec, order: AccountOrder, raise: Raise): boolean {
  const debt = order.debt.reduce((sum, amount) => sum + valueOf(spec, amount, 0n), 0n);
  let limit = 0n;
  for (const amount of order.collateral) {
    const asset = specOf(spec, amount.symbol);
    const value = valueOf(spec, amount, asset !== undefined && raise.raised.includes(asset) ? raise.doublings : 0n);
    limit += value * intToBig(asset?.ltvBps ?? 0);
  }
  return order.debt.length === 0 || (limit > 0n && limit >= debt * (BPS + MARGIN_BPS));
}

/** Value in base currency units as the pool computes it, rounded down. */
function valueOf(spec: WorldSpec, amount: { symbol: string; units: bigint }, doublings: bigint): bigint {
  const asset = specOf(spec, amount.symbol);
  if (asset === undefined) return 0n;
  const price = parseUnits(asset.priceBase, BASE_DECIMALS[spec.baseCurrency]) << doublings;
  return (amount.units * price) / 10n ** intToBig(asset.decimals);
}

function specOf(spec: WorldSpec, symbol: string): AssetSpec | undefined {
  return spec.assets.find((asset) => asset.symbol === symbol);
}
