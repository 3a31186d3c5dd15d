import { expect } from "chai";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import { type Derivation, type StateStore, follow } from "../../../keeper/src/chain/follow.js";
import { BlockGone } from "../../../keeper/src/chain/rpc-errors.js";
import type { RpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import type { Hex } from "../../../keeper/src/units.js";
import { expectRejection } from "./fixture.js";

const hashOf = (branch: string, number: number): Hex =>
  `0x${Buffer.from(`${branch}${number}`).toString("hex").padStart(64, "0")}`;

/** A block of a chain that leaves branch "a" after block `forkAt`. */
function blockOf(branch: "a" | "b", number: number, forkAt = 50): BlockRef {
  const own = (n: number): "a" | "b" => (n <= forkAt ? "a" : branch);
  return {
    number,
    hash: hashOf(own(number), number),
    parentHash: hashOf(own(number - 1), number - 1),
    timestamp: number * 12,
    logsBloom: `0x${"00".repeat(256)}`,
    baseFeePerGas: 0n,
  };
}

/** Headers of both branches; by number, those of `canonical`. */
function headers(forkAt?: number, canonical: "a" | "b" = "a"): { chain: Pick<RpcPool, "block">; asked: Hex[] } {
  const asked: Hex[] = [];
  const all = new Map<Hex, BlockRef>();
  for (let n = 0; n < 300; n++)
    for (const b of ["a", "b"] as const) all.set(blockOf(b, n, forkAt).hash, blockOf(b, n, forkAt));
  const block: RpcPool["block"] = (id) => {
    const found = "hash" in id ? all.get(id.hash) : blockOf(canonical, id.number, forkAt);
    if ("hash" in id) asked.push(id.hash);
    return found === undefined ? Promise.reject(new BlockGone(JSON.stringify(id))) : Promise.resolve(found);
  };
  return { chain: { block }, asked };
}

/** A state that remembers how it came about. */
function recorder(): { derivation: Derivation<string>; loads: (string | undefined)[] } {
  const loads: (string | undefined)[] = [];
  return {
    loads,
    derivation: {
      load(block, hint) {
        loads.push(hint);
        return Promise.resolve(`load ${block.number}`);
      },
      advance: (state, path) => Promise.resolve(`${state} > ${path.map(({ number }) => number).join(",")}`),
    },
  };
}

describe("follow", () => {
  it("default: loads once, then derives each block from its parent without asking for headers", async () => {
    const { chain, asked } = headers();
    const { derivation, loads } = recorder();
    const at = follow(chain, derivation);
    expect(await at(blockOf("a", 10))).to.equal("load 10");
    expect(await at(blockOf("a", 11))).to.equal("load 10 > 11");
    expect(await at(blockOf("a", 12))).to.equal("load 10 > 11 > 12");
    expect(loads).to.deep.equal([undefined]);
    expect(asked).to.deep.equal([]);
  });

  it("behavior: the same block again costs nothing", async () => {
    const { chain } = headers();
    const { derivation, loads } = recorder();
    const at = follow(chain, derivation);
    const first = await at(blockOf("a", 10));
    expect(await at(blockOf("a", 10))).to.equal(first);
    expect(loads).to.have.length(1);
  });

  it("behavior: blocks that were skipped are walked through in order", async () => {
    const { chain, asked } = headers();
    const { derivation } = recorder();
    const at = follow(chain, derivation);
    await at(blockOf("a", 10));
    expect(await at(blockOf("a", 14))).to.equal("load 10 > 11,12,13,14");
    expect(asked).to.deep.equal([13, 12, 11].map((n) => hashOf("a", n)));
  });

  it("behavior: a reorganisation goes on from the last common block", async () => {
    const { chain } = headers(12);
    const { derivation, loads } = recorder();
    const at = follow(chain, derivation);
    for (const n of [10, 11, 12, 13, 14]) await at(blockOf("a", n, 12));
    expect(await at(blockOf("b", 14, 12))).to.equal("load 10 > 11 > 12 > 13,14");
    expect(loads).to.have.length(1);
  });

  it("behavior: a jump too far to walk is loaded, with the last state as a hint", async () => {
    const { chain } = headers();
    const { derivation, loads } = recorder();
    const at = follow(chain, derivation);
    await at(blockOf("a", 10));
    expect(await at(blockOf("a", 210))).to.equal("load 210");
    expect(loads).to.deep.equal([undefined, "load 10"]);
  });

  it("behavior: the last state is no hint for an earlier block: what it knows may be of later ones", async () => {
    const { chain } = headers();
    const { derivation, loads } = recorder();
    const at = follow(chain, derivation);
    await at(blockOf("a", 210));
    expect(await at(blockOf("a", 10))).to.equal("load 10");
    expect(loads).to.deep.equal([undefined, undefined]);
  });

  for (const [deep, hint] of [
    [63, "load 113"],
    [64, undefined],
  ] as const) {
    it(`behavior: the last state is ${hint === undefined ? "no" : "a"} hint where it is ${deep} blocks deep in a fork`, async () => {
      const { chain } = headers(113 - deep, "b");
      const { derivation, loads } = recorder();
      const at = follow(chain, derivation);
      await at(blockOf("a", 113, 113 - deep));
      await at(blockOf("b", 250, 113 - deep));
      expect(loads).to.deep.equal([undefined, hint]);
    });
  }

  it("behavior: a state or a hint that was kept is one only on the chain that it is of, whatever its number", async () => {
    const keep = (block: BlockRef, isWhole: boolean): StateStore<string> => ({
      last: () => ({ block: isWhole ? block : undefined, state: "kept", upTo: isWhole ? undefined : block }),
      save: () => undefined,
    });
    for (const isWhole of [true, false]) {
      for (const [branch, hint] of [
        ["a", "kept"],
        ["b", undefined],
      ] as const) {
        const { chain } = headers(0);
        const { derivation, loads } = recorder();
        await follow(chain, derivation, keep(blockOf(branch, 100, 0), isWhole))(blockOf("a", 250, 0));
        expect(loads, `${branch}, ${isWhole}`).to.deep.equal([hint]);
      }
    }
  });

  it("behavior: who asks while a block is being read waits for it, and does not read it twice", async () => {
    const { chain } = headers();
    const { derivation, loads } = recorder();
    const at = follow(chain, derivation);
    const asked = [at(blockOf("a", 10)), at(blockOf("a", 10)), at(blockOf("a", 11))];
    expect(await Promise.all(asked)).to.deep.equal(["load 10", "load 10", "load 10 > 11"]);
    expect(loads).to.have.length(1);
  });

  it("behavior: a block older than what is kept is loaded", async () => {
    const { chain } = headers();
    const { derivation, loads } = recorder();
    const at = follow(chain, derivation);
    for (let n = 100; n < 140; n++) await at(blockOf("a", n));
    expect(await at(blockOf("a", 99))).to.equal("load 99");
    expect(loads).to.have.length(2);
  });

  it("error: what the derivation throws, and the next block is derived from the last state that there was", async () => {
    const { chain } = headers();
    const { derivation } = recorder();
    let isBroken = false;
    const at = follow(chain, {
      ...derivation,
      advance: (state, path) => (isBroken ? Promise.reject(new RangeError("no")) : derivation.advance(state, path)),
    });
    await at(blockOf("a", 10));
    isBroken = true;
    await expectRejection(at(blockOf("a", 11)), RangeError);
    isBroken = false;
    expect(await at(blockOf("a", 12))).to.equal("load 10 > 11,12");
  });

  it("error: BlockGone where the block's ancestors are not known", async () => {
    const { chain } = headers();
    const at = follow(chain, recorder().derivation);
    await at(blockOf("a", 10));
    await expectRejection(at({ ...blockOf("a", 12), parentHash: `0x${"ee".repeat(32)}` }), BlockGone);
  });
});
