import { spawnAnvil } from "../../keeper/src/chain/archive/anvil-fork.js";
import { requireAnvil } from "./anvil-node.js";

/** The account that anvil funds first, and the contract that it makes first. */
export const FUNDED = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
export const CONTRACT = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
/** `return(sload(calldataload(0)))`. */
export const RUNTIME = "0x5f35545f5260205ff3";
/** Init code: slot 7 becomes 42, an empty log is written, {@link RUNTIME} returned. */
const INIT = "0x602a6007555f5fa0685f35545f5260205ff35f5260096017f3";
/** The last block of the chain; the contract is made in block 1. */
export const HEAD = 2;

export interface SmallChain {
  readonly url: string;
  readonly close: () => Promise<void>;
  /** Ask the node. Throws what it refuses with. */
  readonly ask: (method: string, ...params: readonly unknown[]) => Promise<unknown>;
}

/** Ask a JSON-RPC endpoint. Throws what it refuses with. */
export async function askNode(url: string, method: string, ...params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(error.message);
  return result;
}

/** Start anvil with a chain of two blocks and one contract: an endpoint to record. Skips, loudly, where there is no anvil. */
export async function startSmallChain(context: Mocha.Context, chainId = 31_337): Promise<SmallChain> {
  const node = await spawnAnvil(requireAnvil(context), ["--chain-id", `${chainId}`, "--timestamp", "1700000000"]);
  const ask: SmallChain["ask"] = (method, ...params) => askNode(node.url, method, ...params);
  await ask("eth_sendTransaction", { from: FUNDED, data: INIT });
  await ask("evm_mine");
  return { ...node, ask };
}
