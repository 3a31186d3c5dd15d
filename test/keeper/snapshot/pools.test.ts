import { expect } from "chai";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { composeSnapshot } from "../../../keeper/src/snapshot/compose.js";
import { SnapshotMalformed, parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import { nameOfPool, tokensOfPool } from "../../../keeper/src/snapshot/pool-state.js";
import type { PoolState } from "../../../keeper/src/snapshot/pool-state.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { allKinds, v4 } from "../graph/sample-pools.js";
import { sampleSnapshot } from "./sample.js";

const base: Snapshot = sampleSnapshot();
const withPools = (pools: readonly PoolState[]): Snapshot => ({ ...base, pools });

/** The canonical text with `change` done to the JSON of its only pool. */
function changed(pool: PoolState, change: (json: Record<string, unknown>) => void): string {
  const json = JSON.parse(canonicalJson(withPools([pool]))) as { pools: Record<string, unknown>[] };
  change(json.pools[0]!);
  return JSON.stringify(json);
}

describe("pools in a snapshot", () => {
  it("default: every kind goes to text and back, and to the same text again", () => {
    const snapshot = withPools(allKinds());
    expect(new Set(snapshot.pools.map(({ kind }) => kind)).size).to.equal(7);
    const text = canonicalJson(snapshot);
    expect(parseSnapshot(text)).to.deep.equal(snapshot);
    expect(canonicalJson(parseSnapshot(text))).to.equal(text);
  });

  it("behavior: pools of one manager are told apart by their ids, and sorted by them", () => {
    const ids = ["11", "22", "33"].map((byte) => `0x${byte.repeat(32)}` as const);
    const [first, second, third] = ids.map((id) => ({ ...v4(7n), id }));
    const parts = [third!, first!, second!].map((view) => ({
      ...{ pool: view.pool, id: view.id, kind: "read" as const, view },
    }));
    const tokens = tokensOfPool(first!).map((token) => ({ token, symbol: "T", decimals: 18 }));
    const none = { venues: [], feeds: [], exclusions: [], lookThrough: [] };
    const composed = composeSnapshot(1, base.block, { ...none, pools: parts, tokens });
    expect(composed.pools).to.deep.equal([first, second, third]);
    expect(parseSnapshot(canonicalJson(composed)).pools).to.deep.equal([first, second, third]);
    const twice = withPools([first!, first!]);
    expect(() => parseSnapshot(canonicalJson(twice))).to.throw(SnapshotMalformed, "pools out of order at 1");
  });

  it("behavior: one that cannot be read is excluded by address and id", () => {
    const { pool, id } = v4(7n);
    const none = { venues: [], feeds: [], exclusions: [], lookThrough: [], tokens: [] };
    const part = { pool, id, kind: "unreadable" as const, reason: "hooks" };
    const { exclusions } = composeSnapshot(1, base.block, { ...none, pools: [part] });
    expect(exclusions).to.deep.equal([{ scope: "pool", id: `${pool}/${id}`, reason: "hooks" }]);
    expect(nameOfPool({ pool })).to.equal(pool);
  });

  it("behavior: a pool of many tokens is left out where one of them has no decimals", () => {
    for (const view of allKinds()) {
      const tokens = tokensOfPool(view).map((token, k, all) => {
        return { token, symbol: "T", decimals: k === all.length - 1 ? undefined : 18 };
      });
      const none = { venues: [], feeds: [], exclusions: [], lookThrough: [] };
      const part = { pool: view.pool, kind: "read" as const, view };
      const { pools, exclusions } = composeSnapshot(1, base.block, { ...none, pools: [part], tokens });
      expect(pools, view.kind).to.deep.equal([]);
      expect(exclusions.map(({ scope }) => scope)).to.deep.equal(["asset", "pool"]);
    }
  });

  it("error: SnapshotMalformed for lists that are not as long as the tokens, wrong kinds and unknown fields", () => {
    for (const pool of allKinds()) {
      expect(() => parseSnapshot(changed(pool, (json) => (json["extra"] = 1)))).to.throw(SnapshotMalformed);
      expect(() => parseSnapshot(changed(pool, (json) => (json["kind"] = "curve")))).to.throw(SnapshotMalformed);
      if (!("tokens" in pool)) continue;
      const shorter = changed(pool, (json) => (json["balances"] as unknown[]).pop());
      expect(() => parseSnapshot(shorter)).to.throw(SnapshotMalformed, "expected one entry for each token");
    }
  });
});
