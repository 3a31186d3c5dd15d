import { loadEdr } from "./edr-fork.js";
import type { ForkNode, ForkOptions } from "./reexecute.js";

/** What the parent asks for: a node with these options, or the end of one that it has. */
export type ParentMessage =
  | {
      readonly kind: "start";
      readonly id: number;
      readonly options: Omit<ForkOptions, "blockNumber"> & { blockNumber: string };
    }
  | { readonly kind: "close"; readonly id: number };

/** What comes back to each. */
export type ChildMessage =
  | { readonly kind: "started"; readonly id: number; readonly url: string }
  | { readonly kind: "closed"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly reason: string };

/** Start and end nodes as the parent process says, until it lets go. */
export async function answerParent(): Promise<void> {
  const start = await loadEdr();
  const nodes = new Map<number, ForkNode>();
  const tell = (message: ChildMessage): void => void process.send?.(message);
  const handle = async (message: ParentMessage): Promise<ChildMessage> => {
    const { id } = message;
    if (message.kind === "close") {
      await nodes.get(id)?.close();
      nodes.delete(id);
      return { kind: "closed", id };
    }
    const node = await start({ ...message.options, blockNumber: BigInt(message.options.blockNumber) });
    nodes.set(id, node);
    return { kind: "started", id, url: node.url };
  };
  process.on("message", (message: ParentMessage) => {
    handle(message).then(tell, (error: unknown) => {
      tell({ kind: "failed", id: message.id, reason: error instanceof Error ? error.message : String(error) });
    });
  });
  process.once("disconnect", () => process.exit(0));
}
