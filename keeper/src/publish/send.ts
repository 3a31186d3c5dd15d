import { Transaction } from "ethers";
import type { Attempt, Slot } from "../store/transactions.js";
import type { Hex } from "../units.js";
import { callIn } from "./call-in.js";
import { budgetFault, bumpedFees, freshFees, type Fees } from "./fees.js";
import type { OutboxHead, OutboxParts, Payload, StepResult } from "./outbox-parts.js";
import { sendFaultOf, type SendFault } from "./send-fault.js";

const HOUR_SEC = 3600;

/** Send the newest attempt of `slot` again, as it is. */
export async function rebroadcast(parts: OutboxParts, slot: Slot): Promise<StepResult> {
  const attempt = parts.transactions.attempts(slot.nonce).at(-1);
  return attempt === undefined ? { kind: "idle" } : broadcast(parts, attempt);
}

/** Take a nonce for `payload`, at a fresh price. */
export async function sendFirst(
  parts: OutboxParts,
  head: OutboxHead,
  { payload, nonce }: { payload: Payload; nonce: number },
): Promise<StepResult> {
  const fees = freshFees(head.baseFeePerGas, parts.fees);
  if (fees === undefined)
    return { kind: "held", reason: `fee cap: base fee ${head.baseFeePerGas} wei is above ${parts.fees.maxFeeCap}` };
  const hour = parts.transactions.spentSince(head.timestamp - HOUR_SEC);
  const wei = hour.wei + parts.gasLimit * fees.maxFee;
  const over = budgetFault({ wei, count: hour.count + 1 }, parts.budget);
  return over === undefined ? signAndSend(parts, head, { payload, nonce, fees }) : { kind: "held", reason: over };
}

/** Replace the pending attempt `last` by `payload`, at a price that nodes accept for that. */
export async function sendReplacement(
  parts: OutboxParts,
  head: OutboxHead,
  { payload, last }: { payload: Payload; last: Attempt },
): Promise<StepResult> {
  const fees = bumpedFees(last, head.baseFeePerGas, parts.fees);
  if (fees === undefined) {
    await broadcast(parts, last);
    return { kind: "held", reason: `fee cap: no room above ${last.maxFee} wei under ${parts.fees.maxFeeCap}` };
  }
  const hour = parts.transactions.spentSince(head.timestamp - HOUR_SEC);
  const over = budgetFault(
    { wei: hour.wei + parts.gasLimit * (fees.maxFee - last.maxFee), count: hour.count },
    parts.budget,
  );
  return over === undefined
    ? signAndSend(parts, head, { payload, nonce: last.nonce, fees })
    : { kind: "held", reason: over };
}

async function signAndSend(
  parts: OutboxParts,
  head: OutboxHead,
  { payload, nonce, fees }: { payload: Payload; nonce: number; fees: Fees },
): Promise<StepResult> {
  const { chainId, gasLimit, key } = parts;
  const { to, data, epoch } = payload;
  const unsigned = {
    type: 2,
    chainId,
    nonce,
    to,
    data,
    gasLimit,
    maxFeePerGas: fees.maxFee,
    maxPriorityFeePerGas: fees.tip,
  };
  const transaction = Transaction.from(unsigned);
  transaction.signature = key.sign(transaction.unsignedHash);
  parts.fault?.("signed");
  const attempt: Attempt = {
    hash: transaction.hash as Hex,
    nonce,
    epoch,
    raw: transaction.serialized as Hex,
    ...fees,
    gasLimit,
    block: head.number,
    at: head.timestamp,
    sent: false,
  };
  parts.transactions.record(attempt);
  parts.fault?.("journaled");
  return broadcast(parts, attempt);
}

/** Send what the journal holds. A refusal never ends the row: the next head's receipts and counts decide. */
async function broadcast({ gateway, transactions, fault }: OutboxParts, attempt: Attempt): Promise<StepResult> {
  let refusal: SendFault | undefined;
  try {
    await gateway.send(attempt.raw);
  } catch (error) {
    refusal = sendFaultOf(error);
  }
  fault?.("sent");
  const { to } = callIn(attempt.raw);
  if (refusal === undefined || refusal === "known") {
    if (!attempt.sent) transactions.markSent(attempt.hash);
    fault?.("marked");
    return { kind: "sent", hash: attempt.hash, to, fault: undefined };
  }
  return { kind: "sent", hash: attempt.hash, to, fault: refusal };
}
