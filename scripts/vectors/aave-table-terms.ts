import { z } from "zod";
import type { Loop } from "./leveraged-loop.js";

const terms = z.object({ debt_usd_m: z.number().optional(), LT: z.number().optional(), bonus: z.number().optional() });

/** `LT081_b006` is a threshold of 0.81 and a bonus of 0.06. */
export function termsOf(name: string, table: object): Partial<Loop> {
  const given = terms.parse(table);
  const named = (key: string) => new RegExp(`_${key}(\\d)(\\d+)`).exec(name);
  const read = (key: string) => {
    const found = named(key);
    return found === null ? undefined : Number(`${found[1]}.${found[2]}`);
  };
  const all = { debt: given.debt_usd_m, lt: given.LT ?? read("LT"), bonus: given.bonus ?? read("b") };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
