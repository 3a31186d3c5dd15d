import type { VenueKind } from "../snapshot/snapshot.js";
import { compoundAtOnce, compoundBySecond, compoundedInterest, rayMul, rayMulDown, rayMulUp } from "./aave-math.js";
import type { Compounding } from "./aave-math.js";

/** In what the versions of Aave differ, once a reserve and an account are read. */
export interface AaveRules {
  readonly kind: VenueKind;
  readonly compound: Compounding;
  /** Scaled supply times index, raw units. */
  readonly toSupplied: (scaled: bigint, index: bigint) => bigint;
  /** Scaled variable debt times index, raw units. */
  readonly toOwed: (scaled: bigint, index: bigint) => bigint;
  /** Whether a reserve without a liquidation threshold of its own is no collateral, whatever the account's flag says. */
  readonly needsOwnThreshold: boolean;
  /** At or below this health factor everything may be repaid, 1e18-scaled. */
  readonly fullCloseHfWad: bigint;
  /** Where collateral or debt is worth no more than this in base currency units, everything may be repaid; 0 for no such rule. */
  readonly fullCloseBase: bigint;
}

/** What a pool of v3 answers about itself. */
export interface AaveV3Version {
  /** E-modes are sets of reserves, there is no stable debt: v3.2. */
  readonly liquidEModes: boolean;
  /** Bad debt is written off, small positions may be closed at once: v3.3. */
  readonly deficits: boolean;
  /** v3.4. */
  readonly lateDivision: boolean;
  /** Of the implementation; 0 before v3.2, or where it is not told. */
  readonly revision: number;
}

/** 0.95. Source: LiquidationLogic.sol, CLOSE_FACTOR_HF_THRESHOLD. */
const FULL_CLOSE_HF_WAD = 950_000_000_000_000_000n;
/** 2,000 in a base currency of 8 decimals, itself not small. Source: MIN_BASE_MAX_CLOSE_FACTOR_THRESHOLD of LiquidationLogic.sol. */
const SMALL_BASE = 200_000_000_000n - 1n;
/** Source: POOL_REVISION of PoolInstance.sol; versions before v3.5 have smaller ones, and the getters of v3.4 and v3.5 are the same. */
const REVISION_OF_3_5 = 9;
/** Source: POOL_REVISION of PoolInstance.sol in aave-v3-origin 3.6. */
const REVISION_OF_3_6 = 10;

/** Aave v2: half of a debt, however low the health factor. Source: LendingPoolCollateralManager.sol of protocol-v2. */
const AAVE_V2_RULES: AaveRules = {
  kind: "aave-v2",
  compound: compoundBySecond,
  toSupplied: rayMul,
  toOwed: rayMul,
  needsOwnThreshold: true,
  fullCloseHfWad: 0n,
  fullCloseBase: 0n,
};

/** Which rules hold: plain data, as a state that outlives the process must be. */
export type AaveVersion = "v2" | AaveV3Version;

/** The rules of a version. */
export function aaveRules(version: AaveVersion): AaveRules {
  return version === "v2" ? AAVE_V2_RULES : aaveV3Rules(version);
}

/** The rules of an Aave v3 pool. Source: core-v3 1.19, aave-v3-origin 3.6 and its notes on each version between. */
function aaveV3Rules({ deficits, lateDivision, revision }: AaveV3Version): AaveRules {
  const roundsDirected = lateDivision && revision >= REVISION_OF_3_5;
  return {
    kind: "aave-v3",
    compound: lateDivision ? compoundAtOnce : compoundedInterest,
    toSupplied: roundsDirected ? rayMulDown : rayMul,
    toOwed: roundsDirected ? rayMulUp : rayMul,
    needsOwnThreshold: !(lateDivision && revision >= REVISION_OF_3_6),
    fullCloseHfWad: FULL_CLOSE_HF_WAD,
    fullCloseBase: deficits ? SMALL_BASE : 0n,
  };
}
