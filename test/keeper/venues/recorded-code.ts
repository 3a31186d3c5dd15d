import { AbiCoder, keccak256 } from "ethers";
import { type Archive, toWord } from "../../../keeper/src/chain/archive/archive.js";
import { loadArchive } from "../../../keeper/src/chain/archive/load.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { requireShared } from "../../shared-data.js";

/** A recorded mainnet block; skips the running test or suite, loudly, where it is not there. */
export function recordedBlock(context: Mocha.Context, number: number): Promise<Archive> {
  return loadArchive(requireShared(context, `data/evm-pevm-blocks/${number}`));
}

/** The code that a contract had on mainnet. */
export function codeOf(archive: Archive, address: Address): Hex {
  const hash = archive.accounts.get(address)?.codeHash;
  const code = hash === undefined || hash === null ? undefined : archive.codes.get(hash);
  if (code === undefined) throw new Error(`saw no code of ${address} in block ${archive.header.number}`);
  return code;
}

/** Put code and storage at an address of a local chain. */
export async function install(
  chain: DevChain,
  address: Address,
  code: Hex,
  slots: readonly (readonly [slot: bigint, value: bigint])[] = [],
): Promise<void> {
  await chain.rpc.call("hardhat_setCode", [address, code]);
  await chain.rpc.batch(
    slots.map(([slot, value]) => ({
      method: "hardhat_setStorageAt",
      params: [address, `0x${slot.toString(16)}`, toWord(value)],
    })),
  );
}

/** Slot of `mapping[key]`, the mapping at `slot`, for nested mappings key after key. */
export function slotOf(slot: bigint, ...keys: readonly Hex[]): bigint {
  const coder = AbiCoder.defaultAbiCoder();
  return keys.reduce(
    (at, key) => BigInt(keccak256(coder.encode(["bytes32", "uint256"], [toWord(BigInt(key)), at]))),
    slot,
  );
}
