/** Thrown where the pool itself would revert. `code` is the pool's own, or the requirement that does not hold. */
export class SwapReverted extends Error {
  override readonly name = "SwapReverted";

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}
