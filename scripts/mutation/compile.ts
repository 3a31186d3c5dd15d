import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const solc = createRequire(import.meta.url)("solc-0.8.30") as { compile(input: string): string };

export type Sources = ReadonlyMap<string, string>;

export interface Compiled {
  readonly name: string;
  readonly abi: readonly { readonly type: string; readonly name?: string }[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

interface Contract {
  readonly abi: Compiled["abi"];
  readonly evm: {
    readonly bytecode: { readonly object: string };
    readonly deployedBytecode: { readonly object: string };
  };
}

/** `file` and everything that it imports, by the name it is imported under. */
export function closureOf(file: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(file)) return seen;
  const text = readFileSync(file.startsWith("@") ? path.join("node_modules", file) : file, "utf8");
  seen.set(file, text);
  for (const [, target = ""] of text.matchAll(/^import\s[^;]*?"([^"]+)";/gm))
    closureOf(target.startsWith(".") ? path.posix.join(path.posix.dirname(file), target) : target, seen);
  return seen;
}

/**
 * The contracts of `file`, which is one of `sources`; undefined when they do not compile. Not optimised, which takes a tenth of
 * the time: the tests must not depend on it.
 */
export function compile(file: string, sources: Sources): Compiled[] | undefined {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: {
      evmVersion: "cancun",
      outputSelection: { [file]: { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    errors?: { severity: string }[];
    contracts?: Record<string, Record<string, Contract>>;
  };
  if (output.errors?.some(({ severity }) => severity === "error") === true) return undefined;
  return Object.entries(output.contracts?.[file] ?? {}).map(([name, { abi, evm }]) => ({
    name,
    abi,
    bytecode: evm.bytecode.object,
    deployedBytecode: evm.deployedBytecode.object,
  }));
}
