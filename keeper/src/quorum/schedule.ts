import { AbiCoder, keccak256 } from "ethers";
import { bigToInt, intToBig, type Address, type Hex } from "../units.js";

/**
 * Order the signers of one epoch: who transmits first, who takes over, and whose signatures are preferred.
 *
 * A Fisher-Yates shuffle of the ascending set, drawn from `keccak256(abi.encode(configDigest, epoch))`; draw `i` is
 * `keccak256(abi.encode(seed, i)) mod (i + 1)`. Same for everybody, and not to be chosen by anybody alive at that epoch.
 */
export function epochSchedule(members: readonly Address[], configDigest: Hex, epoch: number): Address[] {
  const order = [...members].sort();
  const seed = hash(["bytes32", "uint48"], [configDigest, epoch]);
  for (let i = order.length - 1; i > 0; i--) {
    const draw = BigInt(hash(["bytes32", "uint256"], [seed, i]));
    const j = bigToInt(draw % intToBig(i + 1));
    const [a, b] = [order[i], order[j]];
    if (a !== undefined && b !== undefined) [order[i], order[j]] = [b, a];
  }
  return order;
}

/**
 * Say whether `self` may transmit the epoch observed at `observedBlock` when the head is `head`: the first of the order at
 * once, each further one `stageBlocks` later.
 */
export function mayTransmit(order: readonly Address[], self: Address, timing: StageTiming): boolean {
  const position = order.indexOf(self);
  return position >= 0 && timing.head >= timing.observedBlock + position * timing.stageBlocks;
}

/** Blocks that decide whose turn it is. */
export interface StageTiming {
  readonly head: number;
  readonly observedBlock: number;
  readonly stageBlocks: number;
}

function hash(types: string[], values: unknown[]): Hex {
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values)) as Hex;
}
