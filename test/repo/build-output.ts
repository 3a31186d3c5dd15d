import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { filesUnder, read, root } from "./sources.js";

/** A node of solc's syntax tree, with the fields that the repository's rules look at. */
export interface SolidityNode {
  readonly nodeType: string;
  readonly name?: string;
  readonly kind?: string;
  readonly visibility?: string;
  readonly contractKind?: string;
  /** `start:length:file`, in bytes. */
  readonly src: string;
  readonly documentation?: { readonly text: string } | string | null;
  readonly parameters?: { readonly parameters: readonly SolidityNode[] };
  readonly nodes?: readonly SolidityNode[];
  readonly body?: SolidityNode | null;
  readonly typeName?: { readonly nodeType: string; readonly keyName?: string } | null;
}

export interface CompiledSource {
  readonly file: string;
  readonly ast: SolidityNode;
  /** Source text as UTF-8 bytes: what `src` counts in. */
  readonly bytes: Buffer;
}

interface BuildInfo {
  readonly input: { readonly sources: Record<string, { readonly content: string }> };
}

interface CompiledContract {
  readonly storageLayout?: StorageLayout;
  readonly evm?: { readonly deployedBytecode?: { readonly object?: string } };
}

interface BuildOutput {
  readonly output: {
    readonly sources: Record<string, { readonly ast: SolidityNode }>;
    readonly contracts?: Record<string, Record<string, CompiledContract>>;
  };
}

interface StorageSlot {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}

interface StorageLayout {
  readonly storage: readonly StorageSlot[];
  readonly types?: Readonly<
    Record<string, { readonly label: string; readonly members?: readonly StorageSlot[] }>
  > | null;
}

const json = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), "utf8"));

/** Build infos of our own contracts. Empty before the first build. */
function builds(): { id: string; info: BuildInfo; out: BuildOutput }[] {
  const folder = path.join(root, "artifacts/build-info");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".output.json")) : [];
  return names.sort().map((name) => ({
    id: name.replace(".output.json", ""),
    info: json(`artifacts/build-info/${name.replace(".output.json", ".json")}`) as BuildInfo,
    out: json(`artifacts/build-info/${name}`) as BuildOutput,
  }));
}

/** Syntax trees of contracts/, as compiled last; a source that changed since is not among them. */
export function compiledSources(): CompiledSource[] {
  const found = new Map<string, CompiledSource>();
  for (const { info, out } of builds()) {
    for (const [name, { ast }] of Object.entries(out.output.sources)) {
      const file = name.replace(/^project\//, "");
      const content = info.input.sources[name]?.content;
      if (!file.startsWith("contracts/") || content === undefined || !existsSync(path.join(root, file))) continue;
      if (content === read(file)) found.set(file, { file, ast, bytes: Buffer.from(content) });
    }
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** `slot+offset label: type`; structs that lie in a contract's storage are listed below it, by their name. */
function layoutLines({ storage, types }: StorageLayout): string[] {
  const line = (prefix: string, { slot, offset, label, type }: StorageSlot): string =>
    `${prefix}${slot}+${offset} ${label}: ${types?.[type]?.label ?? type}`;
  const structs = Object.values(types ?? {}).sort((x, y) => (x.label < y.label ? -1 : 1));
  const members = structs.flatMap(({ label, members: slots }) =>
    (slots ?? []).map((slot) => line(`${label.replace("struct ", "")} `, slot)),
  );
  return [...storage.map((slot) => line("", slot)), ...members];
}

/** Storage layouts of contracts that have state, one slot a line. Not JSON: Hardhat owns the JSON files of snapshots/. */
export function storageText(): string {
  // Builds of older sources lie beside the newest; an artifact names the one that it is of.
  const latest = new Map(artifacts().map((a) => [`${a.sourceName}:${a.contractName}`, a.buildInfoId]));
  const found = new Map<string, string[]>();
  for (const { id, out } of builds()) {
    for (const [name, contracts] of Object.entries(out.output.contracts ?? {})) {
      for (const [contract, { storageLayout, evm }] of Object.entries(contracts)) {
        const file = name.replace(/^project\//, "");
        if (!file.startsWith("contracts/") || file.endsWith(".t.sol") || !existsSync(path.join(root, file))) continue;
        if (latest.get(`${file}:${contract}`) !== id) continue;
        const isDeployable = (evm?.deployedBytecode?.object ?? "") !== "";
        if (isDeployable && storageLayout !== undefined && storageLayout.storage.length > 0) {
          found.set(`${file}:${contract}`, layoutLines(storageLayout));
        }
      }
    }
  }
  const sections = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return sections.map(([name, slots]) => `${name}\n${slots.map((slot) => `  ${slot}\n`).join("")}`).join("\n");
}

export interface Artifact {
  readonly file: string;
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly object[];
  readonly deployedBytecode: string;
  readonly buildInfoId: string;
}

/** Artifacts of contracts/. */
export const artifacts = (): Artifact[] =>
  filesUnderArtifacts().map((file) => ({ ...(json(file) as Omit<Artifact, "file">), file }));

function filesUnderArtifacts(): string[] {
  const folder = "artifacts/contracts";
  return existsSync(path.join(root, folder)) ? filesUnder(folder, /\.json$/) : [];
}

/** Every node below `node`, itself included. */
export function* nodesOf(node: SolidityNode): Generator<SolidityNode> {
  yield node;
  for (const child of node.nodes ?? []) yield* nodesOf(child);
}
