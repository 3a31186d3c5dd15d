/** **Throws** `RangeError` unless `values` holds `length` finite numbers, none below 0; `what` names them. */
export function expectAmounts(values: Float64Array, length: number, what: string): void {
  if (values.length !== length) {
    throw new RangeError(`saw ${values.length} values of ${what}, expected ${length}: give one for each node`);
  }
  for (let i = 0; i < length; i++) {
    if (values[i]! >= 0 && values[i]! < Infinity) continue;
    throw new RangeError(`${what}[${i}] is ${values[i]}, expected a finite amount >= 0: leave unknown nodes out`);
  }
}
