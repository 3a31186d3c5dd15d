import { serveJsonRpc } from "../../keeper/src/chain/archive/json-rpc-server.js";
import type { Archive } from "../../keeper/src/chain/archive/archive.js";
import { forkOptions, openFork, type RecordedFork } from "../../keeper/src/chain/archive/reexecute.js";
import { openServable } from "../../keeper/src/chain/archive/servable.js";
import { sharedPath } from "../shared-data.js";
import type { StartFork } from "./fork-nodes.js";

/** Recorded mainnet blocks, which fork tests run on unless told otherwise. */
export const BLOCKS = "data/evm-pevm-blocks";

/** An archive node of mainnet; fork tests then run on live state. */
export const liveUrl = process.env["MAINNET_RPC_URL"];
/** A fork that `bulkhead fork record` wrote, for tests whose protocols no recorded block has. */
const recordedFork = process.env["BULKHEAD_FORK_ARCHIVE"];

/** Say, once a run, where the state of the fork tests comes from. A root hook of every file of fork tests. */
export function announceForkSource(this: Mocha.Context): void {
  if (this["isForkSourceAnnounced"] === true) return; // root hooks share their context
  this["isForkSourceAnnounced"] = true;
  const archives = [sharedPath(BLOCKS), ...(recordedFork === undefined ? [] : [recordedFork])];
  console.log(
    liveUrl === undefined
      ? `  fork tests run on recorded state: ${archives.join(", ")} (MAINNET_RPC_URL is not set)`
      : `  fork tests run on live state of ${new URL(liveUrl).host} (MAINNET_RPC_URL is set); what alters state, on ${archives[0]}`,
  );
}

/** A node on a fork of the archive's parent block: of the live node where there is one, else of the archive. */
export async function openForkOf(archive: Archive, start: StartFork): Promise<RecordedFork> {
  if (liveUrl === undefined) return openFork(archive, start);
  const node = await start(forkOptions(archive, liveUrl));
  return { ...node, misses: new Set(), assumedEmpty: new Set() };
}

/**
 * Where to fork mainnet at its head from: the live node, or the fork in BULKHEAD_FORK_ARCHIVE, served. Skips the running suite,
 * loudly, where there is neither. `fork record --for "npm test -- FILE"` makes such a fork of what a file reads.
 */
export async function requireMainnet(context: Mocha.Context): Promise<{
  readonly url: string;
  readonly blockNumber?: number;
  readonly close: () => Promise<void>;
}> {
  if (liveUrl !== undefined) return { url: liveUrl, close: () => Promise.resolve() };
  if (recordedFork === undefined) {
    console.warn("      SKIPPED: neither MAINNET_RPC_URL (a node) nor BULKHEAD_FORK_ARCHIVE (a recorded fork) is set");
    return context.skip();
  }
  const { answer, block } = await openServable(recordedFork);
  return { ...(await serveJsonRpc(answer)), blockNumber: block };
}
