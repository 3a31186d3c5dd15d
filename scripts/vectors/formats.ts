import { aaveHealthFactor } from "./aave-health-factor.js";
import { aaveTables } from "./aave-tables.js";
import { analyticForms } from "./analytic.js";
import { cascadeGolden } from "./cascade-golden.js";
import { clearing } from "./clearing.js";
import { debtRankRing } from "./debtrank-ring.js";
import { debtRank } from "./debtrank.js";
import { fireSaleEba } from "./firesale-eba.js";
import { fireSaleSqrt } from "./firesale-sqrt.js";
import type { VectorFormat } from "./format.js";
import { hyperliquidTotals } from "./hyperliquid.js";
import { lookThroughSheets } from "./look-through.js";
import { neva } from "./neva.js";
import { priceMinutes } from "./price-minutes.js";
import { publishedFacts } from "./published-facts.js";
import { smartLtvGrid } from "./smart-ltv.js";
import { uniswapV3 } from "./uniswap-v3.js";

/** Every format that is known; a file must match exactly one. */
export const formats: readonly VectorFormat[] = [
  aaveHealthFactor,
  aaveTables,
  analyticForms,
  cascadeGolden,
  clearing,
  debtRank,
  debtRankRing,
  fireSaleEba,
  fireSaleSqrt,
  hyperliquidTotals,
  lookThroughSheets,
  neva,
  priceMinutes,
  publishedFacts,
  smartLtvGrid,
  uniswapV3,
];
