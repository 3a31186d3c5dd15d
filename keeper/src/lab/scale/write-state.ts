import { AbiCoder, id, keccak256, toBeHex, zeroPadValue } from "ethers";
import type { DevChain } from "../chain.js";
import { orderRequest } from "../world/orders.js";
import type { Address, Hex } from "../../units.js";

/** A word of a contract's storage, and the account that the write is logged for, where it is. */
export interface Write {
  readonly slot: bigint;
  readonly value: bigint;
  readonly account?: Address;
}

const LOOP = "5f5b803611600957005b";
const STORE = "80602001358135" + "55";
const TRANSFER = id("Transfer(address,address,uint256)").slice(2);
/** Stores pairs (slot, value) of its calldata. */
const STORER: Hex = `0x${LOOP}${STORE}60400160015600`;
/** Stores triples (slot, value, account) of its calldata, and logs a mint of 0 to each account. */
const LOGGER: Hex = `0x${LOOP}${STORE}80604001355f7f${TRANSFER}60205fa360600160015600`;

/** Below the most that one transaction may use. */
const WRITES_PER_TRANSACTION = 550;
const TRANSACTION_GAS = 16_700_000n;
const TRANSACTIONS_PER_BLOCK = 3;

/**
 * Write storage as no transaction of the protocol could, fast: the contract's code is exchanged for one that stores what it is
 * sent, and put back. Blocks are mined a second apart; `oneBlock`: all writes in the next block.
 */
export async function writeState(
  chain: DevChain,
  from: Address,
  targets: readonly { readonly contract: Address; readonly writes: readonly Write[] }[],
  oneBlock = false,
): Promise<void> {
  const codes = await chain.rpc.batch(
    targets.map(({ contract }) => ({ method: "eth_getCode", params: [contract, "latest"] })),
  );
  const setCode = (contract: Address, code: unknown): Promise<unknown> =>
    chain.rpc.call("hardhat_setCode", [contract, code]);
  for (const { contract, writes } of targets)
    await setCode(contract, writes[0]?.account === undefined ? STORER : LOGGER);
  const requests = targets.flatMap(({ contract, writes }) =>
    chunks(writes, WRITES_PER_TRANSACTION).map((some) =>
      orderRequest({ label: "state", from, to: contract, data: encode(some), gas: TRANSACTION_GAS }),
    ),
  );
  for (const some of chunks(requests, oneBlock ? requests.length : TRANSACTIONS_PER_BLOCK)) {
    const hashes = await chain.rpc.batch(some);
    await chain.mine((await chain.timestamp()) + 1);
    const receipts = await chain.rpc.batch(
      hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
    );
    const failed = receipts.find((receipt) => (receipt as { status: Hex } | null)?.status !== "0x1");
    if (failed !== undefined) throw new Error("a write of state failed: the chain's limits are not those expected");
  }
  for (const [t, { contract }] of targets.entries()) await setCode(contract, codes[t]);
}

function encode(writes: readonly Write[]): Hex {
  const word = (value: bigint): string => toBeHex(value, 32).slice(2);
  const parts = writes.map(({ slot, value, account }) =>
    [word(slot), word(value), account === undefined ? "" : zeroPadValue(account, 32).slice(2)].join(""),
  );
  return `0x${parts.join("")}`;
}

/** Slot of `mapping(address => …)` at slot `base`. Source: Solidity's storage layout. */
export function slotOf(base: number, account: Address): bigint {
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [account, base])));
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
