import { z } from "zod";

/**
 * What a source must state whose kind was never tested on the protocol's own code: that the operator knows. Without it the
 * configuration is refused, so that no such venue counts as covered by default.
 */
export function unproven(kind: string): z.ZodLiteral<true> {
  return z.literal(true, {
    error: `expected true: ${kind} is not proven on the protocol's own code (docs/venues.md); state that you know, or leave it out`,
  });
}
