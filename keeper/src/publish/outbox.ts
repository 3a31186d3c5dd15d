import type { Attempt } from "../store/transactions.js";
import { callIn } from "./call-in.js";
import {
  BUMP_AFTER_BLOCKS,
  NO_EPOCH,
  type Landed,
  type OutboxHead,
  type OutboxParts,
  type Payload,
  type StepResult,
} from "./outbox-parts.js";
import { reopenUnchained, settleLive } from "./reconcile.js";
import { rebroadcast, sendFirst, sendReplacement } from "./send.js";

/** The only way a transaction of this key leaves: journal first, one nonce in flight, success from canonical receipts only. */
export interface Outbox {
  /** Bring the journal in line with the chain. Call at every head before {@link Outbox.step}. Returns what landed now. */
  readonly reconcile: (head: OutboxHead) => Promise<Landed[]>;
  /** Send, replace or rebroadcast. `publishedEpoch`: pending calls up to it are not worth a higher fee any more. */
  readonly step: (
    head: OutboxHead,
    wish: { payload: Payload | undefined; publishedEpoch: number },
  ) => Promise<StepResult>;
}

/** Open an outbox over its journal. Nothing is sent before the first {@link Outbox.step}. */
export function createOutbox(parts: OutboxParts): Outbox {
  const { transactions, gateway, address } = parts;
  let last: OutboxHead | undefined;
  let count = 0;

  const reconcile = async (head: OutboxHead): Promise<Landed[]> => {
    if (last === undefined || head.parentHash !== last.hash) await reopenUnchained(parts, head);
    count = await gateway.count(address, head);
    const landed = await settleLive(parts, head, count);
    last = head;
    return landed;
  };

  const step: Outbox["step"] = async (head, { payload, publishedEpoch }) => {
    const live = transactions.live();
    const slot = live.at(-1);
    if (slot === undefined)
      return payload === undefined ? { kind: "idle" } : sendFirst(parts, head, { payload, nonce: count });
    for (const older of live.slice(0, -1)) await rebroadcast(parts, older);
    const attempt = transactions.attempts(slot.nonce).at(-1);
    if (attempt === undefined) throw new RangeError(`slot ${slot.nonce}: saw no attempt, expected one`);
    const wanted = mostWanted(payload, attempt.epoch > publishedEpoch ? payloadOf(attempt) : undefined);
    if (wanted === undefined) return rebroadcast(parts, slot);
    const isInTheWay = wanted.epoch !== NO_EPOCH && attempt.epoch === NO_EPOCH;
    if (!isInTheWay && head.number < attempt.block + BUMP_AFTER_BLOCKS) return rebroadcast(parts, slot);
    return sendReplacement(parts, head, { payload: wanted, last: attempt });
  };

  return { reconcile, step };
}

/** What was asked for now, unless it has no epoch and the pending call has one. */
function mostWanted(asked: Payload | undefined, pending: Payload | undefined): Payload | undefined {
  return asked === undefined || asked.epoch === NO_EPOCH ? (pending ?? asked) : asked;
}

function payloadOf({ epoch, raw }: Attempt): Payload {
  return { epoch, ...callIn(raw) };
}
