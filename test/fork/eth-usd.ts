import { AbiCoder, keccak256 } from "ethers";
import { type Archive, borrowState } from "../../keeper/src/chain/archive/archive.js";
import { createRpcPool } from "../../keeper/src/chain/rpc-pool.js";
import type { Address } from "../../keeper/src/units.js";
import { type FeedsRead, readFeeds } from "../../keeper/src/venues/chainlink-feed.js";

/** Chainlink's ETH/USD on mainnet: the proxy that protocols read, and the aggregator behind it in May 2024. */
export const PROXY: Address = "0x5f4ec3df9cbd43714fe2740f5e3616155c5b8419";
export const AGGREGATOR: Address = "0xe62b71cf983019bff55bc83b48601ce8419650cc";

/** Slot of `accessList[PROXY]` in the aggregator, which lets only listed contracts read: mapping at slot 50. */
const PROXY_MAY_READ = BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [PROXY, 50])));

/**
 * Block 19,933,612 updates the aggregator but nobody in it reads the proxy, so that the recording lacks the proxy and its
 * permission. Both are taken from a block of 17 days before, under which the aggregator's configuration digest is the same.
 */
export function withProxy(archive: Archive, earlier: Archive): Archive {
  return borrowState(archive, earlier, { [PROXY]: "all", [AGGREGATOR]: [PROXY_MAY_READ] });
}

/** The keeper's own price reader at the head of a node, or at the block with number `at`. */
export async function readEthUsd(
  url: string,
  { feed = PROXY, descriptions = false, at }: { feed?: Address; descriptions?: boolean; at?: number } = {},
): Promise<FeedsRead> {
  const pool = createRpcPool({ urls: [url], chainId: 1, quorum: 1, timeoutMs: 30_000 });
  const block = at === undefined ? await pool.head() : await pool.block({ number: at });
  return readFeeds(pool.at(block), [feed], { descriptions });
}
