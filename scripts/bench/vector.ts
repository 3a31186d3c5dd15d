import { readFileSync } from "node:fs";

/** A recorded file of test/vectors, by name. */
export function vector(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../test/vectors/${name}.json`, import.meta.url), "utf8"));
}
