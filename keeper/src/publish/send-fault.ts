/**
 * What a node's refusal of a raw transaction means. `known`: it has it. `used`: the nonce is taken on chain. `replaced`: a
 * pending attempt with this nonce pays more. `cheap`: below what the node takes. `poor`: not enough ether. `unclear`: it may
 * or may not have it.
 */
export type SendFault = "known" | "used" | "replaced" | "cheap" | "poor" | "unclear";

/** Texts of geth, EDR, anvil, nethermind, erigon, reth and besu; the first match counts. */
const TEXTS: readonly (readonly [RegExp, SendFault])[] = [
  [/already known|known transaction|already imported|already exists|AlreadyKnown/i, "known"],
  [/nonce too low|nonce is too low|nonce has already been used|OldNonce|invalid nonce.*expected/i, "used"],
  [
    /replacement transaction underpriced|replacement fee too low|gas price bump|ReplacementNotAllowed|must be increased/i,
    "replaced",
  ],
  [/underpriced|fee cap less than block base fee|less than block base fee|FeeTooLow|baseFeePerGas/i, "cheap"],
  [/insufficient funds|InsufficientFunds|doesn't have enough funds|upfront cost exceeds/i, "poor"],
];

/** Classify a refusal by its text, over the whole chain of causes: codes differ between nodes, texts hardly. */
export function sendFaultOf(error: unknown): SendFault {
  const texts = causeTexts(error);
  const found = TEXTS.find(([pattern]) => texts.some((text) => pattern.test(text)));
  return found?.[1] ?? "unclear";
}

/** Messages of an error and of everything it was caused by; nested JSON-RPC error objects included. */
export function causeTexts(error: unknown): string[] {
  const texts: string[] = [];
  for (let at: unknown = error, depth = 0; at !== null && at !== undefined && depth < 8; depth++) {
    if (typeof at === "string") {
      texts.push(at);
      break;
    }
    if (typeof at !== "object") break;
    if ("message" in at && typeof at.message === "string") texts.push(at.message);
    at = "cause" in at ? at.cause : "error" in at ? at.error : undefined;
  }
  return texts;
}
