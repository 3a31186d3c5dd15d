import { expect } from "chai";
import { quotePool } from "../../../../keeper/src/graph/pool-quote.js";
import { SwapReverted } from "../../../../keeper/src/graph/uniswap-v3/errors.js";
import type { ContractRef } from "../../../../keeper/src/lab/world/contract-ref.js";
import type { BalancerStablePool, BalancerWeightedPool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address } from "../../../../keeper/src/units.js";
import { randomAmounts } from "../stage.js";
import { type VaultStage, ownQuote } from "./vault.js";

/** Our quote, or undefined where it says that the pool reverts. */
export function ourQuote(
  pool: BalancerStablePool | BalancerWeightedPool,
  { from, to, amountIn }: { readonly from: Address; readonly to: Address; readonly amountIn: bigint },
): bigint | undefined {
  try {
    return quotePool(pool, { base: from, quote: to }, amountIn);
  } catch (cause) {
    if (cause instanceof SwapReverted) return undefined;
    throw cause;
  }
}

/** Compare ours with the vault's own query: every ordered pair of tokens, dust to more than the pool has. Counts both kinds. */
export async function compareQuotes(
  stage: VaultStage,
  contract: ContractRef,
  { pool, seed, perPair }: { pool: BalancerStablePool | BalancerWeightedPool; seed: number; perPair: number },
): Promise<{ given: number; refused: number }> {
  const counted = { given: 0, refused: 0 };
  for (const [i, from] of pool.tokens.entries()) {
    for (const [j, to] of pool.tokens.entries()) {
      if (i === j) continue;
      const amounts = randomAmounts(seed + 8 * i + j, perPair, 3n * pool.balances[i]!);
      for (const amountIn of [...amounts, pool.balances[i]! / 4n]) {
        const own = await ownQuote(stage, contract, { from, to, amountIn });
        expect(ourQuote(pool, { from, to, amountIn }), `${contract.name}: ${amountIn} of ${i} for ${j}`).to.equal(own);
        counted[own === undefined ? "refused" : "given"] += 1;
      }
    }
  }
  return counted;
}
