import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { ForkNode, ForkOptions } from "../../keeper/src/chain/archive/reexecute.js";

const ANVIL = "@foundry-rs/anvil-linux-amd64/bin/anvil";
const START_MS = 20_000;
/** Hardforks that anvil calls by another name than EDR. */
const NAMES: Readonly<Record<string, string>> = { merge: "paris" };

/** Path of the anvil binary that npm installs where there is one for the platform; skips the running test, loudly, where not. */
export function requireAnvil(context: Mocha.Context): string {
  try {
    return createRequire(import.meta.url).resolve(ANVIL);
  } catch {
    console.warn(`      SKIPPED: ${ANVIL} is not installed (an optional dependency for linux-x64)`);
    return context.skip();
  }
}

/** Start anvil on a fork, on a port of its own choice. */
export async function startAnvil(binary: string, options: ForkOptions): Promise<ForkNode> {
  const anvil = spawn(binary, [
    ...["--fork-url", options.url, "--fork-block-number", String(options.blockNumber), "--no-storage-caching"],
    ...[
      "--chain-id",
      String(options.chainId),
      "--hardfork",
      NAMES[options.hardfork] ?? options.hardfork,
      "--accounts",
      "0",
    ],
    ...["--no-mining", "--order", "fifo", "--port", "0", "--retries", "0"],
  ]);
  const close = async () => {
    if (anvil.exitCode !== null || anvil.signalCode !== null) return;
    anvil.kill("SIGTERM");
    await once(anvil, "exit");
  };
  try {
    return { url: await listeningUrl(anvil), dialect: "anvil", close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listeningUrl(anvil: ChildProcess): Promise<string> {
  if (anvil.stdout === null || anvil.stderr === null) throw new Error("anvil was started without output pipes");
  const errors: string[] = [];
  anvil.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString("utf8")));
  const timer = setTimeout(() => anvil.kill("SIGKILL"), START_MS);
  try {
    for await (const line of createInterface(anvil.stdout)) {
      const address = /Listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) return `http://${address}`;
    }
    throw new Error(`anvil ended, or did not start within ${START_MS} ms: ${errors.join("").slice(0, 500)}`);
  } finally {
    clearTimeout(timer);
    anvil.stdout.resume();
  }
}
