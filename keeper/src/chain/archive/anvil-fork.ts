import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { NodeFailed } from "./errors.js";
import type { ForkNode, ForkOptions } from "./reexecute.js";

const ANVIL = "@foundry-rs/anvil-linux-amd64/bin/anvil";
const START_MS = 20_000;
const MESSAGE_KEPT = 500;
/** Hardforks that anvil calls by another name than EDR. */
const NAMES: Readonly<Record<string, string>> = { merge: "paris" };

/** Path of the anvil that npm installs where there is one for the platform (linux on x64), or nothing. */
export function findAnvil(
  resolve: (module: string) => string = createRequire(import.meta.url).resolve,
): string | undefined {
  try {
    return resolve(ANVIL);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Start anvil on a fork, on a port of its own choice. **Throws** {@link NodeFailed} when it ends instead. */
export async function startAnvil(binary: string, options: ForkOptions): Promise<ForkNode> {
  const anvil = await spawnAnvil(binary, [
    ...["--fork-url", options.url, "--fork-block-number", String(options.blockNumber), "--no-storage-caching"],
    ...["--chain-id", String(options.chainId), "--hardfork", NAMES[options.hardfork] ?? options.hardfork],
    ...["--accounts", "0", "--no-mining", "--order", "fifo", "--retries", "0"],
  ]);
  return { ...anvil, dialect: "anvil" };
}

/** Start anvil with these arguments, on a port of its own choice. **Throws** {@link NodeFailed} when it ends instead. */
export async function spawnAnvil(binary: string, args: readonly string[]): Promise<Pick<ForkNode, "url" | "close">> {
  const anvil = spawn(binary, [...args, "--port", "0"]);
  const close = async (): Promise<void> => {
    if (anvil.exitCode !== null || anvil.signalCode !== null) return;
    anvil.kill("SIGTERM");
    await once(anvil, "exit");
  };
  try {
    return { url: await listeningUrl(anvil), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listeningUrl(anvil: ChildProcess): Promise<string> {
  const { stdout, stderr } = anvil;
  if (stdout === null || stderr === null) throw new NodeFailed("anvil", "it was started without output pipes");
  const errors: string[] = [];
  stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString("utf8")));
  const timer = setTimeout(() => anvil.kill("SIGKILL"), START_MS);
  try {
    for await (const line of createInterface(stdout)) {
      const address = /Listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) return `http://${address}`;
    }
    throw new NodeFailed("anvil", errors.join("").slice(0, MESSAGE_KEPT));
  } finally {
    clearTimeout(timer);
    stdout.resume();
  }
}
