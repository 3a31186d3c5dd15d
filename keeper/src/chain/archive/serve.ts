import type { Address } from "../../units.js";
import { createResponder } from "./answer.js";
import type { Archive } from "./archive.js";
import { serveJsonRpc } from "./json-rpc-server.js";
import { result } from "./read.js";

/** A recorded block served as a JSON-RPC node, to be used as the forking URL of EDR or anvil. */
export interface ArchiveServer {
  readonly url: string;
  /** State asked for that is not recorded. Not empty means: nothing computed on this fork can be trusted. */
  readonly misses: ReadonlySet<string>;
  /** Unrecorded accounts that were answered as empty. To be checked by the caller against the contracts that matter. */
  readonly assumedEmpty: ReadonlySet<Address>;
  readonly close: () => Promise<void>;
}

/**
 * Serve `archive` on 127.0.0.1. An unrecorded slot, code or block is a JSON-RPC error that names it, and is kept in `misses`.
 *
 * **Throws** the socket's error when the port is taken.
 */
export async function serveArchive(archive: Archive, options: { readonly port?: number } = {}): Promise<ArchiveServer> {
  const { answer, misses, assumedEmpty } = createResponder(archive);
  const { url, close } = await serveJsonRpc((method, params) => result(answer(method, params)), options);
  return { url, misses, assumedEmpty, close };
}
