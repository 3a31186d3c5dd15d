import type { ContractRef } from "../../../../keeper/src/lab/world/contract-ref.js";
import type { PerpAccountState, PerpVenueState } from "../../../../keeper/src/snapshot/perps.js";
import type { Address } from "../../../../keeper/src/units.js";
import type { Perpetual } from "./deployment.js";

/** What an account has according to the protocol's own views. Amounts 1e18-scaled, `free` in units of USDC. */
export interface Truth {
  readonly value: bigint;
  readonly requirement: bigint;
  readonly free: bigint;
  /** Size, open notional and funding owed by base token. */
  readonly positions: Record<Address, readonly [bigint, bigint, bigint]>;
}

const WAD = 10n ** 18n;
/** 1e18-scaled value of a unit of USDC. */
const UNIT = 10n ** 12n;

type Read = readonly [target: ContractRef, method: string, args: readonly unknown[]];

/** Read from the head, many calls at once: the first value of each answer. */
export async function readAll({ chain }: Pick<Perpetual, "chain">, calls: readonly Read[]): Promise<unknown[]> {
  const answers = await chain.rpc.batch(
    calls.map(([target, method, args]) => {
      const data = target.abi.encodeFunctionData(method, args);
      return { method: "eth_call", params: [{ to: target.address, data }, "latest"] };
    }),
  );
  return calls.map(([target, method], i) => target.abi.decodeFunctionResult(method, String(answers[i]))[0] as unknown);
}

/** Ask the protocol about accounts; `undefined` for one that is in no market. */
export async function truthOf(
  perpetual: Perpetual,
  accounts: readonly Address[],
): Promise<((Truth & { readonly hasOtherCollateral: boolean; readonly hasOrders: boolean }) | undefined)[]> {
  const { clearingHouse, positions, vault } = perpetual;
  const all = (target: ContractRef, method: string) =>
    readAll(
      perpetual,
      accounts.map((account) => [target, method, [account]] as const),
    );
  const [tokens, values, requirements, free, others, hasOrders] = await Promise.all([
    all(positions, "getBaseTokens"),
    all(clearingHouse, "getAccountValue"),
    all(positions, "getMarginRequirementForLiquidation"),
    all(vault, "getFreeCollateral"),
    all(vault, "getCollateralTokens"),
    all(positions, "hasOrder"),
  ]);
  const held = await Promise.all(accounts.map((account, i) => positionsOf(perpetual, account, tokens[i] as Address[])));
  return accounts.map((_, i) =>
    (tokens[i] as Address[]).length === 0
      ? undefined
      : {
          value: values[i] as bigint,
          requirement: requirements[i] as bigint,
          free: free[i] as bigint,
          positions: held[i]!,
          hasOtherCollateral: (others[i] as Address[]).length > 0,
          hasOrders: hasOrders[i] as boolean,
        },
  );
}

async function positionsOf(
  perpetual: Perpetual,
  account: Address,
  tokens: readonly Address[],
): Promise<Truth["positions"]> {
  const { positions, exchange } = perpetual;
  const held: Truth["positions"] = {};
  for (const token of tokens) {
    const [size, notional, funding] = (await readAll(perpetual, [
      [positions, "getTotalPositionSize", [account, token]],
      [positions, "getTotalOpenNotional", [account, token]],
      [exchange, "getPendingFundingPayment", [account, token]],
    ])) as [bigint, bigint, bigint];
    if (size !== 0n || notional !== 0n || funding !== 0n) {
      held[token.toLowerCase() as Address] = [size, notional, funding];
    }
  }
  return held;
}

/** The same from what a snapshot says of an account, and nothing else. `free`: where it has no liquidity, whose debt is not told. */
export function told(venue: PerpVenueState, account: PerpAccountState): Truth {
  const positions: Truth["positions"] = {};
  let [profit, funding, baseDebt, quote, initial] = [0n, 0n, 0n, 0n, 0n];
  for (const [m, size, notional, owed] of account.positions) {
    const { market, markPriceWad, initialMarginWad } = venue.markets[m]!;
    const value = (size * markPriceWad) / WAD;
    positions[market] = [size, notional, owed];
    profit += value + notional;
    funding += owed;
    quote += notional;
    if (size < 0n) baseDebt -= value;
    initial = initialMarginWad;
  }
  const collateral = account.collateralWad - funding;
  const least = profit < 0n ? collateral + profit : collateral;
  const debt = baseDebt + (quote < 0n ? -quote : 0n);
  const free = least - (debt * initial) / WAD;
  return {
    value: floorTo(collateral + profit, UNIT),
    requirement: account.requirementWad,
    free: free < 0n ? 0n : free / UNIT,
    positions,
  };
}

function floorTo(amount: bigint, unit: bigint): bigint {
  const rest = amount % unit;
  return amount - rest - (rest < 0n ? unit : 0n);
}
