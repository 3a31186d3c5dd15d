import { CallReverted } from "../chain/rpc-errors.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { OracleSite, OracleState } from "../publish/oracle-state.js";
import type { BlockRef } from "../chain/block-ref.js";

/** The configured addresses do not answer as our contracts do. */
export class ContractsNotFound extends Error {
  override readonly name = "ContractsNotFound";
  constructor({ oracle, breaker, targets }: OracleSite, cause: unknown) {
    const seen = cause instanceof Error ? cause.message : String(cause);
    super(
      `contracts: saw ${seen}, expected a RiskOracle at ${oracle} and a CircuitBreaker at ${breaker} with ` +
        `${targets.length} configured targets; correct contracts and publish.targets`,
      { cause },
    );
  }
}

/**
 * Look before listening: the nodes answer, are on our chain, and our contracts are where the configuration says.
 * Throws what the pool throws, and {@link ContractsNotFound}.
 */
export async function probe(
  pool: RpcPool,
  site: OracleSite,
  readOracle: (block: BlockRef) => Promise<OracleState>,
): Promise<{ head: BlockRef; oracle: OracleState }> {
  const head = await pool.head();
  try {
    return { head, oracle: await readOracle(head) };
  } catch (error) {
    if (error instanceof CallReverted || isDecodeFailure(error)) throw new ContractsNotFound(site, error);
    throw error;
  }
}

/** An address without code answers "0x", which no result decodes from. */
function isDecodeFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "BAD_DATA" || error.code === "BUFFER_OVERRUN");
}
