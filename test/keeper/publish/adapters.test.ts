import { expect } from "chai";
import { id } from "ethers";
import type { BlockReader } from "../../../keeper/src/chain/rpc-pool.js";
import { CallReverted } from "../../../keeper/src/chain/rpc-errors.js";
import { createAdapterReader, syncPayload } from "../../../keeper/src/publish/adapters.js";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { hash32 } from "../report/assessments.js";

const FROM: Address = "0x00000000000000000000000000000000000000f0";
const [QUIET, ASKING, REVERTS, EMPTY, VAST] = ["a1", "a2", "a3", "a4", "a5"].map((byte) => `0x${byte.repeat(20)}`) as [
  Address,
  Address,
  Address,
  Address,
  Address,
];
/** The selector, from the signature itself. */
const SYNC = id("sync()").slice(0, 10);
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;

const BLOCK: BlockRef = {
  number: 100,
  hash: hash32("aa"),
  parentHash: hash32("bb"),
  timestamp: 1_700_000_000,
  baseFeePerGas: 1n,
  logsBloom: "0x",
};

describe("createAdapterReader", () => {
  const answers = new Map<Address, () => Hex>([
    [QUIET, () => word(0n)],
    [ASKING, () => word(3n)],
    [
      REVERTS,
      () => {
        throw new CallReverted("0x1234abcd", "execution reverted");
      },
    ],
    [EMPTY, () => "0x"],
    [VAST, () => word(2n ** 255n)],
  ]);
  let calls: unknown[];
  const pool = {
    at: (block: BlockRef): BlockReader => ({
      block,
      call: (transaction) => {
        calls.push({ block: block.number, ...transaction });
        return Promise.resolve().then(() => answers.get(transaction.to ?? FROM)?.() ?? "0x");
      },
      storage: () => Promise.reject(new Error("no storage is read")),
      logs: () => Promise.reject(new Error("no logs are read")),
    }),
  };
  const caller = { from: FROM, gasLimit: 3_000_000n };
  beforeEach(() => (calls = []));

  it("asks each adapter at the block, as the operator would call it, with the operator's gas", async () => {
    const read = createAdapterReader(pool, [QUIET, ASKING], caller);
    expect(await read(BLOCK)).to.deep.equal([
      { adapter: QUIET, due: 0, fault: undefined },
      { adapter: ASKING, due: 3, fault: undefined },
    ]);
    expect(calls).to.deep.equal(
      [QUIET, ASKING].map((to) => ({ block: 100, from: FROM, to, data: SYNC, gas: "0x2dc6c0" })),
    );
  });

  it("tells what is wrong with an adapter that does not answer, and still asks the others", async () => {
    const read = createAdapterReader(pool, [REVERTS, EMPTY, VAST, ASKING], caller);
    const said = await read(BLOCK);
    expect(said.map(({ adapter, due }) => [adapter, due])).to.deep.equal([
      [REVERTS, 0],
      [EMPTY, 0],
      [VAST, 0],
      [ASKING, 3],
    ]);
    expect(said[0]?.fault).to.contain("the call reverted with 0x1234abcd");
    expect(said[1]?.fault).to.equal("saw 0x from sync(), expected a number");
    expect(said[2]?.fault).to.contain("expected an integer within 2^53");
    expect(said[3]?.fault).to.equal(undefined);
  });
});

describe("syncPayload", () => {
  it("is a call of sync() that belongs to no epoch", () => {
    expect(syncPayload(ASKING)).to.deep.equal({ epoch: 0, to: ASKING, data: SYNC });
  });
});
