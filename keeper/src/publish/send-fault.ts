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

/** Causes of causes looked at; an error may point at itself. */
const DEEPEST_CAUSE = 8;

/** Classify a refusal by its text, over the whole chain of causes: codes differ between nodes, texts hardly. */
export function sendFaultOf(error: unknown): SendFault {
  const texts = causeTexts(error);
  const found = TEXTS.find(([pattern]) => texts.some((text) => pattern.test(text)));
  return found?.[1] ?? "unclear";
}

/** Messages of an error and of everything it was caused by, aggregated errors and nested JSON-RPC error objects included. */
function causeTexts(error: unknown, depth = 0): string[] {
  if (typeof error === "string") return [error];
  if (typeof error !== "object" || error === null || depth > DEEPEST_CAUSE) return [];
  const own = "message" in error && typeof error.message === "string" ? [error.message] : [];
  const causes = [
    "cause" in error ? error.cause : undefined,
    "error" in error ? error.error : undefined,
    ...("errors" in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : []),
  ];
  return [...own, ...causes.flatMap((cause) => causeTexts(cause, depth + 1))];
}
