import type { BlockRef } from "./chain/block-ref.js";
import { trackHeads } from "./chain/head-tracker.js";
import type { RpcPool } from "./chain/rpc-pool.js";
import type { Config } from "./config.js";
import type { Log } from "./observe/log.js";
import { startStatusServer } from "./observe/status-server.js";
import { createHeadFaults } from "./operator/head-faults.js";
import { openPool } from "./operator/open-pool.js";
import type { Scoring } from "./operator/parts.js";
import { probe } from "./operator/probe.js";
import { runLoop, type LoopStamp } from "./operator/run-loop.js";
import { startSending } from "./operator/start-sending.js";
import { createAdapterReader } from "./publish/adapters.js";
import { createOracleReader, type OracleState } from "./publish/oracle-state.js";
import type { Identity } from "./report/identity.js";

/** What a keeper is started with. */
export interface KeeperOptions {
  readonly config: Config;
  readonly identity: Identity;
  /** False is a dry run: nothing is signed, pushed or sent. */
  readonly isSending: boolean;
  readonly openScoring: (pool: RpcPool) => Scoring;
  readonly log: Log;
  /** Ends the keeper after the step at hand. */
  readonly signal: AbortSignal;
}

/**
 * Run one keeper until `signal`: look at the chain, open the journal and the door, say `ready`, then work head by head.
 * Throws what keeps it from starting; once it is ready, faults are logged and the next head is tried.
 */
export async function runKeeper(options: KeeperOptions): Promise<void> {
  const { config, identity, isSending, openScoring, log, signal } = options;
  const pool = openPool(config);
  const { oracle: address, breaker } = config.contracts;
  const site = { oracle: address, breaker, targets: config.publish.targets };
  const domain = { chainId: config.chain.chainId, oracle: address };
  const readAt = createOracleReader(site);
  let view = await probe(pool, site, (block) => readAt(pool.at(block)));
  const readOracle = async (block: BlockRef): Promise<OracleState> => {
    view = { head: block, oracle: await readAt(pool.at(block)) };
    return view.oracle;
  };
  const sending = isSending ? await startSending({ config, pool, identity, domain, view: () => view, log }) : undefined;
  const caller = { from: identity.address, gasLimit: config.gas.limit };
  let last: LoopStamp | undefined;
  const status = () => ({
    ready: last?.isOk === true,
    address: identity.address,
    head: last?.block,
    adapters: last?.adapters,
    rpc: pool.status(),
  });
  let statusServer: { close: () => void } | undefined;
  try {
    if (config.statusPort !== undefined) statusServer = await startStatusServer(config.statusPort, status);
    log.info({ event: "ready", address: identity.address, port: sending?.port, dryRun: !isSending || undefined });
    const faults = createHeadFaults(log);
    const onDone = (stamp: LoopStamp): void => {
      last = stamp;
      faults.clear();
    };
    const heads = trackHeads(pool, { pollMs: config.chain.pollMs, signal, onError: faults.report });
    const parts = {
      self: identity.address,
      domain,
      site,
      limits: config.publish,
      readOracle,
      readAdapters: createAdapterReader(pool, config.publish.adapters, caller),
      sending,
      ...openScoring(pool),
    };
    await runLoop(parts, { heads, log, onDone });
  } finally {
    statusServer?.close();
    await sending?.close();
  }
}
