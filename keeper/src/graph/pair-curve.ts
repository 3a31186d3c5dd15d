/**
 * One pool as a market of one of its tokens in another: how its marginal price answers to sales.
 *
 * The marginal price is what the pool gives for the next unit, before its fee: the derivative of its quote over `1 - fee`.
 */
export interface PairCurve {
  /** Raw units of the quote for a raw unit of the base, now. */
  readonly price: number;
  /** Share of a trade that the pool keeps. */
  readonly feeFrac: number;
  /**
   * Raw units of the base that a seller puts in, fee included, until the price is `ratio` times what it is now; negative:
   * that a buyer takes out. Where no trade takes the price that far, what takes it furthest.
   */
  soldTo(ratio: number): number;
}
