import { expect } from "chai";
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { filesUnder, read, root } from "./sources.js";

const base = ["units", "errors", "keccak", "values"];

/** What a folder (or file) of keeper/src may import besides itself. Whoever is not listed here may import nothing. */
const keeper: Record<string, readonly string[]> = {
  units: [],
  keccak: [],
  errors: ["units"],
  values: ["units"],
  config: [...base, "venues", "liquidity", "wrapped", "perps"],
  snapshot: base,
  graph: [...base, "snapshot"],
  model: [...base, "snapshot", "graph"],
  sweep: [...base, "graph", "model"],
  report: [...base, "snapshot", "model"],
  chain: [...base, "snapshot"],
  observe: base,
  store: [...base, "report", "chain"],
  venues: [...base, "chain", "snapshot"],
  liquidity: [...base, "chain", "snapshot", "graph"],
  wrapped: [...base, "chain", "snapshot"],
  perps: [...base, "chain", "snapshot", "venues"],
  "snapshot-reader": [...base, "chain", "venues", "liquidity", "perps", "wrapped", "snapshot"],
  books: [...base, "snapshot"],
  scan: [...base, "snapshot", "graph", "model"],
  quorum: [...base, "chain", "store", "report", "observe"],
  "publish/policy": [...base, "report", "model"],
  publish: [...base, "chain", "store", "report", "model", "observe"],
};
/** One operator's loop: ties what is above together, for the process and for tests to start. */
const loop = "operator";
/** May import every folder above, and each other; nothing imports them, but for the two named last. */
const roots = ["main", "cli", "lab"];
const intoRoots = ["cli -> main", "cli -> lab"];

/** Packages that only some folders may name; node:* counts as I/O. */
const packages: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /^(ethers|typechain-types)\b/,
    ["chain", "venues", "liquidity", "perps", "wrapped", "report", "quorum", "publish", "lab", "cli"],
  ],
  [/^hardhat\b|^@nomicfoundation\//, ["lab"]],
  [/^@aave\/|^@uniswap\//, ["lab"]],
  [/^pino\b/, ["observe"]],
  [/^(node:sqlite|pg)\b/, ["store"]],
  [/^(yaml|commander)\b/, ["config", "cli", "main", "lab"]],
  [/^(csv-stringify|@duckdb\/node-api)\b/, ["scan"]],
  [
    /^node:/,
    ["scan", "sweep", "chain", "store", "observe", "quorum", "publish", "books", "config", "main", "cli", "lab"],
  ],
];

const src = "keeper/src";

/** `keeper/src/model/cascade.ts` -> `model`; the pure part of publish/ is a unit of its own. */
function unitOf(file: string): string {
  const inside = path.posix.relative(src, file).replace(/\.(ts|js)$/, "");
  return inside === "publish/policy" ? inside : (inside.split("/")[0] ?? "");
}

function imports(file: string): { unit: string; specifier: string; target: string | undefined }[] {
  return ts.preProcessFile(read(file), true, true).importedFiles.map(({ fileName: specifier }) => {
    const target = specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
    return { unit: unitOf(file), specifier, target };
  });
}

function mayImport(from: string, to: string): boolean {
  if (from === to || (from === "publish" && to === "publish/policy")) return true;
  if (roots.includes(to)) return intoRoots.includes(`${from} -> ${to}`);
  if (to === loop) return roots.includes(from);
  return roots.includes(from) || from === loop ? to in keeper : (keeper[from] ?? []).includes(to);
}

describe("imports", () => {
  const files = filesUnder(src, /\.ts$/);

  it("go one way between the folders of the keeper", () => {
    const edges = files.flatMap((file) =>
      imports(file).flatMap(({ unit, target }) => {
        if (target === undefined || !target.startsWith(`${src}/`) || mayImport(unit, unitOf(target))) return [];
        return [`${file}: ${unit} may not import ${target}`];
      }),
    );
    expect(edges).to.deep.equal([]);
  });

  it("name a package only where its kind of work is done", () => {
    const misplaced = files.flatMap((file) =>
      imports(file).flatMap(({ unit, specifier, target }) => {
        const name = target?.startsWith("typechain-types/") === true ? target : specifier;
        const rule = packages.find(([pattern]) => pattern.test(name));
        return rule === undefined || rule[1].includes(unit) ? [] : [`${file}: ${unit} may not import ${name}`];
      }),
    );
    expect(misplaced).to.deep.equal([]);
  });

  it("leave the keeper only for the generated contract types", () => {
    const strays = files.flatMap((file) =>
      imports(file).flatMap(({ target }) => {
        const known = target === undefined || target.startsWith(`${src}/`) || target === "typechain-types/index.js";
        const owned = unitOf(file) === "lab" && target?.startsWith("deploy/") === true;
        return known || owned || target.endsWith(".json") ? [] : [`${file}: ${target}`];
      }),
    );
    expect(strays).to.deep.equal([]);
  });

  it("name dependencies that package.json pins for this use", () => {
    const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Record<string, object>;
    // What is optional is imported where it is used, and said to be missing where it is.
    const runtime = ["dependencies", "optionalDependencies"].flatMap((kind) => Object.keys(manifest[kind] ?? {}));
    const missing = files.flatMap((file) =>
      imports(file).flatMap(({ unit, specifier, target }) => {
        if (target !== undefined || specifier.startsWith("node:") || unit === "lab") return [];
        const known = runtime.some((name) => specifier === name || specifier.startsWith(`${name}/`));
        return known ? [] : [`${file}: ${specifier} is not in "dependencies"`];
      }),
    );
    expect(missing).to.deep.equal([]);
  });
});

/** Layers of contracts/, lowest first: a layer may import itself and what is listed. */
const contracts: readonly (readonly [RegExp, RegExp])[] = [
  [/^contracts\/types\//, /^contracts\/types\//],
  [/^contracts\/interfaces\/external\//, /^contracts\/(types|interfaces\/external)\//],
  [/^contracts\/interfaces\//, /^contracts\/(types|interfaces)\//],
  [/^contracts\/libraries\//, /^contracts\/(types|interfaces|libraries)\/|^@openzeppelin\//],
  [
    /^contracts\/(adapters|lens|lab)\//,
    /^contracts\/(types|interfaces|libraries|adapters|lens|lab)\/|^@openzeppelin\/|^@chainlink\/contracts\/.*\/interfaces\//,
  ],
  [/^contracts\/governance\//, /^@openzeppelin\//],
  [/^contracts\/[A-Za-z]+\.sol$/, /^contracts\/(types|libraries|interfaces(?!\/external))\/|^@openzeppelin\//],
];

/** A part of a contract, split off because it changes for another reason. */
const isAbstract = (file: string): boolean =>
  /^contracts\/\w+\.sol$/.test(file) && /^abstract contract /m.test(read(file));

describe("Solidity imports", () => {
  it("go from contracts to libraries, interfaces and types, never from one contract to another", () => {
    const wrong = filesUnder("contracts", /\.sol$/).flatMap((file) => {
      const allowed = contracts.find(([layer]) => layer.test(file))?.[1];
      const specifiers = [...read(file).matchAll(/^import\s[^;]*?"([^"]+)";/gm)].map((match) => match[1] ?? "");
      return specifiers
        .map((s) => (s.startsWith(".") ? path.posix.join(path.posix.dirname(file), s) : s))
        .filter((target) => allowed?.test(target) !== true && !isAbstract(target))
        .map((target) => `${file} may not import ${target}`);
    });
    expect(wrong).to.deep.equal([]);
  });
});
