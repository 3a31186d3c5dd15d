/** Morpho Blue's arithmetic, rounding included. Source: morpho-blue 1.0.0, MathLib.sol, SharesMathLib.sol, Morpho.sol. */

const WAD = 10n ** 18n;
const VIRTUAL_SHARES = 10n ** 6n;
const VIRTUAL_ASSETS = 1n;
/** 1.15. Source: ConstantsLib.MAX_LIQUIDATION_INCENTIVE_FACTOR. */
const MAX_INCENTIVE_WAD = 1_150_000_000_000_000_000n;
/** 0.3. Source: ConstantsLib.LIQUIDATION_CURSOR. */
const CURSOR_WAD = 300_000_000_000_000_000n;

/** What shares are worth, rounded up: what borrowers owe. Source: SharesMathLib.toAssetsUp. */
export function toAssetsUp(shares: bigint, totalAssets: bigint, totalShares: bigint): bigint {
  const whole = totalShares + VIRTUAL_SHARES;
  return (shares * (totalAssets + VIRTUAL_ASSETS) + whole - 1n) / whole;
}

/** Interest on `assets` over `elapsedSec` at a rate a second, 1e18-scaled. Source: Morpho._accrueInterest, wTaylorCompounded. */
export function interestOn(assets: bigint, rateWad: bigint, elapsedSec: bigint): bigint {
  const first = rateWad * elapsedSec;
  const second = (first * first) / (2n * WAD);
  const third = (second * first) / (3n * WAD);
  return (assets * (first + second + third)) / WAD;
}

/** What a liquidator gets for each unit repaid, 1e18-scaled, by the market's LLTV. Source: Morpho.liquidate. */
export function incentiveFactor(lltvWad: bigint): bigint {
  const factor = (WAD * WAD) / (WAD - (CURSOR_WAD * (WAD - lltvWad)) / WAD);
  return factor < MAX_INCENTIVE_WAD ? factor : MAX_INCENTIVE_WAD;
}
