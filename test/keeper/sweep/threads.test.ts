import { expect } from "chai";
import { openBook } from "../../../keeper/src/model/book.js";
import { LADDER_RULES } from "../../../keeper/src/model/leverage.js";
import { sweep, type SweepOutcome } from "../../../keeper/src/model/sweep.js";
import { share } from "../../../keeper/src/sweep/share.js";
import { startThreads, sweepOnThreads } from "../../../keeper/src/sweep/threads.js";
import { halfNormalSet, syntheticState, type SyntheticSize } from "../model/synthetic-book.js";

const SIZE: SyntheticSize = { accounts: 800, assets: 24, held: 4, owed: 2, seed: 21, mixed: true };

describe("sweep on threads", function () {
  this.timeout(60_000);
  const book = openBook(syntheticState(SIZE));
  const set = halfNormalSet(SIZE, 77);
  const alone = sweep(book, set, LADDER_RULES);

  for (const count of [1, 2, 3]) {
    it(`${count}: the same bytes as in one loop`, async () => {
      expectSameBytes(await sweepOnThreads(book, set, LADDER_RULES, count), alone);
    });
  }

  it("the same threads serve one sweep after another", async () => {
    const threads = startThreads(2);
    try {
      const other = halfNormalSet({ ...SIZE, seed: 5 }, 40);
      expectSameBytes(await threads.sweep(book, set, LADDER_RULES), alone);
      expectSameBytes(await threads.sweep(book, other, LADDER_RULES), sweep(book, other, LADDER_RULES));
    } finally {
      await threads.close();
    }
  });

  it("the same threads serve one book after another, and the first again", async () => {
    const threads = startThreads(2);
    try {
      const other = openBook(syntheticState({ ...SIZE, seed: 22 }));
      expectSameBytes(await threads.sweep(book, set, LADDER_RULES), alone);
      expectSameBytes(await threads.sweep(other, set, LADDER_RULES), sweep(other, set, LADDER_RULES));
      expectSameBytes(await threads.sweep(book, set, LADDER_RULES), alone);
      const late = { ...LADDER_RULES, latencyRounds: 2 };
      expectSameBytes(await threads.sweep(book, set, late), sweep(book, set, late));
    } finally {
      await threads.close();
    }
  });

  it("the same threads serve two who ask at once, one after the other", async () => {
    const threads = startThreads(2);
    try {
      const asked = [0, 1].map(() => threads.sweep(book, set, LADDER_RULES));
      for (const outcome of await Promise.all(asked)) expectSameBytes(outcome, alone);
    } finally {
      await threads.close();
    }
  });

  it("error: threads that have ended, by a mistake or by being closed, say so to whoever asks later", async () => {
    const messageOf = (asked: Promise<unknown>) =>
      asked.then(
        () => "",
        (error: unknown) => (error as Error).message,
      );
    const torn = { ...book, state: { ...book.state, venues: [] } };
    const [broken, done] = [startThreads(1), startThreads(1)];
    const first = await messageOf(broken.sweep(torn, set, LADDER_RULES));
    expect(await messageOf(broken.sweep(book, set, LADDER_RULES)))
      .to.equal(first)
      .and.include("undefined");
    await Promise.all([broken.close(), done.close()]);
    expect(await messageOf(done.sweep(book, set, LADDER_RULES))).to.include("closed");
  });

  it("error: what a thread throws arrives", async () => {
    const torn = { ...book, state: { ...book.state, venues: [] } };
    const failure = await sweepOnThreads(torn, set, LADDER_RULES, 2).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TypeError).with.property("message").that.includes("undefined");
  });

  it("error: RangeError for no threads, and for rules that hold a function", async () => {
    expect(() => startThreads(0)).to.throw(RangeError, "0 threads");
    const gated = { ...LADDER_RULES, gate: () => 0 };
    const failure = await sweepOnThreads(book, set, gated, 1).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(RangeError).with.property("message").that.includes("gate");
  });
});

describe(share.name, () => {
  it("moves typed arrays and keeps what is in them", () => {
    const value = { a: [Float64Array.of(1.5, -0), "x"], b: { c: Uint8Array.of(7), d: null }, e: Int32Array.of(-1) };
    const shared = share(value);
    expect(shared).to.deep.equal(value);
    expect(shared.b.c.buffer).to.be.instanceOf(SharedArrayBuffer);
    expect(shared.b.c).to.be.instanceOf(Uint8Array);
    expect(shared.e).to.be.instanceOf(Int32Array);
    shared.b.c[0] = 8;
    expect(value.b.c[0]).to.equal(7);
  });
});

function expectSameBytes(actual: SweepOutcome, expected: SweepOutcome): void {
  for (const [key, values] of Object.entries(expected) as [string, Float64Array][]) {
    const other = actual[key as keyof SweepOutcome];
    const bytes = (array: ArrayBufferView) =>
      Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("hex");
    expect(bytes(other) === bytes(values), key).to.equal(true);
    expect(values.length, key).to.be.greaterThan(0);
  }
  expect(expected.hits.some((hits) => hits > 0)).to.equal(true);
}
