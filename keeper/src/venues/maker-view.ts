import type { VenueView } from "../snapshot/compose.js";
import type { AccountState, Exclusion, ForcedSale, ReserveState } from "../snapshot/snapshot.js";
import { bigToInt, intToBig } from "../units.js";
import type { Address } from "../units.js";
import { UNREADABLE } from "./maker-ilks.js";
import type { RawIlk, RawMaker, RawUrn } from "./maker-ilks.js";
import { ilkName } from "./maker-logs.js";
import type { MakerState } from "./maker.js";

const WAD = 10n ** 18n;
/** Also the unit of the base currency, USD. */
const RAY = 10n ** 27n;
const RAD = 10n ** 45n;
const USD_E8 = 10n ** 8n;
const BPS_ONE = 10_000n;
const WAD_DECIMALS = 18;

/**
 * Turn a state into what the snapshot shows of it: each ilk is a market of its token and of DAI, worth `par`.
 *
 * A vault is safe for the Vat while `ink * spot >= art * rate`, with the rate of the ilk's last drip; the snapshot's price times
 * its threshold is that spot, to 1e-27. The threshold is 1/mat rounded up to a basis point, so that the price is less than the
 * oracle's by up to that. Debts are rounded up to a unit of DAI, collateral down to a raw unit of its token. What is supplied
 * is what the vaults found have: the Vat keeps no sum of it.
 */
export function viewMaker(
  { vat, dai, dog }: { readonly vat: Address; readonly dai: Address; readonly dog?: Address },
  { market, accounts, sales, unattributed }: MakerState,
): VenueView {
  const inks = new Map<string, bigint>();
  for (const { ilk, ink } of accounts.values()) inks.set(ilk, (inks.get(ilk) ?? 0n) + ink);
  const used = market.ilks.filter(({ ilk, totalArt }) => totalArt > 0n || inks.has(ilk));
  const shown = used.filter((raw) => faultOf(raw) === undefined && raw.gem !== dai);
  const reserves = shown
    .flatMap((raw) => [collateralOf(market, raw, inks.get(raw.ilk) ?? 0n), debtOf(market, raw, dai)])
    .sort((a, b) => order(a.market!, b.market!) || order(a.asset, b.asset));
  const places = new Map(reserves.map(({ market: ilk, asset }, r) => [`${ilk} ${asset}`, r] as const));
  const byIlk = new Map(shown.map((raw) => [raw.ilk, raw] as const));
  const placeOf = (ilk: string, asset: Address): number => places.get(`${ilk} ${asset}`)!;
  const rows = [...accounts.values()].flatMap((urn) => {
    const raw = byIlk.get(urn.ilk);
    return raw === undefined ? [] : [accountOf(urn, raw, [placeOf(urn.ilk, raw.gem), placeOf(urn.ilk, dai)])];
  });
  return {
    state: {
      venue: vat,
      kind: "maker",
      baseUnit: RAY,
      baseUsdE8: USD_E8,
      closeFactorBps: bigToInt(BPS_ONE),
      fullCloseHfWad: 0n,
      reserves,
      accounts: rows
        .filter(({ collateral, debt }) => collateral.length > 0 || debt.length > 0)
        .sort((a, b) => order(a.market!, b.market!) || order(a.account, b.account)),
      totalDebtBase: (market.owed * market.par) / RAD,
    },
    forcedSales: sales.flatMap((sale) => saleOf(sale, byIlk)),
    exclusions: [
      ...used.flatMap((raw) => exclusionsOf(vat, dai, dog, raw)),
      ...[...unattributed].map(([ilk, amount]) => missing(vat, ilk, amount)),
    ],
  };
}

function collateralOf(market: RawMaker, raw: RawIlk, ink: bigint): ReserveState {
  const thresholdBps = (RAY * BPS_ONE + raw.mat - 1n) / raw.mat;
  return {
    market: raw.ilk,
    asset: raw.gem,
    priceBase: (raw.spot * market.par * BPS_ONE) / (RAY * thresholdBps),
    ltvBps: bigToInt(thresholdBps),
    liquidationThresholdBps: bigToInt(thresholdBps),
    liquidationBonusBps: penaltyBps(raw.chop),
    ...{ active: market.live, frozen: !market.live, paused: false, borrowingEnabled: false },
    suppliedUnits: unitsOf(ink, raw.decimals),
    debtUnits: 0n,
  };
}

