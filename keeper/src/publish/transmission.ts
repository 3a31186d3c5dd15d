import { ICircuitBreaker__factory, IRiskOracle__factory } from "../../../typechain-types/index.js";
import { CallReverted } from "../chain/rpc-errors.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { Report } from "../report/report.js";
import type { Address, Hex } from "../units.js";
import type { OracleSite } from "./oracle-state.js";
import type { Payload, TransactionGateway } from "./outbox-parts.js";

const breakerAbi = ICircuitBreaker__factory.createInterface();
const oracleAbi = IRiskOracle__factory.createInterface();
const NO_HASH = `0x${"00".repeat(32)}`;

/** Make the one call that publishes a report and moves the targets on it. */
export function publishPayload(report: Report, signatures: Hex, site: OracleSite): Payload {
  const struct = { ...report, lanes: [...report.lanes] };
  const data = breakerAbi.encodeFunctionData("publishAndPoke", [struct, signatures, [...site.targets]]) as Hex;
  return { epoch: report.epoch, to: site.breaker, data };
}

/** Let the outbox reach the chain through the pool. */
export function createGateway(pool: RpcPool): TransactionGateway {
  return {
    count: (address, head) => pool.transactionCount(address, head),
    receipt: async (hash, head) => {
      const receipt = await pool.receipt(hash, head);
      if (receipt === undefined) return undefined;
      const { blockNumber, blockHash, succeeded, gasUsed, effectiveGasPrice } = receipt;
      return { blockNumber, blockHash, succeeded, spentWei: gasUsed * effectiveGasPrice };
    },
    send: async (raw) => void (await pool.broadcast(raw)),
  };
}

/**
 * Say why `payload` would revert in the next block; undefined when it would not, or when no quorum of the nodes says so.
 *
 * A node that runs "pending" calls on top of the latest block does not know that block's own hash yet: a mismatch with zero
 * says nothing about the report.
 */
export async function simulate(pool: RpcPool, from: Address, payload: Payload): Promise<string | undefined> {
  try {
    await pool.pendingCall({ from, to: payload.to, data: payload.data });
    return undefined;
  } catch (error) {
    if (!(error instanceof CallReverted)) return undefined;
    const parsed = oracleAbi.parseError(error.data) ?? breakerAbi.parseError(error.data);
    if (parsed === null) return `simulation reverts with ${error.data.slice(0, 10)}`;
    if (parsed.name === "BlockHashMismatch" && parsed.args.at(-1) === NO_HASH) return undefined;
    return `simulation reverts with ${parsed.name}(${parsed.args.map(String).join(", ")})`;
  }
}
