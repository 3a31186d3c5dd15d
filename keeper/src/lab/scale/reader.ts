/** The process that reads: alone, so that its memory is the keeper's. Told over IPC to read the head; answers what it took. */
import { readFileSync } from "node:fs";
import { createRpcPool } from "../../chain/rpc-pool.js";
import { createSnapshotReader, type Sources } from "../../snapshot-reader.js";
import { snapshotHash } from "../../snapshot/canonical.js";
import { openSourceStates } from "../../store/source-states.js";

export interface ReaderSetup {
  readonly url: string;
  readonly chainId: number;
  readonly sources: Sources;
  readonly states: string;
}

export interface Reading {
  readonly ms: number;
  readonly hash: string;
  readonly accounts: number;
  /** There should be none: every account is found, and owes what the venue says. */
  readonly exclusions: readonly string[];
  /** Most that the process ever held, bytes. */
  readonly peakBytes: number;
}

const WINDOW_SEC = 30 * 86_400;

const setup = JSON.parse(process.argv[2]!) as ReaderSetup;
const pool = createRpcPool({ urls: [setup.url], chainId: setup.chainId, quorum: 1, timeoutMs: 600_000 });
const states = openSourceStates(setup.states, (message) => void process.stderr.write(`${message}\n`));
const reader = createSnapshotReader(pool, setup.sources, { resilienceWindowSec: WINDOW_SEC, states: states.of });

/** Of this program: resourceUsage().maxRSS begins with what the process that started it held. */
function peakBytes(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

process.on("message", () => {
  void (async () => {
    const started = performance.now();
    const snapshot = await reader.read(await pool.head());
    const ms = performance.now() - started;
    const reading: Reading = {
      ms,
      hash: snapshotHash(snapshot),
      accounts: snapshot.venues.reduce((sum, { accounts }) => sum + accounts.length, 0),
      exclusions: snapshot.exclusions.map(({ id, reason }) => `${id}: ${reason}`),
      peakBytes: peakBytes(),
    };
    process.send!(reading);
  })();
});
process.on("disconnect", () => {
  states.close();
  process.exit(0);
});