function debtOf(market: RawMaker, raw: RawIlk, dai: Address): ReserveState {
  return {
    market: raw.ilk,
    asset: dai,
    priceBase: market.par,
    ...{ ltvBps: 0, liquidationThresholdBps: 0, liquidationBonusBps: 0 },
    ...{ active: market.live, frozen: !market.live, paused: false },
    borrowingEnabled: market.live && raw.totalArt * raw.rate < raw.line,
    suppliedUnits: 0n,
    debtUnits: daiOf(raw.totalArt * raw.rate),
  };
}

/** A vault that is auctioned owes `chop` times its debt: the owner loses that much more, up to what the auction brings. */
function penaltyBps(chop: bigint): number {
  if (chop === UNREADABLE || chop <= WAD) return 0;
  return bigToInt((chop * BPS_ONE + WAD - 1n) / WAD - BPS_ONE);
}

function accountOf(
  { ilk: market, urn: account, ink, art }: RawUrn,
  { rate, decimals }: RawIlk,
  [gem, dai]: readonly [number, number],
): AccountState {
  const [units, owed] = [unitsOf(ink, decimals), daiOf(art * rate)];
  return {
    market,
    account,
    collateral: units > 0n ? [[gem, units]] : [],
    debt: owed > 0n ? [[dai, owed]] : [],
  };
}

/** The Dog names an ilk; one whose token is not known has no place in a snapshot, and is among the exclusions. */
function saleOf(sale: ForcedSale, byIlk: ReadonlyMap<string, RawIlk>): ForcedSale[] {
  const raw = byIlk.get(ilkName(sale.collateralAsset));
  if (raw === undefined) return [];
  const collateralUnits = unitsOf(sale.collateralUnits, raw.decimals);
  return [{ ...sale, collateralAsset: raw.gem, collateralUnits, debtUnits: daiOf(sale.debtUnits) }];
}

function faultOf(raw: RawIlk): string | undefined {
  if (BigInt(raw.gem) === 0n) return "its token is not known: name it among the ilks, or a registry that does";
  if (!raw.hasDecimals) return `the decimals of ${raw.gem} do not answer`;
  if (raw.spot === 0n) return "no price: the Vat's spot is 0";
  if (raw.mat === UNREADABLE || raw.mat < RAY / 6n) return `no price: the Spotter's mat is ${raw.mat}`;
  return undefined;
}

function exclusionsOf(vat: Address, dai: Address, dog: Address | undefined, raw: RawIlk): Exclusion[] {
  const say = (reason: string): Exclusion => ({ scope: "reserve", id: `${vat}/${raw.ilk}`, reason });
  const fault = faultOf(raw);
  if (fault !== undefined) return [say(fault)];
  if (raw.gem === dai) return [say("its token is DAI itself")];
  if (raw.chop !== UNREADABLE) return [];
  return [say(`the penalty counts as 0: ${dog === undefined ? "no Dog is configured" : "the Dog does not answer"}`)];
}

function missing(vat: Address, ilk: string, amount: bigint): Exclusion {
  const reason = `${amount} of debt before interest is owed by no known vault`;
  if (ilk !== "") return { scope: "reserve", id: `${vat}/${ilk}`, reason };
  return { scope: "reserve", id: `${vat}/unknown ilks`, reason: `${amount} rad of debt is of no known ilk` };
}

function unitsOf(wad: bigint, decimals: number): bigint {
  const shift = decimals - WAD_DECIMALS;
  return shift >= 0 ? wad * 10n ** intToBig(shift) : wad / 10n ** intToBig(-shift);
}

function daiOf(rad: bigint): bigint {
  return (rad + RAY - 1n) / RAY;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
