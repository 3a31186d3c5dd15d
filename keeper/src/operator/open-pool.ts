import { createRpcPool, type RpcPool } from "../chain/rpc-pool.js";
import type { Config } from "../config.js";

/** For one HTTP request to a node. */
const RPC_TIMEOUT_MS = 10_000;

/** The configured nodes as one. Nothing is sent before the first read. */
export function openPool({ chain }: Pick<Config, "chain">): RpcPool {
  const { rpcUrls: urls, chainId, headQuorum: quorum, maxHeadAgeSec } = chain;
  return createRpcPool({ urls, chainId, quorum, maxHeadAgeSec, timeoutMs: RPC_TIMEOUT_MS });
}
