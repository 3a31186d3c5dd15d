/**
 * What a set of scenarios does to a book, one row a scenario. Rows are whole: no sum runs over scenarios, so rows that
 * were made apart join to the same bits.
 *
 * **Shapes.** S scenarios, n accounts, R reserves, V venues. Row s of `repaidByReserve` holds entries
 * `s*R <= e < (s+1)*R`, of `badDebtByVenue` `s*V <= e < (s+1)*V`.
 */
export interface SweepOutcome {
  /** `Float64Array[S]` USD: debt that liquidators repaid. */
  readonly repaidUsd: Float64Array;
  /** `Float64Array[S]` USD: bad debt, realised and latent. */
  readonly badDebtUsd: Float64Array;
  /** `Float64Array[S]` USD: L1 and Linf over the collateral of accounts that are solvent at t0. */
  readonly firstLossUsd: Float64Array;
  readonly fullLossUsd: Float64Array;
  readonly rounds: Uint32Array;
  /** `Uint8Array[S]`: 0 where the rounds ran out. */
  readonly converged: Uint8Array;
  /** `Float64Array[S*R]` USD: repaid, by the reserves of the accounts' collateral. */
  readonly repaidByReserve: Float64Array;
  /** `Float64Array[S*V]` USD. */
  readonly badDebtByVenue: Float64Array;
  /** `Uint32Array[n]`: scenarios in which the account is liquidated, and the sum of the rounds in which it first is. */
  readonly hits: Uint32Array;
  readonly triggerRounds: Uint32Array;
}
