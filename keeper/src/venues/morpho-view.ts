import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, Exclusion, ReserveState } from "../snapshot/snapshot.js";
import { BPS_ONE } from "../units.js";
import type { Address, Hex } from "../units.js";
import type { MorphoState } from "./morpho-blue.js";
import { totalsAt } from "./morpho-markets.js";
import type { MorphoTotals, RawMorphoMarket } from "./morpho-markets.js";
import { toAssetsUp } from "./morpho-math.js";
import { partsOf } from "./morpho-positions.js";
import type { MorphoPosition } from "./morpho-positions.js";
import { BASE_UNIT, priceOfLoan, reservesOf, unvalued, valueOf } from "./morpho-reserves.js";
import type { MorphoTerms } from "./morpho-reserves.js";

const USD_E8 = 10n ** 8n;

/** A market in the snapshot: its two reserves by their place there. */
interface Shown {
  readonly raw: RawMorphoMarket;
  readonly totals: MorphoTotals;
  readonly loan: number;
  readonly collateral: number;
}

/**
 * Turn a state into what the snapshot shows of it. A market is two reserves: what is lent, and what backs it, at the oracle's
 * price times the loan token's in USD, rounded down; LLTVs that are no whole basis points are rounded down, incentives up.
 *
 * Markets in which nobody owes anything are not shown: their collateral backs nothing and is lent to nobody. A market that
 * cannot be valued is excluded; what is owed there counts in the total as far as the loan token has a price.
 */
export function viewMorpho(venue: Address, state: MorphoState, terms: MorphoTerms): VenueView {
  const shown = new Map<Hex, Shown>();
  const reserves: ReserveState[] = [];
  const exclusions: Exclusion[] = [];
  let totalDebtBase = 0n;
  const supplied = collateralOf(state);
  for (const [id, raw] of state.market) {
    const totals = totalsAt(raw, state.block.timestamp);
    const loanPrice = priceOfLoan(raw, terms);
    if (typeof loanPrice === "bigint") totalDebtBase += valueOf(totals.borrowedAssets, loanPrice, raw.loanDecimals);
    const market = { id, raw, totals, collateral: supplied.get(id) ?? 0n };
    const pair = typeof loanPrice === "string" ? unvalued(market, loanPrice) : reservesOf(market, loanPrice, terms);
    if (typeof pair === "string") {
      exclusions.push({ scope: "reserve", id: `${venue}/${id}`, reason: pair });
      continue;
    }
    const first = raw.loanToken < raw.collateralToken ? 0 : 1;
    shown.set(id, { raw, totals, loan: reserves.length + first, collateral: reserves.length + 1 - first });
    reserves.push(...(first === 0 ? pair : pair.toReversed()));
  }
  return {
    state: {
      venue,
      kind: "morpho-blue",
      baseUnit: BASE_UNIT,
      baseUsdE8: USD_E8,
      closeFactorBps: BPS_ONE,
      fullCloseHfWad: 0n,
      reserves,
      accounts: accountsOf(state, shown),
      totalDebtBase,
    },
    forcedSales: state.sales,
    exclusions: [...exclusions, ...missing(venue, state)],
  };
}

/** Collateral of all borrowers by market: Morpho keeps no total of it. */
function collateralOf({ accounts }: MorphoState): ReadonlyMap<Hex, bigint> {
  const sums = new Map<Hex, bigint>();
  for (const [key, { collateral }] of accounts) {
    const { id } = partsOf(key);
    sums.set(id, (sums.get(id) ?? 0n) + collateral);
  }
  return sums;
}

/** Ascending by market, then owner, as their keys are. */
function accountsOf(state: MorphoState, shown: ReadonlyMap<Hex, Shown>): AccountState[] {
  return [...state.accounts.keys()].sort().flatMap((key) => {
    const { id, account } = partsOf(key);
    const market = shown.get(id);
    return market === undefined ? [] : [toAccount(id, account!, { position: state.accounts.get(key)!, market })];
  });
}

function toAccount(
  id: Hex,
  account: Address,
  { position, market }: { readonly position: MorphoPosition; readonly market: Shown },
): AccountState {
  const { raw, totals, loan, collateral } = market;
  const owed = toAssetsUp(position.borrowedShares, totals.borrowedAssets, raw.borrowedShares);
  return {
    market: id,
    account,
    collateral: position.collateral > 0n ? [[collateral, position.collateral]] : [],
    debt: owed > 0n ? [[loan, owed]] : [],
  };
}

function missing(venue: Address, { market, unattributed }: MorphoState): Exclusion[] {
  return [...unattributed].map(([id, amount]) => {
    const { borrowedShares } = market.get(id as Hex)!;
    const reason = `of ${borrowedShares} borrowed shares, ${amount} are owed by no known account`;
    return { scope: "reserve", id: `${venue}/${id}`, reason };
  });
}
