import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `npm run -s NAME -- ...args`, without npm. */
export function runScript(name: string, args: readonly string[]): Promise<Finished> {
  const child = spawn(process.execPath, ["--import", "tsx", `scripts/${name}.ts`, ...args], { cwd: ROOT });
  const heard = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (heard.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (heard.err += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...heard }));
  });
}

/** A deployment of a test's own: a name, a folder to write to, and a parameter file. */
export interface Workplace {
  readonly name: string;
  readonly out: string;
  readonly parameters: string;
  clear(): Promise<void>;
}

/** Write `content` as a parameter file; big numbers become decimal strings. */
export async function openWorkplace(content: object): Promise<Workplace> {
  const name = `test-${randomUUID()}`;
  const folder = await mkdtemp(path.join(tmpdir(), "bulkhead-deploy-"));
  const parameters = path.join(folder, "parameters.yaml");
  const plain = (_: unknown, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
  await writeFile(parameters, stringify(JSON.parse(JSON.stringify(content, plain))));
  return {
    name,
    out: path.join(folder, "out"),
    parameters,
    async clear() {
      await rm(folder, { recursive: true, force: true });
      await rm(path.join(ROOT, "deploy/deployments", name), { recursive: true, force: true });
    },
  };
}

/** Addresses by contract, of the lines that create one. */
export function creations(printed: string): Record<string, string> {
  return Object.fromEntries(
    [...printed.matchAll(/^ *\d+ {2}create (\w+) {2}(0x\w{40})/gm)].map((match) => [match[1]!, match[2]!]),
  );
}
