import { type Result, Interface } from "ethers";
import type { ContractRef } from "../../../keeper/src/lab/world/contract-ref.js";
import type { World } from "../../../keeper/src/lab/world/world.js";
import type { AccountState, VenueState } from "../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../keeper/src/units.js";

/** Read from the head, many calls at once. */
export async function readAll(
  world: Pick<World, "chain">,
  calls: readonly { target: ContractRef; method: string; args: readonly unknown[] }[],
): Promise<Result[]> {
  const answers = await world.chain.rpc.batch(
    calls.map(({ target, method, args }) => {
      const data = target.abi.encodeFunctionData(method, args);
      return { method: "eth_call", params: [{ to: target.address, data }, "latest"] };
    }),
  );
  return calls.map(({ target, method }, i) => target.abi.decodeFunctionResult(method, String(answers[i])));
}

/** What an account has according to the protocol's own views: balances with interest, by asset address. */
export interface Truth {
  readonly account: Address;
  readonly collateral: Record<Address, bigint>;
  readonly debt: Record<Address, bigint>;
  readonly collateralBase: bigint;
  readonly debtBase: bigint;
  readonly healthFactorWad: bigint;
}

/** Ask Aave's own data provider and pool about accounts. */
export async function truthOf(world: World, accounts: readonly Address[]): Promise<Truth[]> {
  const { aave, assets } = world;
  const perAsset = accounts.flatMap((account) =>
    assets.map(({ address }) => ({
      target: aave.dataProvider,
      method: "getUserReserveData",
      args: [address, account],
    })),
  );
  const perAccount = accounts.map((account) => ({ target: aave.pool, method: "getUserAccountData", args: [account] }));
  const [reserves, totals] = [await readAll(world, perAsset), await readAll(world, perAccount)];
  return accounts.map((account, i) => {
    const collateral: Record<Address, bigint> = {};
    const debt: Record<Address, bigint> = {};
    assets.forEach(({ address }, a) => {
      const row = reserves[i * assets.length + a]!;
      const supplied = row.getValue("currentATokenBalance") as bigint;
      const owed = (row.getValue("currentVariableDebt") as bigint) + (row.getValue("currentStableDebt") as bigint);
      if (row.getValue("usageAsCollateralEnabled") === true && supplied > 0n) collateral[address] = supplied;
      if (owed > 0n) debt[address] = owed;
    });
    const total = totals[i]!;
    return {
      account,
      collateral,
      debt,
      collateralBase: total.getValue("totalCollateralBase") as bigint,
      debtBase: total.getValue("totalDebtBase") as bigint,
      healthFactorWad: total.getValue("healthFactor") as bigint,
    };
  });
}

/** An account of the snapshot in the same form, its sums as the pool's whitepaper defines them. */
export function told(venue: VenueState, account: AccountState | undefined, decimals: ReadonlyMap<Address, number>) {
  const eMode = venue.eModes?.find(({ id }) => id === account?.eMode);
  let [collateralBase, debtBase, weighted] = [0n, 0n, 0n];
  const value = (reserve: number, units: bigint): bigint => {
    const { asset, priceBase } = venue.reserves[reserve]!;
    return (units * priceBase) / 10n ** BigInt(decimals.get(asset)!);
  };
  for (const [r, units] of account?.collateral ?? []) {
    const reserve = venue.reserves[r]!;
    const isInMode = eMode !== undefined && reserve.eMode === eMode.id;
    collateralBase += value(r, units);
    weighted += value(r, units) * BigInt((isInMode ? eMode : reserve).liquidationThresholdBps);
  }
  for (const [r, units] of account?.debt ?? []) debtBase += value(r, units);
  const byAsset = (list: AccountState["debt"] | undefined): Record<Address, bigint> =>
    Object.fromEntries((list ?? []).map(([r, units]) => [venue.reserves[r]!.asset, units]));
  return {
    collateral: byAsset(account?.collateral),
    debt: byAsset(account?.debt),
    collateralBase,
    debtBase,
    healthFactorWad: debtBase === 0n ? 2n ** 256n - 1n : healthFactor(collateralBase, weighted, debtBase),
  };
}

/** The pool rounds the mean threshold down to a basis point, and products and quotients half up. */
function healthFactor(collateralBase: bigint, weighted: bigint, debtBase: bigint): bigint {
  const meanThreshold = collateralBase === 0n ? 0n : weighted / collateralBase;
  const adjusted = (collateralBase * meanThreshold + 5_000n) / 10_000n;
  return (adjusted * 10n ** 18n + debtBase / 2n) / debtBase;
}

/** `Interface` of one view, for contracts that the world has no ABI of. */
export function viewOf(name: string, address: Address, signature: string): ContractRef {
  return { name, address, abi: new Interface([signature]) };
}
