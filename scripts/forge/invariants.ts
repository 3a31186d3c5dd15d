import { createHash } from "node:crypto";
import { forge } from "./forge.js";

const folder = "test/invariant/**";

export interface Property {
  readonly contract: string;
  readonly name: string;
}

export interface Campaign extends Property {
  readonly ok: boolean;
  readonly reason: string;
  readonly calls: number;
  readonly reverts: number;
  /** Calls of each action of a handler, by `Handler.action`. */
  readonly actions: ReadonlyMap<string, number>;
}

interface Result {
  readonly status: string;
  readonly reason: string | null;
  readonly kind: {
    readonly Invariant?: { calls: number; reverts: number; metrics: Record<string, { calls: number }> };
  };
}

/** Every `invariant_*` function of the invariant tests. Compiles them. */
export async function listProperties(): Promise<Property[]> {
  const listed = await forge(["test", "--list", "--json", "--match-path", folder], {});
  const files = JSON.parse(listed) as Record<string, Record<string, string[]>>;
  return Object.values(files).flatMap((contracts) =>
    Object.entries(contracts).flatMap(([contract, names]) =>
      names.filter((name) => name.startsWith("invariant_")).map((name) => ({ contract, name })),
    ),
  );
}

/** Sequences of their own for each property: forge would give all of them the same. */
const seedOf = ({ contract, name }: Property, salt: string): string =>
  `0x${createHash("sha256").update(`${contract}.${name}.${salt}`).digest("hex")}`;

/** `runs` sequences of `depth` calls, the property checked after each call. */
export async function runProperty(property: Property, runs: number, depth: number, salt: string): Promise<Campaign> {
  const only = ["--match-contract", `^${property.contract}$`, "--match-test", `^${property.name}\\(`];
  const args = ["test", "--json", "--match-path", folder, ...only, "--fuzz-seed", seedOf(property, salt)];
  const env = { FOUNDRY_INVARIANT_RUNS: `${runs}`, FOUNDRY_INVARIANT_DEPTH: `${depth}` };
  const suites = JSON.parse(await forge(args, env)) as Record<string, { test_results: Record<string, Result> }>;
  const result = Object.values(suites).flatMap((suite) => Object.values(suite.test_results))[0];
  const counts = result?.kind.Invariant;
  const metrics = Object.entries(counts?.metrics ?? {});
  return {
    ...property,
    ok: result?.status === "Success",
    reason: result?.reason ?? (result === undefined ? "forge did not run it" : ""),
    calls: counts?.calls ?? 0,
    reverts: counts?.reverts ?? 0,
    actions: new Map(metrics.map(([name, { calls }]) => [name.split(":").at(-1) ?? name, calls])),
  };
}
