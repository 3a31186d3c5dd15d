import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildMessage, ParentMessage } from "./edr-child.js";
import { requireHardhat } from "./edr-fork.js";
import { NodeFailed } from "./errors.js";
import type { ForkNode, ForkOptions } from "./reexecute.js";

/** EDR in a process of its own. */
export interface EdrProcess {
  readonly start: (options: ForkOptions) => Promise<ForkNode>;
  readonly close: () => void;
}

interface Waiting {
  readonly resolve: (message: ChildMessage) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Run EDR in a process of its own, whose stdout becomes this one's stderr: EDR prints there what it likes.
 *
 * **Throws** {@link HardhatMissing}.
 */
export function spawnEdr(): EdrProcess {
  requireHardhat();
  const child = fork(fileURLToPath(new URL("edr-child.mjs", import.meta.url)), { stdio: ["ignore", 2, 2, "ipc"] });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  child.on("message", (message: ChildMessage) => {
    waiting.get(message.id)?.resolve(message);
    waiting.delete(message.id);
  });
  child.once("exit", (code, signal) => {
    const error = new NodeFailed("EDR", `its process ended with ${code ?? signal}`);
    for (const { reject } of waiting.values()) reject(error);
  });
  const tell = (message: ParentMessage): Promise<ChildMessage> =>
    new Promise((resolve, reject) => {
      waiting.set(message.id, { resolve, reject });
      child.send(message, (error) => {
        if (error !== null) reject(new NodeFailed("EDR", error.message));
      });
    });
  const start = async (options: ForkOptions): Promise<ForkNode> => {
    const id = (last += 1);
    const started = await tell({ kind: "start", id, options: { ...options, blockNumber: `${options.blockNumber}` } });
    if (started.kind !== "started") {
      throw new NodeFailed("EDR", started.kind === "failed" ? started.reason : "it closed at once");
    }
    const close = async (): Promise<void> => void (await tell({ kind: "close", id }));
    return { url: started.url, dialect: "edr", close };
  };
  return { start, close: () => void (child.connected && child.disconnect()) };
}
