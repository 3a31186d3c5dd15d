import { z } from "zod";

const record = z.record(z.string(), z.unknown());

/** True where `data` is an object with all of `keys`. */
export function hasKeys(data: unknown, ...keys: string[]): boolean {
  const object = record.safeParse(data);
  return object.success && keys.every((key) => key in object.data);
}

/** True where `data` has a list of `cases`, the first of which has all of `keys`. */
export function casesHave(data: unknown, ...keys: string[]): boolean {
  const file = z.object({ cases: z.array(z.unknown()).min(1) }).safeParse(data);
  return file.success && hasKeys(file.data.cases[0], ...keys);
}
