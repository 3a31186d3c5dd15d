import { id, toBeHex } from "ethers";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import type { Address, Hex } from "../../../keeper/src/units.js";

/** Put a contract at an address of its own that answers every call with these words. */
export async function answering(chain: DevChain, role: string, words: readonly (bigint | Hex)[]): Promise<Address> {
  return place(chain, role, `0x${answerCode(words)}`);
}

/** Put a contract at an address of its own that answers each of these functions with its words, and reverts any other call. */
export function answeringEach(
  chain: DevChain,
  role: string,
  answers: Readonly<Record<string, readonly (bigint | Hex)[]>>,
): Promise<Address> {
  return place(chain, role, codeAnswering(answers));
}

/** Code that answers each of these functions, by signature, with its words, and reverts any other call. */
export function codeAnswering(answers: Readonly<Record<string, readonly (bigint | Hex)[]>>): Hex {
  // PUSH0, CALLDATALOAD, PUSH1 224, SHR; then for each: DUP1, PUSH4 selector, EQ, PUSH2 target, JUMPI; PUSH0, PUSH0, REVERT.
  const entries = Object.entries(answers).map(([signature, words]) => ({
    selector: id(signature).slice(2, 10),
    code: `5b${answerCode(words)}`,
  }));
  let at = 5 + 11 * entries.length + 3;
  let [table, bodies] = ["", ""];
  for (const { selector, code } of entries) {
    table += `8063${selector}1461${offset(at)}57`;
    bodies += code;
    at += code.length / 2;
  }
  return `0x5f3560e01c${table}5f5ffd${bodies}`;
}

/** For each word: PUSH32 word, PUSH2 offset, MSTORE; then PUSH2 size, PUSH0, RETURN. */
function answerCode(words: readonly (bigint | Hex)[]): string {
  const stores = words.map((word, i) => {
    const bytes = typeof word === "string" ? word : toBeHex(BigInt.asUintN(256, word), 32);
    return `7f${bytes.slice(2)}61${offset(32 * i)}52`;
  });
  return `${stores.join("")}61${offset(32 * words.length)}5ff3`;
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
