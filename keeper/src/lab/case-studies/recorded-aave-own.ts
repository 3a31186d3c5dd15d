import { Interface } from "ethers";
import { CallReverted } from "../../chain/rpc-errors.js";
import type { BlockReader } from "../../chain/rpc-pool.js";
import type { AccountState, VenueState } from "../../snapshot/snapshot.js";
import { intToBig } from "../../units.js";
import type { Address, Hex } from "../../units.js";
import type { RawReserve } from "../../venues/aave-reserves.js";

/** What the tokens say that an account has in the reserves that {@link AccountState} names, raw units. */
export type OwnBalances = Pick<AccountState, "collateral" | "debt">;

type View = Pick<VenueState, "venue" | "reserves" | "eModes">;

const getters = new Interface([
  "function balanceOf(address) view returns (uint256)",
  "function getUserAccountData(address) view returns (uint256, uint256, uint256, uint256, uint256, uint256)",
]);
const GAS: Hex = "0xffffff";
const WAD = 10n ** 18n;
const BPS = 10_000n;

/** Ask the tokens of an account's positions; undefined where one of them cannot answer. `raws` are in the view's order. */
export async function ownBalances(
  reader: BlockReader,
  raws: readonly RawReserve[],
  { account, collateral, debt }: AccountState,
): Promise<OwnBalances | undefined> {
  const balance = async (token: Address): Promise<bigint> => {
    const data = getters.encodeFunctionData("balanceOf", [account]) as Hex;
    const answer = await reader.call({ to: token, data, gas: GAS });
    return getters.decodeFunctionResult("balanceOf", answer)[0] as bigint;
  };
  try {
    const own: { collateral: [number, bigint][]; debt: [number, bigint][] } = { collateral: [], debt: [] };
    for (const [r] of collateral) own.collateral.push([r, await balance(raws[r]!.aToken)]);
    for (const [r] of debt) {
      own.debt.push([r, (await balance(raws[r]!.variableDebt)) + (await balance(raws[r]!.stableDebt))]);
    }
    return own;
  } catch (error) {
    if (error instanceof CallReverted) return undefined;
    throw error;
  }
}

/** Whether the pool's own `getUserAccountData` says the same sums and the same health factor as the view does. */
export async function isHealthOwn(
  reader: BlockReader,
  view: View,
  raws: readonly RawReserve[],
  account: AccountState,
): Promise<boolean> {
  const data = getters.encodeFunctionData("getUserAccountData", [account.account]) as Hex;
  try {
    const answer = getters.decodeFunctionResult(
      "getUserAccountData",
      await reader.call({ to: view.venue, data, gas: GAS }),
    );
    return sumsOf(view, raws, account).every((sum, i) => sum === answer[[0, 1, 5][i]!]);
  } catch (error) {
    if (error instanceof CallReverted) return false;
    throw error;
  }
}

/** Collateral and debt in base units, and the health factor, 1e18-scaled. Source: GenericLogic.calculateUserAccountData, v3.0. */
function sumsOf(view: View, raws: readonly RawReserve[], account: AccountState): [bigint, bigint, bigint] {
  const value = ([r, units]: readonly [number, bigint]): bigint =>
    (units * view.reserves[r]!.priceBase) / 10n ** intToBig(raws[r]!.decimals);
  const category = view.eModes?.find(({ id }) => id === account.eMode);
  const thresholdOf = (r: number): bigint => {
    const isInMode = category !== undefined && view.reserves[r]!.eMode === category.id;
    return intToBig((isInMode ? category : view.reserves[r]!).liquidationThresholdBps);
  };
  let [collateral, debt, weighted] = [0n, 0n, 0n];
  for (const entry of account.collateral) {
    collateral += value(entry);
    weighted += value(entry) * thresholdOf(entry[0]);
  }
  for (const entry of account.debt) debt += value(entry);
  const mean = collateral === 0n ? 0n : weighted / collateral;
  const limit = (collateral * mean + BPS / 2n) / BPS;
  return [collateral, debt, debt === 0n ? (1n << 256n) - 1n : (limit * WAD + debt / 2n) / debt];
}
