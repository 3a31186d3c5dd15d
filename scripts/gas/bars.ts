/** What is promised of each figure; the tests assert it. */
export const bars: Readonly<Record<string, number | undefined>> = {
  readIndexed: 7_500,
  guardRead: 5_400,
  guardReadTyped: 5_800,
  guardInLiquidate: 7_900,
  guardInLiquidateThrottled: 11_500,
  publish50of5of9: 175_000,
  publish50of5of9Clamped: 205_000,
  publishRootOnly5of9: 75_000,
  poke: undefined,
};
