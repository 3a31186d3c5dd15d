/** `npm run abi`: abi/ of the package out of the build: a JSON file a contract, and all of them as typed constants. Run before packing. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
interface Artifact {
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly Json[];
  readonly bytecode: string;
}

/** What integrators call; the lab, lenses, libraries and other people's interfaces are not. */
const published = /^contracts\/(?!(lab|lens|libraries|types|governance|interfaces\/external)\/)/;

const artifacts = globSync("artifacts/contracts/**/*.json")
  .filter((file) => !file.endsWith(".dbg.json"))
  .map((file) => JSON.parse(readFileSync(file, "utf8")) as Artifact)
  .filter(({ sourceName, abi }) => published.test(sourceName) && abi.length > 0)
  .filter(({ contractName, bytecode }) => bytecode !== "0x" || /^I[A-Z]/.test(contractName))
  .sort((a, b) => (a.contractName < b.contractName ? -1 : 1));
if (artifacts.length === 0) throw new Error("abi: saw no artifacts, expected those of contracts/; run `npm run build`");

/** `RiskOracle` -> `riskOracleAbi`, `IRiskOracle` -> `iRiskOracleAbi`. */
const constantOf = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}Abi`;

/** The type of exactly this value: what `as const` would infer. */
function literalType(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `readonly [${value.map(literalType).join(", ")}]`;
  const fields = Object.entries(value).map(([key, field]) => `readonly ${key}: ${literalType(field)}`);
  return `{ ${fields.join("; ")} }`;
}

rmSync("abi", { recursive: true, force: true });
mkdirSync("abi");
for (const { contractName, abi } of artifacts) {
  writeFileSync(path.join("abi", `${contractName}.json`), `${JSON.stringify(abi, null, 2)}\n`);
}
const lines = (line: (artifact: Artifact) => string): string => artifacts.map((one) => `${line(one)}\n`).join("");
writeFileSync(
  "abi/index.js",
  lines(({ contractName, abi }) => `export const ${constantOf(contractName)} = ${JSON.stringify(abi)};`),
);
writeFileSync(
  "abi/index.d.ts",
  lines(({ contractName, abi }) => `export declare const ${constantOf(contractName)}: ${literalType(abi)};`),
);
console.log(`abi: ${artifacts.length} contracts`);
