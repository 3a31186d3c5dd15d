import type { UniswapV3Pool, UniswapV4Pool } from "../../snapshot/pool-state.js";

const FEE_UNIT = 1_000_000;

/**
 * What a swap pays of what goes in, hundredths of a basis point: the providers' fee and, in v4, the protocol's before it.
 *
 * **Source.** Uniswap/v4-core `ProtocolFeeLibrary.calculateSwapFee`.
 */
export function swapFee(pool: UniswapV3Pool | UniswapV4Pool, zeroForOne: boolean): number {
  if (pool.kind === "uniswap-v3") return pool.fee;
  const protocol = zeroForOne ? pool.protocolFee.zeroForOne : pool.protocolFee.oneForZero;
  return protocol + pool.fee - Math.floor((protocol * pool.fee) / FEE_UNIT);
}
