/** Fees of one EIP-1559 transaction, wei per gas. */
export interface Fees {
  readonly maxFee: bigint;
  readonly tip: bigint;
}

/** What an operator is willing to pay, wei per gas. */
export interface FeeLimits {
  readonly maxFeeCap: bigint;
  readonly tip: bigint;
}

/** Price a new transaction so that it survives six full blocks; undefined when the cap is below the base fee. */
export function freshFees(baseFee: bigint, { maxFeeCap, tip }: FeeLimits): Fees | undefined {
  if (maxFeeCap < baseFee) return undefined;
  const maxFee = least(2n * baseFee + tip, maxFeeCap);
  return { maxFee, tip: least(tip, maxFee) };
}

/**
 * Price a replacement: both fees at 12.5 % above the last attempt (nodes ask for 10 %), or fresh where that is more.
 * Undefined when the cap leaves no room for that: the last attempt stays.
 */
export function bumpedFees(last: Fees, baseFee: bigint, limits: FeeLimits): Fees | undefined {
  const fresh = freshFees(baseFee, limits);
  const maxFee = most(bump(last.maxFee), fresh?.maxFee ?? 0n);
  const tip = most(bump(last.tip), fresh?.tip ?? 0n);
  return maxFee > limits.maxFeeCap || tip > maxFee ? undefined : { maxFee, tip };
}

/** Hard limits of spending within one hour. */
export interface SpendBudget {
  readonly weiPerHour: bigint;
  readonly transactionsPerHour: number;
}

/** Say what this hour's spending, the next transaction included, would break; undefined when nothing. */
export function budgetFault(
  hour: { readonly wei: bigint; readonly count: number },
  { weiPerHour, transactionsPerHour }: SpendBudget,
): string | undefined {
  if (hour.count > transactionsPerHour) {
    return `spend budget: saw ${hour.count} transactions this hour, expected at most ${transactionsPerHour}`;
  }
  return hour.wei > weiPerHour
    ? `spend budget: saw ${hour.wei} wei this hour, expected at most ${weiPerHour}`
    : undefined;
}

function bump(fee: bigint): bigint {
  return (fee * 1125n + 999n) / 1000n;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
