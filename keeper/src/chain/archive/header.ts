import { encodeRlp, keccak256, toBeArray } from "ethers";
import type { Hex } from "../../units.js";
import { type Archive, type RecordedHeader, toHex } from "./archive.js";

/** Header fields in RLP order. The later ones exist from a hardfork on, so they end where the recording ends. */
const FIELDS = [
  ["parentHash", "bytes"],
  ["sha3Uncles", "bytes"],
  ["miner", "bytes"],
  ["stateRoot", "bytes"],
  ["transactionsRoot", "bytes"],
  ["receiptsRoot", "bytes"],
  ["logsBloom", "bytes"],
  ["difficulty", "quantity"],
  ["number", "quantity"],
  ["gasLimit", "quantity"],
  ["gasUsed", "quantity"],
  ["timestamp", "quantity"],
  ["extraData", "bytes"],
  ["mixHash", "bytes"],
  ["nonce", "bytes"],
  ["baseFeePerGas", "quantity"],
  ["withdrawalsRoot", "bytes"],
  ["blobGasUsed", "quantity"],
  ["excessBlobGas", "quantity"],
  ["parentBeaconBlockRoot", "bytes"],
  ["requestsHash", "bytes"],
] as const;

/** Seconds between two consecutive slots after the Merge. */
const SLOT_SECONDS = 12n;
/** keccak256 of the RLP of no uncles. */
const NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

/** Compute a block's hash from its header fields. **Source:** Yellow Paper 4.4.1; EIP-1559, 4895, 4844, 4788, 7685 for the later fields. */
export function headerHash(header: Readonly<Record<string, Hex>>): Hex {
  const items: (Hex | Uint8Array)[] = [];
  for (const [field, kind] of FIELDS) {
    const value = header[field];
    if (value === undefined) break;
    items.push(kind === "bytes" ? value : toBeArray(value));
  }
  return keccak256(encodeRlp(items)) as Hex;
}

/**
 * The block to fork from. Its number and hash are real (the hash is the recorded block's `parentHash`); the rest of its
 * header was not recorded and is filled in from the child, one slot earlier. Nothing in a transaction's execution reads those fields.
 */
export function parentStandIn(archive: Archive): Readonly<Record<string, unknown>> {
  const { header } = archive;
  return {
    ...header,
    ...previousFields(header),
    gasUsed: "0x0",
    size: "0x0",
    transactions: [],
    uncles: [],
    ...(header.withdrawalsRoot === undefined ? {} : { withdrawals: [] }),
  };
}

function previousFields(header: RecordedHeader) {
  return {
    hash: header.parentHash,
    parentHash: `0x${"00".repeat(32)}`,
    number: toHex(BigInt(header.number) - 1n),
    timestamp: toHex(BigInt(header.timestamp) - SLOT_SECONDS),
    sha3Uncles: NO_UNCLES,
    difficulty: toHex(BigInt(header.difficulty) - difficultyBomb(BigInt(header.number))),
  };
}

/**
 * Blocks by which EDR puts the difficulty bomb off, from a block on. **Source:** EIP-1234, 2384, 4345, 5133; London's EIP-3554
 * (9,700,000) is not in EDR, which goes on with 9,000,000.
 */
const BOMB_DELAYS = [
  [15_050_000n, 11_400_000n],
  [13_773_000n, 10_700_000n],
  [9_200_000n, 9_000_000n],
  [7_280_000n, 5_000_000n],
] as const;
const MERGE = 15_537_394n;
const BOMB_PERIOD = 100_000n;

/**
 * What the bomb adds to a block's difficulty. A block 12 s after a parent without uncles gets the parent's difficulty and
 * this: so EDR computes from the stand-in the difficulty that was recorded, which contracts of that time read.
 */
function difficultyBomb(number: bigint): bigint {
  const delay = BOMB_DELAYS.find(([from]) => number >= from)?.[1];
  if (delay === undefined || number >= MERGE) return 0n;
  const period = (number - delay) / BOMB_PERIOD;
  return number > delay && period > 1n ? 1n << (period - 2n) : 0n;
}

/** Mainnet's execution hardforks by activation. **Source:** the EIPs' meta documents (block numbers up to Paris, then timestamps). */
const MAINNET_BLOCKS = [
  [15_537_394n, "merge"],
  [15_050_000n, "grayGlacier"],
  [13_773_000n, "arrowGlacier"],
  [12_965_000n, "london"],
  [12_244_000n, "berlin"],
  [9_200_000n, "muirGlacier"],
  [9_069_000n, "istanbul"],
  [7_280_000n, "petersburg"],
] as const;
const MAINNET_TIMES = [
  [1_764_798_551n, "osaka"],
  [1_746_612_311n, "prague"],
  [1_710_338_135n, "cancun"],
  [1_681_338_455n, "shanghai"],
] as const;

/** Name the hardfork a mainnet block ran under, as EDR spells it. **Throws** RangeError before Petersburg (2019-02). */
export function mainnetHardfork(header: RecordedHeader): string {
  const timestamp = BigInt(header.timestamp);
  const number = BigInt(header.number);
  const fork = MAINNET_TIMES.find(([from]) => timestamp >= from) ?? MAINNET_BLOCKS.find(([from]) => number >= from);
  if (fork === undefined)
    throw new RangeError(`block ${number} is older than Petersburg: expected block 7280000 or later`);
  return fork[1];
}
