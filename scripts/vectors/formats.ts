import { aaveHealthFactor } from "./aave-health-factor.js";
import { aaveTables } from "./aave-tables.js";
import { analyticForms } from "./analytic.js";
import { cascadeGolden } from "./cascade-golden.js";
import type { VectorFormat } from "./format.js";
import { hyperliquidTotals } from "./hyperliquid.js";
import { lookThroughSheets } from "./look-through.js";
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
  hyperliquidTotals,
  lookThroughSheets,
  priceMinutes,
  publishedFacts,
  smartLtvGrid,
  uniswapV3,
];
