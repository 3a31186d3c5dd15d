import { AbiCoder, Interface, concat, getAddress } from "ethers";
import type { InterfaceAbi } from "ethers";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Address, Hex } from "../../units.js";

const require = createRequire(import.meta.url);

/** A compiled contract as its package ships it. */
export interface Artifact {
  readonly name: string;
  readonly abi: Interface;
  readonly bytecode: Hex;
  /** Where library addresses go: source file, library name, byte offsets. */
  readonly linkReferences: LinkReferences;
}

type LinkReferences = Readonly<
  Record<string, Readonly<Record<string, readonly { readonly start: number; readonly length: number }[]>>>
>;

/** Addresses of deployed libraries by name. */
export type Libraries = Readonly<Record<string, Address>>;

/** Thrown when a compiled contract is not where it should be. */
export class ArtifactMissingError extends Error {
  override readonly name = "ArtifactMissingError";

  constructor(file: string, remedy: string, cause: unknown) {
    super(`no compiled contract at ${file}; ${remedy}`, { cause });
  }
}

/** Thrown when bytecode needs a library that was not given. */
export class LibraryMissingError extends Error {
  override readonly name = "LibraryMissingError";

  constructor(contract: string, library: string) {
    super(`${contract} is linked against ${library}, which was not given; deploy it first and name it`);
  }
}

const REINSTALL = "run npm ci";
const BUILD_FOREIGN = "run npx hardhat build --config hardhat.foreign.config.ts";
const FOREIGN_ROOT = fileURLToPath(new URL("../../../../artifacts-foreign/", import.meta.url));

/** Load a contract of Aave v3.0 by its path under `contracts/`, without ".sol". Throws {@link ArtifactMissingError}. */
export function loadAave(source: string): Artifact {
  return load(packageFile("@aave/core-v3", `artifacts/contracts/${source}.sol`), REINSTALL);
}

/** Load a contract of Uniswap v3 core by its path under `contracts/`. Throws {@link ArtifactMissingError}. */
export function loadUniswapCore(source: string): Artifact {
  return load(packageFile("@uniswap/v3-core", `artifacts/contracts/${source}.sol`), REINSTALL);
}

/** Load a contract of Uniswap v3 periphery by its path under `contracts/`. Throws {@link ArtifactMissingError}. */
export function loadUniswapPeriphery(source: string): Artifact {
  return load(packageFile("@uniswap/v3-periphery", `artifacts/contracts/${source}.sol`), REINSTALL);
}

/** Load a contract built by hardhat.foreign.config.ts from npm sources. Throws {@link ArtifactMissingError}. */
export function loadForeign(source: string): Artifact {
  return load(path.join(FOREIGN_ROOT, `${source}.sol`), BUILD_FOREIGN);
}

/** Creation code with libraries and constructor arguments in it. Throws {@link LibraryMissingError}. */
export function creationCode(artifact: Artifact, args: readonly unknown[], libraries: Libraries = {}): Hex {
  const inputs = artifact.abi.deploy.inputs;
  return concat([link(artifact, libraries), AbiCoder.defaultAbiCoder().encode(inputs, args)]) as Hex;
}

function packageFile(packageName: string, file: string): string {
  return path.join(path.dirname(require.resolve(`${packageName}/package.json`)), file);
}

function load(folder: string, remedy: string): Artifact {
  const name = path.basename(folder, ".sol");
  const file = path.join(folder, `${name}.json`);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new ArtifactMissingError(file, remedy, cause);
  }
  const raw = JSON.parse(text) as { abi: InterfaceAbi; bytecode: Hex; linkReferences?: LinkReferences };
  return { name, abi: new Interface(raw.abi), bytecode: raw.bytecode, linkReferences: raw.linkReferences ?? {} };
}

function link(artifact: Artifact, libraries: Libraries): Hex {
  const chars = [...artifact.bytecode];
  for (const [name, references] of Object.values(artifact.linkReferences).flatMap((file) => Object.entries(file))) {
    const library = libraries[name];
    if (library === undefined) throw new LibraryMissingError(artifact.name, name);
    const digits = getAddress(library).slice(2).toLowerCase();
    for (const { start } of references) chars.splice(2 + 2 * start, digits.length, ...digits);
  }
  return chars.join("") as Hex;
}
