import { expect } from "chai";
import { EXIT } from "../../keeper/src/cli/exit-codes.js";
import { configJsonSchema } from "../../keeper/src/config.js";
import { filesUnder, read } from "./sources.js";

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Dotted names of the leaves: `chain.rpcUrls`, `peers[].url`. */
function keysOf(schema: JsonSchema, at: string): string[] {
  const { properties, items, anyOf, oneOf } = schema;
  const variants = [...(anyOf ?? []), ...(oneOf ?? [])];
  const inner = [
    ...Object.entries(properties ?? {}).flatMap(([key, value]) => keysOf(value, at === "" ? key : `${at}.${key}`)),
    ...(items?.properties === undefined && items?.anyOf === undefined ? [] : keysOf(items, `${at}[]`)),
    ...variants.flatMap((variant) => (variant.properties === undefined ? [] : keysOf(variant, at))),
  ];
  return inner.length > 0 ? [...new Set(inner)] : [at];
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
