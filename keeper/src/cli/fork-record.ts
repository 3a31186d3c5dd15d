import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import packageJson from "../../../package.json" with { type: "json" };
import { RecordingForeign } from "../chain/archive/errors.js";
import type { Facts } from "../chain/archive/facts.js";
import { serveJsonRpc } from "../chain/archive/json-rpc-server.js";
import type { Pin } from "../chain/archive/pin.js";
import { createRecorder, pinBlock } from "../chain/archive/record.js";
import { readManifest, readRecording } from "../chain/archive/recording.js";
import { connectUpstream } from "../chain/archive/upstream.js";
import { writeRecording, type Written } from "../chain/archive/write-recording.js";
import { WrongChain } from "../chain/rpc-errors.js";
import { childEnvironment } from "../config.js";
import type { Hex } from "../units.js";
import { onPort, parseBlockChoice, parseChainId, parsePort, parseRpcUrl, stopped } from "./fork-arguments.js";

/** The command that was recorded ended with something else than 0. What it had read is in the archive. */
export class RecordedCommandFailed extends Error {
  override readonly name = "RecordedCommandFailed";
  constructor(seen: string, folder: string) {
    super(`--for: saw the command end with ${seen}, expected 0; what it had read is recorded in ${folder}`);
  }
}

/** Options of `fork record`, as the command line has them. */
export interface RecordOptions {
  readonly rpc: string;
  readonly block: string;
  readonly out?: string;
  readonly for?: string;
  readonly chainId?: string;
  readonly port?: string;
}

/**
 * `bulkhead fork record`: put a recording proxy in front of an endpoint, run a command against it (or wait for a signal), and
 * write what was read. Everything it says goes to `say`: the command's own output stays what it is.
 *
 * **Throws** {@link ForkArgumentInvalid}, {@link ForkPortUnavailable}, {@link WrongChain}, {@link RecordingConflict} and
 * {@link RecordingForeign} (nothing is written then), {@link RecordedCommandFailed}, the errors of rpc-errors.ts.
 */
export async function forkRecord(options: RecordOptions, say: (line: string) => void): Promise<Written> {
  const choice = parseBlockChoice(options.block);
  const port = parsePort(options.port);
  const upstream = await connectUpstream(parseRpcUrl(options.rpc), parseChainId(options.chainId));
  const first = await pinBlock(upstream, choice);
  const { pin } = first;
  const folder = options.out ?? `fork-${pin.chainId}-${pin.number}`;
  const before = await recordedBefore(folder, pin, upstream.name);
  const recorder = createRecorder(upstream, first, before.facts);
  const server = await onPort(port, (at) => serveJsonRpc(recorder.answer, { port: at }));
  say(`recording block ${pin.number} (${pin.hash}) of chain ${pin.chainId} from ${upstream.name} at ${server.url}`);
  try {
    const ending = options.for === undefined ? await waitForSignal(say) : await run(options.for, server.url);
    const facts = await recorder.finish();
    const tool = `bulkhead ${packageJson.version}`;
    const written = await writeRecording(folder, { pin, facts }, { tool, basedOn: before.digest });
    const { asked, notKept } = recorder.counts();
    say(`${describe(written)}; asked of ${upstream.name}: ${asked}, without an answer to keep: ${notKept}`);
    if (ending !== "0") throw new RecordedCommandFailed(ending, folder);
    return written;
  } finally {
    await server.close();
  }
}

/** What an archive that is there holds already. **Throws** {@link WrongChain}, {@link RecordingForeign} for another block's. */
async function recordedBefore(
  folder: string,
  pin: Pin,
  endpoint: string,
): Promise<{ readonly facts: Facts; readonly digest: Hex | null }> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) {
    await requireEmpty(folder);
    return { facts: new Map(), digest: null };
  }
  const { chainId, block, digest } = manifest;
  if (chainId !== pin.chainId) throw new WrongChain(`${endpoint}, with ${folder},`, pin.chainId, chainId);
  if (block.hash !== pin.hash) {
    const seen = `an archive of block ${block.number} (${block.hash})`;
    throw new RecordingForeign(folder, seen, `one of block ${pin.number} (${pin.hash}), as the endpoint has it`);
  }
  return { facts: (await readRecording(folder)).facts, digest };
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new RecordingForeign(folder, error.message, "a folder, or none");
  });
  if (names.length > 0)
    throw new RecordingForeign(folder, `a folder with ${names[0]} in it`, "a recorded fork, or no folder");
}

function waitForSignal(say: (line: string) => void): Promise<string> {
  say("until Ctrl-C; --for COMMAND runs a command instead, with the address in BULKHEAD_RPC_URLS and MAINNET_RPC_URL");
  return stopped().then(() => "0");
}

/** Run a shell command against the proxy; resolves with its exit code, or the signal that ended it. */
function run(command: string, url: string): Promise<string> {
  const changes = { BULKHEAD_RPC_URLS: url, MAINNET_RPC_URL: url, BULKHEAD_RPC_URLS_FILE: undefined };
  const child = spawn(command, { shell: true, stdio: "inherit", env: childEnvironment(changes) });
  // Ctrl-C reaches the command by itself; what it has read until then is still written.
  const wait = (): void => undefined;
  const pass = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", wait).on("SIGTERM", pass);
  return new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code === null ? String(signal) : String(code)));
  }).finally(() => process.off("SIGINT", wait).off("SIGTERM", pass));
}

function describe({ folder, objects, added }: Written): string {
  const counted = (count: number, kind: string): string => `${count} ${count === 1 ? kind.slice(0, -1) : kind}`;
  const parts = Object.entries(objects).flatMap(([kind, count]) => (count === 0 ? [] : [counted(count, kind)]));
  return `wrote ${folder}: ${parts.join(", ")}; new: ${counted(added, "objects")}`;
}
