import { z } from "zod";
import type { VectorFormat } from "./format.js";
import { swapsFile } from "./uniswap-v3-file.js";
import { functionCases, functionsFile } from "./uniswap-v3-functions.js";
import { poolSwapCases } from "./uniswap-v3-pools.js";

const outline = z.object({ pools: z.array(z.unknown()), poolSwaps: z.array(z.unknown()) });

export const uniswapV3: VectorFormat = {
  name: "uniswap_v3_swaps",
  tolerance: "exact integers; prices as printed",
  matches: (data) => outline.safeParse(data).success,
  check: (data) => [...poolSwapCases(swapsFile.parse(data)), ...functionCases(functionsFile.parse(data))],
};
