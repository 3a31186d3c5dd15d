import { expect } from "chai";
import { EXIT } from "../../keeper/src/cli/exit-codes.js";
import { configJsonSchema } from "../../keeper/src/config/schema.js";
import { filesUnder, read } from "./sources.js";

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly default?: unknown;
}

/** Dotted names of the leaves: `chain.rpcUrls`, `peers[].url`. */
function keysOf(schema: JsonSchema, at: string): string[] {
  const { properties, items, anyOf, oneOf } = schema;
  const variants = [...(anyOf ?? []), ...(oneOf ?? [])];
  const inner = [
    ...Object.entries(properties ?? {}).flatMap(([key, value]) => keysOf(value, at === "" ? key : `${at}.${key}`)),
    ...(items === undefined || (items.properties ?? items.anyOf ?? items.oneOf) === undefined
      ? []
      : keysOf(items, `${at}[]`)),
    ...variants.flatMap((variant) => (variant.properties === undefined ? [] : keysOf(variant, at))),
  ];
  return inner.length > 0 ? [...new Set(inner)] : [at];
}

/** Default of the key at `path`, in whatever variant has it. */
function defaultOf(schema: JsonSchema, path: readonly string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return schema.default;
  const next =
    head === "[]"
      ? [schema.items]
      : [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map((variant) => variant.properties?.[head]);
  return next
    .map((inner) => (inner === undefined ? undefined : defaultOf(inner, rest)))
    .find((value) => value !== undefined);
}

describe("docs/runbook.md", () => {
  const runbook = read("docs/runbook.md");
  const documented = new Set([...runbook.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? ""));
  const keys = keysOf(configJsonSchema(), "");

  it("documents every key of the configuration", () => {
    expect(keys.length).to.be.greaterThan(10);
    expect(keys.filter((key) => !documented.has(key))).to.deep.equal([]);
  });

  it("documents no key that is gone", () => {
    const names = [...documented].filter((name) => /^[a-z]+[A-Za-z]*([.[]|$)/.test(name) && !name.includes(" "));
    expect(names.filter((name) => !keys.includes(name))).to.deep.equal([]);
  });

  it("gives the defaults as they are", () => {
    const rows = [...runbook.matchAll(/^\| `([^`]+)` \| .* \| ([^|]*) \|$/gm)].map((match) => [
      match[1],
      match[2]?.trim(),
    ]);
    const stated = new Map(rows as [string, string][]);
    const wrong = keys.filter((key) => {
      const value = defaultOf(configJsonSchema(), key.replaceAll("[]", ".[]").split("."));
      return value !== undefined && !Array.isArray(value) && stated.get(key) !== String(value);
    });
    expect(wrong).to.deep.equal([]);
  });

  it("names every environment variable that the keeper reads", () => {
    const sources = filesUnder("keeper/src", /\/config(\/[\w-]+)?\.ts$/)
      .map(read)
      .join("\n");
    const variables = new Set([...sources.matchAll(/"(BULKHEAD_[A-Z_]+)"/g)].map((match) => match[1] ?? ""));
    expect(variables.size).to.be.greaterThan(0);
    expect([...variables].filter((name) => !runbook.includes(`\`${name}\``))).to.deep.equal([]);
  });

  it("lists the exit codes as they are", () => {
    const rows = [...runbook.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map((match) => [match[2] ?? "", Number(match[1])]);
    expect(Object.fromEntries(rows)).to.deep.equal({ ...EXIT });
  });
});
