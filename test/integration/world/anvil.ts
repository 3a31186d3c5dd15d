import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A running anvil with a chain of its own. */
export interface Anvil {
  readonly url: string;
  close(): Promise<void>;
}

/** Start anvil on a free port. `binary` comes from `requireAnvil`. */
export async function startBareAnvil(binary: string, args: readonly string[] = []): Promise<Anvil> {
  const child = spawn(binary, ["--port", "0", ...args], { stdio: ["ignore", "pipe", "ignore"] });
  return {
    url: await listeningUrl(child),
    async close() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("anvil was started without an output pipe");
  for await (const line of createInterface(child.stdout)) {
    const address = /Listening on (\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    child.stdout.resume();
    return `http://${address}`;
  }
  throw new Error("anvil ended before it listened");
}
