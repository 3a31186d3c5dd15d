import { z } from "zod";
import { sourceKind } from "../chain/source-kind.js";
import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, Exclusion, ReserveState } from "../snapshot/snapshot.js";
import { BPS_ONE, bigToInt } from "../units.js";
import type { Address } from "../units.js";
import { address } from "../values.js";
import { readLiquity } from "./liquity-branches.js";
import type { RawBranch, RawLiquity, RawTrove } from "./liquity-branches.js";
import { readAnew } from "./read-anew.js";
import { unproven } from "./unproven.js";

const WAD = 10n ** 18n;
const BPS_WAD = 10n ** 22n;
const WAD_PER_BPS = 10n ** 14n;
const USD_E8 = 10n ** 8n;
const ID_DIGITS = 64;

const schema = z.strictObject({
  kind: z.literal("liquity-v2"),
  collateralRegistry: address,
  branches: z.array(address).min(1).describe("addresses registry of each branch"),
  unproven: unproven("liquity-v2"),
});

/** Liquity v2 and its forks: troves of several branches that owe one stablecoin. Not proven offline. */
export const liquityV2 = sourceKind({
  schema,
  addressOf: ({ collateralRegistry }) => collateralRegistry,
  follow: (chain, { collateralRegistry, branches }) =>
    readAnew(chain, (reader) => readLiquity(reader, collateralRegistry, branches)),
  view: ({ collateralRegistry }, { read }) => viewLiquity(collateralRegistry, read),
});

/**
 * What the snapshot shows: each branch is two reserves, the stablecoin at one USD as the protocol takes it. A trove is
 * liquidated below the minimum ratio, so that its threshold is the inverse, rounded down. The stability pool takes the
 * collateral without selling it: no forced sales. An owner may have many troves: `market` of an account names the trove.
 */
export function viewLiquity(venue: Address, { debts, branches }: RawLiquity): VenueView {
  const reserves: ReserveState[] = [];
  const accounts: AccountState[] = [];
  const exclusions: Exclusion[] = [];
  const exclude = (manager: Address, reason: string): void =>
    void exclusions.push({ scope: "reserve", id: `${venue}/${manager}`, reason });
  const known = new Set(branches.map(({ manager }) => manager));
  for (const manager of debts.keys()) {
    if (!known.has(manager)) exclude(manager, "the addresses registry of this branch is not configured");
  }
  for (const branch of branches.toSorted((a, b) => (a.manager < b.manager ? -1 : 1))) {
    const reason = faultOf(branch, debts);
    if (reason !== undefined) {
      exclude(branch.manager, reason);
      continue;
    }
    const pair = [stablecoinOf(branch, debts.get(branch.manager)!), collateralOf(branch)];
    const isFirst = branch.stablecoin < branch.collateral;
    const [debt, collateral] = isFirst
      ? [reserves.length, reserves.length + 1]
      : [reserves.length + 1, reserves.length];
    reserves.push(...(isFirst ? pair : pair.toReversed()));
    for (const trove of branch.list) accounts.push(accountOf(branch, trove, { debt, collateral }));
  }
  return {
    state: {
      venue,
      kind: "liquity-v2",
      baseUnit: WAD,
      baseUsdE8: USD_E8,
      closeFactorBps: BPS_ONE,
      fullCloseHfWad: 0n,
      reserves,
      accounts: accounts.sort((a, b) => (a.market! < b.market! ? -1 : 1)),
      totalDebtBase: [...debts.values()].reduce((sum, debt) => sum + debt, 0n),
    },
    forcedSales: [],
    exclusions,
  };
}

function faultOf({ manager, hasPrice, isPriceFailed, priceWad, minRatioWad }: RawBranch, debts: RawLiquity["debts"]) {
  if (!debts.has(manager)) return "its trove manager is none of the collateral registry's";
  if (!hasPrice) return "no price: its feed does not answer";
  if (isPriceFailed) return "no price: its feed says that its oracle failed";
  if (priceWad === 0n) return "no price: its feed answers 0";
  return minRatioWad < WAD ? `its minimum ratio is ${minRatioWad}, below 1` : undefined;
}

/** A branch that was shut down goes on liquidating, and lends no more. */
function rulesOf({ manager, shutdownAt }: RawBranch) {
  return { market: manager, active: true, frozen: shutdownAt !== 0n, paused: false } as const;
}

function stablecoinOf(branch: RawBranch, debtUnits: bigint): ReserveState {
  return {
    ...rulesOf(branch),
    asset: branch.stablecoin,
    priceBase: WAD,
    ltvBps: 0,
    liquidationThresholdBps: 0,
    liquidationBonusBps: 0,
    borrowingEnabled: branch.shutdownAt === 0n,
    suppliedUnits: 0n,
    debtUnits,
  };
}

function collateralOf(branch: RawBranch): ReserveState {
  const thresholdBps = bigToInt(BPS_WAD / branch.minRatioWad);
  return {
    ...rulesOf(branch),
    asset: branch.collateral,
    priceBase: branch.priceWad,
    ltvBps: thresholdBps,
    liquidationThresholdBps: thresholdBps,
    liquidationBonusBps: bigToInt((branch.penaltyWad + WAD_PER_BPS - 1n) / WAD_PER_BPS),
    borrowingEnabled: false,
    suppliedUnits: branch.list.reduce((sum, { collateral }) => sum + collateral, 0n),
    debtUnits: 0n,
  };
}

function accountOf(
  { manager }: RawBranch,
  trove: RawTrove,
  reserves: { readonly debt: number; readonly collateral: number },
): AccountState {
  return {
    market: `${manager}/0x${trove.id.toString(16).padStart(ID_DIGITS, "0")}`,
    account: trove.owner,
    collateral: trove.collateral > 0n ? [[reserves.collateral, trove.collateral]] : [],
    debt: trove.debt > 0n ? [[reserves.debt, trove.debt]] : [],
  };
}
