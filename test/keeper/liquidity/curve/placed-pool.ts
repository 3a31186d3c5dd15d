import { keccak256, toBeHex } from "ethers";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { quotePool } from "../../../../keeper/src/graph/pool-quote.js";
import { SwapReverted } from "../../../../keeper/src/graph/uniswap-v3/errors.js";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import type { PoolState } from "../../../../keeper/src/snapshot/pool-state.js";
import { tokensOfPool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type PoolStage, openStage } from "../stage.js";

interface Recorded {
  readonly code_hash: Hex;
  readonly storage: Readonly<Record<Hex, Hex>>;
}

/** Recorded accounts of one block, and code by hash. */
export interface Recording {
  readonly accounts: Readonly<Record<string, Recorded>>;
  readonly codes: ReadonlyMap<string, string>;
}

function unpack(file: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
}

let codes: ReadonlyMap<string, string> | undefined;

/** Read a recorded block in the folder of evm-pevm-blocks. */
export function openRecording(folder: string, block: string): Recording {
  codes ??= new Map(Object.entries(unpack(path.join(folder, "bytecodes_by_keccak.json.gz")) as Record<string, string>));
  return { accounts: unpack(path.join(folder, block, "pre_state.json.gz")) as Recording["accounts"], codes };
}

/** Tokens that are there for their decimals only: 0 to 18 of them, by what the stage deployed. */
const DECIMALS = [6, 8, 18] as const;

export async function openTokens(): Promise<PoolStage & { readonly codeOf: ReadonlyMap<number, string> }> {
  const stage = await openStage(DECIMALS);
  const codeOf = new Map<number, string>();
  for (const { address } of stage.tokens) {
    const decimals = await stage.chain.rpc.call("eth_call", [{ to: address, data: "0x313ce567" }, "latest"]);
    codeOf.set(Number(decimals), String(await stage.chain.rpc.call("eth_getCode", [address, "latest"])));
  }
  return { ...stage, codeOf };
}

/** Put a recorded contract on the chain: its genuine code and the slots that its block touched. */
export async function place(chain: DevChain, { accounts, codes: all }: Recording, address: Address): Promise<void> {
  const { code_hash: hash, storage } = accounts[address]!;
  const code = all.get(hash);
  if (code === undefined) throw new Error(`the code of ${address}, ${hash}, is not recorded`);
  await chain.rpc.call("hardhat_setCode", [address, code]);
  for (const [slot, value] of Object.entries(storage))
    await store(chain, address, { slot: BigInt(slot), value: BigInt(value) });
}

/** Set one slot. */
export async function store(
  chain: DevChain,
  address: Address,
  { slot, value }: { readonly slot: bigint; readonly value: bigint },
): Promise<void> {
  await chain.rpc.call("hardhat_setStorageAt", [address, `0x${slot.toString(16)}`, toBeHex(value, 32)]);
}

/** Where old Vyper keeps entry `index` of the list at `slot`. */
export function entryOf(slot: bigint, index: number): bigint {
  return BigInt(keccak256(toBeHex(slot, 32))) + BigInt(index);
}

/** What the pool's own `get_dy` answers; undefined where it reverts. */
export async function getDy(
  chain: DevChain,
  pool: Address,
  { signed, i, j, dx }: { readonly signed: boolean; readonly i: number; readonly j: number; readonly dx: bigint },
): Promise<bigint | undefined> {
  // get_dy(int128,int128,uint256) and get_dy(uint256,uint256,uint256)
  const selector = signed ? "0x5e0d443f" : "0x556d6e9f";
  const data = selector + [BigInt(i), BigInt(j), dx].map((word) => toBeHex(word, 32).slice(2)).join("");
  try {
    return BigInt(String(await chain.rpc.call("eth_call", [{ to: pool, data }, "latest"])));
  } catch {
    return undefined;
  }
}

/** Our quote of token `i` for token `j`; undefined where it says that the pool reverts. */
export function ourDy(pool: PoolState, i: number, j: number, dx: bigint): bigint | undefined {
  const tokens = tokensOfPool(pool);
  try {
    return quotePool(pool, { base: tokens[i]!, quote: tokens[j]! }, dx);
  } catch (cause) {
    if (cause instanceof SwapReverted) return undefined;
    throw cause;
  }
}
