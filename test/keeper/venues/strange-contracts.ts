import { toBeHex } from "ethers";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import type { Address, Hex } from "../../../keeper/src/units.js";

/** Put a contract at an address of its own that answers every call with these words. */
export async function answering(chain: DevChain, role: string, words: readonly (bigint | Hex)[]): Promise<Address> {
  // For each word: PUSH32 word, PUSH2 offset, MSTORE; then PUSH2 size, PUSH0, RETURN.
  const stores = words.map((word, i) => {
    const bytes = typeof word === "string" ? word : toBeHex(BigInt.asUintN(256, word), 32);
    return `7f${bytes.slice(2)}61${offset(32 * i)}52`;
  });
  return place(chain, role, `0x${stores.join("")}61${offset(32 * words.length)}5ff3`);
}

/** Put a contract at an address of its own that reverts every call. */
export function reverting(chain: DevChain, role: string): Promise<Address> {
  return place(chain, role, "0x5f5ffd");
}

/** Put a contract at an address of its own that burns all gas it is given. */
export function burning(chain: DevChain, role: string): Promise<Address> {
  return place(chain, role, "0x5b5f56");
}

async function place(chain: DevChain, role: string, code: Hex): Promise<Address> {
  const address = derivedAddress(role);
  await chain.rpc.call("hardhat_setCode", [address, code]);
  return address;
}

function offset(value: number): string {
  return value.toString(16).padStart(4, "0");
}
