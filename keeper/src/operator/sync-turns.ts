import type { BlockRef } from "../chain/block-ref.js";
import { syncPayload, type AdapterAnswer } from "../publish/adapters.js";
import type { OracleState } from "../publish/oracle-state.js";
import type { Landed, Payload } from "../publish/outbox-parts.js";
import { epochSchedule, mayTransmit } from "../quorum/schedule.js";
import type { Address } from "../units.js";
import type { OperatorParts } from "./parts.js";

/** What decides whether a `sync()` is sent at a head, and which. */
export interface SyncQuestion {
  readonly oracle: OracleState;
  readonly answers: readonly AdapterAnswer[];
  /** Transactions of this operator that were found in the chain at this head. */
  readonly landed: readonly Landed[];
}

/**
 * Make what says which adapter this operator syncs at a head, if any. Call it at every head.
 *
 * Who goes first is drawn, as for an epoch, from the block since which the adapter has been asking; every further operator
 * takes over `stageBlocks` later. Adapters that start to ask at one block start with different operators, so that they need
 * not wait for each other. An adapter that still asks after a sync of ours, while all levels are as they were, waits for
 * `easeSpacingSec`: one that always asks does not eat the budget. What is remembered does not matter for safety.
 */
export function createSyncTurns({
  self,
  limits,
}: Pick<OperatorParts, "self" | "limits">): (block: BlockRef, question: SyncQuestion) => Payload | undefined {
  const since = new Map<Address, number>();
  const offered = new Map<Address, string>();
  const synced = new Map<Address, { readonly at: number; readonly levels: string | undefined }>();

  return (block, { oracle, answers, landed }) => {
    const levels = oracle.targets.map(({ level }) => level).join();
    for (const { to } of landed) synced.set(to, { at: block.timestamp, levels: offered.get(to) });
    for (const { adapter, due, fault } of answers) {
      if (due > 0) since.set(adapter, since.get(adapter) ?? block.number);
      else if (fault === undefined) since.delete(adapter);
    }
    const { signers, configDigest } = oracle.config;
    const isOurs = ({ adapter, due }: AdapterAnswer, index: number): boolean => {
      const asking = since.get(adapter);
      if (due === 0 || asking === undefined) return false;
      const last = synced.get(adapter);
      if (last?.levels === levels && block.timestamp < last.at + limits.easeSpacingSec) return false;
      const order = rotate(epochSchedule(signers, configDigest, asking), index);
      return mayTransmit(order, self, { head: block.number, observedBlock: asking, stageBlocks: limits.stageBlocks });
    };
    const adapter = answers.find(isOurs)?.adapter;
    if (adapter === undefined) return undefined;
    offered.set(adapter, levels);
    return syncPayload(adapter);
  };
}

function rotate(order: readonly Address[], by: number): Address[] {
  const start = by % Math.max(1, order.length);
  return [...order.slice(start), ...order.slice(0, start)];
}
