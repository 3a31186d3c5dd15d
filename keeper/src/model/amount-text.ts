/** An amount for people: two decimals and thousands apart, three digits where that would show nothing. */
export function amountText(value: number): string {
  if (value > 0 && value < 0.01) return value.toPrecision(3);
  const [whole, decimals] = value.toFixed(2).split(".");
  return `${whole!.replace(/\B(?=(\d{3})+$)/g, ",")}.${decimals!}`;
}
