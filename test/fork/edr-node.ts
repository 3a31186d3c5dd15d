import { network } from "hardhat";
import type { ForkNode, ForkOptions } from "../../keeper/src/chain/archive/reexecute.js";

/** Start Hardhat's EDR over HTTP on a fork. It mines only when told to, in the order in which transactions came in. */
export async function startEdr(options: ForkOptions): Promise<ForkNode> {
  const server = await network.createServer(
    {
      network: "lab",
      override: {
        accounts: [],
        chainId: options.chainId,
        hardfork: options.hardfork,
        forking: { url: options.url, blockNumber: options.blockNumber },
        mining: { auto: false, mempool: { order: "fifo" } },
      },
    },
    "127.0.0.1",
    0,
  );
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}`, dialect: "edr", close: () => server.close() };
}
