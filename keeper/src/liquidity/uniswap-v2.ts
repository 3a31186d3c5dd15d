import { z } from "zod";
import { UniswapV2Lens__factory } from "../../../typechain-types/index.js";
import { runLens } from "../chain/lens.js";
import { sourceKind } from "../chain/source-kind.js";
import { address, decodeRow, uint } from "../chain/words.js";
import type { UniswapV2Pool } from "../snapshot/pool-state.js";
import { address as addressValue } from "../values.js";
import { eachBlock } from "./each-block.js";

const STATE = {
  token0: address(0),
  token1: address(1),
  reserve0: uint(2, 0, 128),
  reserve1: uint(2, 128, 128),
} as const;
/** 0.3 %, which is in the code of Uniswap's own pairs. */
const FEE = 3_000;
const MAX_FEE = 999_999;

/** Uniswap v2 and its forks; the fee, in hundredths of a basis point, is in their code and not on the chain. */
export const uniswapV2 = sourceKind({
  schema: z.strictObject({
    kind: z.literal("uniswap-v2"),
    pool: addressValue,
    fee: z.int().min(0).max(MAX_FEE).default(FEE),
  }),
  addressOf: ({ pool }) => pool,
  follow: (chain, { pool }) =>
    eachBlock(async (block) => decodeRow(await runLens(chain.at(block), UniswapV2Lens__factory, [pool]), 0, STATE)),
  view: ({ pool, fee }, { token0, token1, reserve0, reserve1 }): UniswapV2Pool => ({
    ...{ pool, kind: "uniswap-v2", token0, token1, fee, reserve0, reserve1 },
  }),
});
