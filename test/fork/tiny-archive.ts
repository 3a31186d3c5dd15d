import { keccak256 } from "ethers";
import type { Archive, RecordedAccount } from "../../keeper/src/chain/archive/archive.js";
import type { Address, Hex } from "../../keeper/src/units.js";

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;

/** `return(sload(calldataload(0)))`: what a slot holds, by number. */
const READ_SLOT: Hex = "0x5f35545f5260205ff3";
/** A contract with slot 7 = 42 and slot 8 = 0 recorded, and no other. */
export const READER: Address = "0x00000000000000000000000000000000000000aa";
/** An account of 5 wei without code. */
export const PAYER: Address = "0x00000000000000000000000000000000000000bb";
/** A contract whose code was not recorded. */
export const LOST: Address = "0x00000000000000000000000000000000000000cc";
/** An account that was not recorded at all. */
export const NOBODY: Address = "0x00000000000000000000000000000000000000dd";

export const PARENT_HASH = word("1");
const CODE_HASH = keccak256(READ_SLOT) as Hex;

const noCode = { nonce: 0n, codeHash: null, storage: new Map<bigint, bigint>() };
const accounts = new Map<Address, RecordedAccount>([
  [
    READER,
    {
      balance: 0n,
      nonce: 1n,
      codeHash: CODE_HASH,
      storage: new Map([
        [7n, 42n],
        [8n, 0n],
      ]),
    },
  ],
  [PAYER, { ...noCode, balance: 5n, nonce: 3n }],
  [LOST, { ...noCode, balance: 0n, codeHash: word("f") }],
]);

/** A hand-made recording of four accounts before block 20,000,000 of chain 1; small enough to know every answer by heart. */
export const tinyArchive: Archive = {
  chainId: 1,
  header: {
    hash: word("2"),
    parentHash: PARENT_HASH,
    number: "0x1312d00",
    timestamp: "0x664f6703",
    gasLimit: "0x1c9c380",
    gasUsed: "0x0",
    miner: PAYER,
    mixHash: word("3"),
    difficulty: "0x0",
    logsBloom: `0x${"0".repeat(512)}`,
    receiptsRoot: word("4"),
    transactionsRoot: word("5"),
    stateRoot: word("6"),
    sha3Uncles: word("7"),
    nonce: "0x0000000000000000",
    extraData: "0x",
    totalDifficulty: "0x0",
    baseFeePerGas: "0x7",
    withdrawalsRoot: word("8"),
    blobGasUsed: "0x0",
    excessBlobGas: "0x0",
    parentBeaconBlockRoot: word("9"),
  },
  transactions: [],
  accounts,
  codes: new Map([[CODE_HASH, READ_SLOT]]),
  blockHashes: new Map([[0x1312c00n, word("e")]]),
};
