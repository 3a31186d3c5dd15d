import type { VectorFormat } from "./format.js";
import { hasKeys } from "./shape.js";
import { swapsFile } from "./uniswap-v3-file.js";
import { functionCases, functionsFile } from "./uniswap-v3-functions.js";
import { poolSwapCases } from "./uniswap-v3-pools.js";

/** Any of these makes it one: the others may be absent. */
const PARTS = ["poolSwaps", "computeSwapStep", "sqrtPriceMath", "tickToSqrt", "sqrtToTick"];

export const uniswapV3: VectorFormat = {
  name: "uniswap_v3_swaps",
  tolerance: "exact integers; prices as printed",
  matches: (data) => PARTS.some((part) => hasKeys(data, part)),
  check: (data) => [...poolSwapCases(swapsFile.parse(data)), ...functionCases(functionsFile.parse(data))],
};
