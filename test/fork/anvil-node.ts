import { findAnvil } from "../../keeper/src/chain/archive/anvil-fork.js";

/** Path of the anvil binary that npm installs where there is one for the platform; skips the running test, loudly, where not. */
export function requireAnvil(context: Mocha.Context): string {
  const binary = findAnvil();
  if (binary !== undefined) return binary;
  console.warn("      SKIPPED: anvil is not installed (an optional dependency for linux-x64)");
  return context.skip();
}
