import { toBeHex } from "ethers";
import type { Lens } from "../../../../keeper/src/chain/lens.js";
import type { BlockReader } from "../../../../keeper/src/chain/rpc-pool.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";

export const WAD = 10n ** 18n;

/** An address that is this number. */
export function addressOf(value: number): Address {
  return toBeHex(value, 20) as Address;
}

/** A word of values, each moved up by so many bits. */
export function packed(...parts: readonly (readonly [value: bigint | Address, shift: number])[]): bigint {
  return parts.reduce((word, [value, shift]) => word | (BigInt(value) << BigInt(shift)), 0n);
}

/** What each lens is told to answer, call by call; the last answer goes on. */
export type Answers = readonly (readonly [lens: Lens, calls: readonly (readonly (bigint | Address)[])[]])[];

/** A reader whose lenses answer the words given: packed by hand in the tests, from the lens's description. */
export function telling(answers: Answers): BlockReader {
  const asked = new Map<Lens, number>();
  const hashes = { hash: toBeHex(1, 32) as Hex, parentHash: toBeHex(0, 32) as Hex };
  const notAsked = (): never => {
    throw new Error("only lenses are asked here");
  };
  return {
    block: { ...hashes, number: 1, timestamp: 1, logsBloom: `0x${"00".repeat(256)}`, baseFeePerGas: 1n },
    storage: notAsked,
    logs: notAsked,
    call({ data }) {
      const [lens, calls] = answers.find(([each]) => data.startsWith(each.bytecode))!;
      const turn = asked.get(lens) ?? 0;
      asked.set(lens, turn + 1);
      const words = calls[Math.min(turn, calls.length - 1)]!;
      return Promise.resolve<Hex>(`0x${words.map((word) => toBeHex(BigInt(word), 32).slice(2)).join("")}`);
    },
  };
}
