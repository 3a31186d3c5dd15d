import type { Attempt, Slot } from "../store/transactions.js";
import { callIn } from "./call-in.js";
import { BUMP_AFTER_BLOCKS, type Landed, type OutboxHead, type OutboxParts } from "./outbox-parts.js";

/** Blocks for which a mined call is looked at again after a reorganisation. */
const REORG_BLOCKS = 64;

/** After a reorganisation (or a start): mined calls whose block left the chain are pending again. */
export async function reopenUnchained({ transactions, gateway }: OutboxParts, head: OutboxHead): Promise<void> {
  for (const { nonce, mined } of transactions.minedSince(head.number - REORG_BLOCKS)) {
    if (mined === undefined) continue;
    const receipt = await gateway.receipt(mined.attempt, head);
    if (receipt?.blockHash !== mined.blockHash) transactions.reopen(nonce);
  }
}

/** Close every live slot that a canonical receipt, or a count that does not fit it, decides. Returns what landed now. */
export async function settleLive(parts: OutboxParts, head: OutboxHead, count: number): Promise<Landed[]> {
  const { transactions, fault } = parts;
  const landed: Landed[] = [];
  for (const slot of transactions.live()) {
    const mined = await findMined(parts, head, slot);
    if (mined !== undefined) {
      fault?.("receipt");
      transactions.markMined(slot.nonce, mined);
      landed.push(mined);
    } else if (isLost(transactions.attempts(slot.nonce).at(-1), head, count)) {
      transactions.markLost(slot.nonce);
    }
  }
  return landed;
}

async function findMined(
  { transactions, gateway }: OutboxParts,
  head: OutboxHead,
  slot: Slot,
): Promise<Landed | undefined> {
  for (const { hash, raw } of transactions.attempts(slot.nonce)) {
    const receipt = await gateway.receipt(hash, head);
    if (receipt !== undefined) {
      const { blockNumber: block, blockHash, succeeded, spentWei } = receipt;
      return { attempt: hash, block, blockHash, succeeded, spentWei, to: callIn(raw).to };
    }
  }
  return undefined;
}

/** The nonce was used outside of this journal, or lies beyond a gap that this journal cannot fill: start from the chain's count. */
function isLost(attempt: Attempt | undefined, head: OutboxHead, count: number): boolean {
  if (attempt === undefined) return true;
  return count !== attempt.nonce && head.number >= attempt.block + BUMP_AFTER_BLOCKS;
}
