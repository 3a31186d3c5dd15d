import { ArchiveMissing, MethodRefused, OutsidePin } from "../chain/archive/errors.js";
import { serveJsonRpc, type Answerer } from "../chain/archive/json-rpc-server.js";
import { openServable } from "../chain/archive/servable.js";
import { onPort, parsePort, stopped } from "./fork-arguments.js";
import type { Output } from "./fork-verify.js";

/** Options of `fork serve`, as the command line has them. */
export interface ServeOptions {
  readonly port?: string;
  readonly json?: boolean;
  readonly assumeEmpty?: boolean;
}

/** What was asked of a served fork. */
interface Tally {
  calls: number;
  unanswered: number;
  readonly refused: Set<string>;
}

/**
 * `bulkhead fork serve`: answer JSON-RPC from recorded state until a signal; then a summary. What is not recorded is an error to
 * whoever asked and, once for each, a line of `progress`.
 *
 * **Throws** {@link ArchiveMalformed}, {@link RecordingForeign}, {@link ForkArgumentInvalid}, {@link ForkPortUnavailable}.
 */
export async function forkServe(folder: string, options: ServeOptions, { out, progress }: Output): Promise<void> {
  const port = parsePort(options.port);
  const { chainId, block, description, answer, misses, assumedEmpty } = await openServable(folder, options);
  const tally: Tally = { calls: 0, unanswered: 0, refused: new Set() };
  const server = await onPort(port, (at) => serveJsonRpc(counted(answer, tally, progress), { port: at }));
  const { url } = server;
  out(
    options.json === true
      ? JSON.stringify({ event: "listening", url, chainId, block, folder })
      : `${url} answers at block ${block} of chain ${chainId}: ${description}. Ctrl-C ends it`,
  );
  await stopped();
  await server.close();
  const { calls, unanswered, refused } = tally;
  const lists = { misses: [...misses], refused: [...refused], assumedEmpty: [...assumedEmpty] };
  if (options.json === true) out(JSON.stringify({ event: "summary", calls, unanswered, ...lists }));
  else out(`${calls} calls, ${unanswered} of them not answered${listOf(lists)}`);
}

function counted(answer: Answerer, tally: Tally, progress: (line: string) => void): Answerer {
  const said = new Set<string>();
  return async (method, params) => {
    tally.calls += 1;
    try {
      return await answer(method, params);
    } catch (error) {
      tally.unanswered += 1;
      if (error instanceof MethodRefused) tally.refused.add(method);
      const what = error instanceof ArchiveMissing || error instanceof OutsidePin ? `${method}: ` : "";
      const line = `${what}${error instanceof Error ? error.message : String(error)}`;
      if (!said.has(line)) progress(line);
      said.add(line);
      throw error;
    }
  };
}

function listOf(lists: Readonly<Record<"misses" | "refused" | "assumedEmpty", readonly string[]>>): string {
  const titles = { misses: "not recorded", refused: "methods refused", assumedEmpty: "accounts taken as empty" };
  const parts = (["misses", "refused", "assumedEmpty"] as const).flatMap((key) =>
    lists[key].length === 0 ? [] : [`${lists[key].length} ${titles[key]}: ${lists[key].join("; ")}`],
  );
  return parts.length === 0 ? "" : `\n${parts.join("\n")}`;
}
