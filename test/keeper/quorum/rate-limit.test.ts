import { expect } from "chai";
import { createRateLimit } from "../../../keeper/src/quorum/rate-limit.js";

describe("createRateLimit", () => {
  const limit = () => createRateLimit({ perSec: 10, burst: 3, clients: 2 });
  const takes = (one: ReturnType<typeof limit>, client: string, ...times: number[]): boolean[] =>
    times.map((ms) => one.take(client, ms));

  it("lets a burst through, then refills at its rate", () => {
    expect(takes(limit(), "a", 0, 0, 0, 0, 100, 100)).to.deep.equal([true, true, true, false, true, false]);
  });

  it("never holds more than a burst", () => {
    expect(takes(limit(), "a", 0, 1e9, 1e9, 1e9, 1e9)).to.deep.equal([true, true, true, true, false]);
  });

  it("counts each client alone, and forgets the quietest beyond its size", () => {
    const one = limit();
    expect(takes(one, "a", 0, 0, 0, 0)).to.deep.equal([true, true, true, false]);
    expect(takes(one, "b", 0, 0)).to.deep.equal([true, true]);
    expect(one.take("a", 0)).to.equal(false);
    expect(one.take("c", 0)).to.equal(true);
    expect(one.take("a", 0)).to.equal(false);
    expect(takes(one, "b", 0, 0, 0)).to.deep.equal([true, true, true]);
  });
});
