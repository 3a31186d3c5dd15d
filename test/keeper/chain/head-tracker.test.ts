import { expect } from "chai";
import type { BlockRef } from "../../../keeper/src/chain/block-ref.js";
import { trackHeads } from "../../../keeper/src/chain/head-tracker.js";
import { RpcUnreachable } from "../../../keeper/src/chain/rpc-errors.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import type { Script } from "./faulty-node.js";
import { type PoolSetup, mineEmpty, openPool, startChain } from "./fixture.js";

describe("trackHeads", () => {
  let chain: DevChain;
  let setup: PoolSetup;
  let stop: AbortController;
  let errors: unknown[];
  beforeEach(async () => {
    chain = await startChain();
    await mineEmpty(chain);
    setup = await openPool(chain, [{}]);
    stop = new AbortController();
    errors = [];
  });
  afterEach(async () => {
    stop.abort();
    await setup.close();
    await chain.close();
  });

  const track = (): AsyncGenerator<BlockRef, void> =>
    trackHeads(setup.pool, { pollMs: 5, signal: stop.signal, onError: (cause) => errors.push(cause) });
  const next = async (heads: AsyncGenerator<BlockRef, void>): Promise<BlockRef> =>
    (await heads.next()).value as BlockRef;

  it("default: yields the head at once, then each new one, once", async () => {
    const heads = track();
    const numbers = [(await next(heads)).number];
    for (let i = 0; i < 3; i++) {
      await mineEmpty(chain);
      numbers.push((await next(heads)).number);
    }
    expect(numbers).to.deep.equal([1, 2, 3, 4]);
  });

  it("behavior: a head replaced by another of the same or a lower number is yielded", async () => {
    const heads = track();
    await next(heads);
    const mark = await chain.snapshot();
    await mineEmpty(chain);
    await mineEmpty(chain);
    const orphan = await next(heads);
    await chain.revert(mark);
    await chain.mine((await chain.timestamp()) + 30);
    const replacement = await next(heads);
    expect(orphan.number).to.equal(3);
    expect(replacement.number).to.equal(2);
    expect(replacement.hash).to.equal((await chain.provider.getBlock(2))!.hash);
  });

  it("behavior: an endpoint that falls back to an ancestor is late, not reorganised: nothing is yielded", async () => {
    const heads = track();
    await next(heads);
    await mineEmpty(chain);
    await mineEmpty(chain);
    expect((await next(heads)).number).to.equal(3);
    const ancestor = await chain.rpc.call("eth_getBlockByNumber", ["0x1", false]);
    let served = 0;
    const late: Script = {
      tamper(call, result) {
        if (call.method !== "eth_getBlockByNumber" || call.params[0] !== "latest" || served === 5) return result;
        served += 1;
        return ancestor;
      },
    };
    setup.nodes[0]!.script = late;
    const following = next(heads);
    while (served < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    await mineEmpty(chain);
    expect((await following).number).to.equal(4);
  });

  it("behavior: failed polls are told, and tracking goes on", async () => {
    const heads = track();
    await next(heads);
    setup.nodes[0]!.script = { http: () => "reset" };
    const following = next(heads);
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await mineEmpty(chain);
    setup.nodes[0]!.script = {};
    expect((await following).number).to.equal(2);
    expect(errors[0]).to.be.instanceOf(RpcUnreachable);
  });

  it("behavior: ends when aborted", async () => {
    const heads = track();
    await next(heads);
    stop.abort();
    expect((await heads.next()).done).to.equal(true);
  });
});
