import { loadConfig } from "../config.js";
import { runKeeper } from "../main.js";
import { openLog, type Log } from "../observe/log.js";
import { identityOf } from "../report/identity.js";
import { SourceStatesLocked, openSourceStates, type SourceStates } from "../store/source-states.js";
import { loadOperatorKey } from "./operator-key.js";
import { openScoring } from "./scoring.js";

/** How long a head in progress may take to end after a signal, milliseconds. What matters is in the journal. */
const STOP_GRACE_MS = 500;

/** `bulkhead run`: until SIGTERM or SIGINT, or until whoever started it over an IPC channel is gone. */
export async function run(options: { config: string; yes?: boolean }): Promise<void> {
  const config = loadConfig(options.config);
  const identity = identityOf(await loadOperatorKey(config.operator));
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
    setTimeout(() => process.exit(0), STOP_GRACE_MS).unref();
  };
  process.once("SIGTERM", onSignal).once("SIGINT", onSignal).once("disconnect", onSignal);
  process.channel?.unref();
  const log = openLog();
  // A dry run touches nothing.
  const states = options.yes === true ? openStates(config.dataDir, log) : undefined;
  const scoring = await openScoring(config, states?.of);
  await runKeeper({
    config,
    identity,
    isSending: options.yes === true,
    openScoring: scoring,
    log,
    signal: stop.signal,
  });
  states?.close();
}

/** Where the sources go on from after a restart. Another process that holds them is a matter for the journal. */
function openStates(dataDir: string, log: Log): SourceStates | undefined {
  const warn = (message: string): void => log.warn({ event: "states.unusable" }, message);
  try {
    return openSourceStates(dataDir, warn);
  } catch (error) {
    if (!(error instanceof SourceStatesLocked)) throw error;
    warn(error.message);
    return undefined;
  }
}
