import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import { NotCanonical, canonicalJson, snapshotHash } from "../../../keeper/src/snapshot/canonical.js";
import { SnapshotMalformed, parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import { addressOf, sampleAccounts, samplePool, sampleSnapshot } from "./sample.js";

describe("canonicalJson", () => {
  it("default: keys sorted by code unit, no whitespace, bigints as decimal strings", () => {
    const value = { b: [1n, -2n, 0n], a: { Z: true, a: 'x\n"é', B: 10 }, "1": -5 };
    expect(canonicalJson(value)).to.equal('{"1":-5,"a":{"B":10,"Z":true,"a":"x\\n\\"é"},"b":["1","-2","0"]}');
  });

  it("behavior: the order in which keys were set does not matter, absent keys are left out", () => {
    const { schema, chainId, ...rest } = sampleSnapshot();
    expect(canonicalJson({ ...rest, later: undefined, chainId, schema })).to.equal(canonicalJson(sampleSnapshot()));
  });

  it("error: NotCanonical for what has no single text", () => {
    for (const value of [0.5, NaN, Infinity, 2 ** 53, null, undefined, () => 1, Symbol("x")]) {
      expect(() => canonicalJson({ a: [value] })).to.throw(NotCanonical);
    }
  });
});

describe("snapshotHash", () => {
  it("default: keccak256 of the canonical text, as ethers computes it", () => {
    const snapshot = sampleSnapshot();
    expect(snapshotHash(snapshot)).to.equal(keccak256(toUtf8Bytes(canonicalJson(snapshot))));
  });

  it("behavior: any change changes it", () => {
    const base = sampleSnapshot();
    const [venue] = base.venues;
    const changed: Snapshot[] = [
      { ...base, chainId: 1 },
      { ...base, exclusions: [] },
      { ...base, venues: [{ ...venue!, totalDebtBase: 6n }] },
      { ...base, venues: [{ ...venue!, accounts: venue!.accounts.slice(1) }] },
    ];
    const hashes = new Set([base, ...changed].map(snapshotHash));
    expect(hashes.size).to.equal(5);
  });
});

describe("parseSnapshot", () => {
  it("default: gives back the snapshot, and its text again", () => {
    for (const snapshot of [sampleSnapshot(), sampleSnapshot([]), sampleSnapshot(sampleAccounts(50))]) {
      const text = canonicalJson(snapshot);
      expect(parseSnapshot(text)).to.deep.equal(snapshot);
      expect(canonicalJson(parseSnapshot(text))).to.equal(text);
    }
  });

  const text = canonicalJson(sampleSnapshot());
  const broken: readonly [string, string, string][] = [
    ["cut off", text.slice(0, -2), "not JSON"],
    ["empty", "", "0 characters"],
    ["another schema", text.replace("bulkhead/snapshot/1", "bulkhead/snapshot/2"), "schema"],
    ["a missing field", text.replace('"chainId":31337,', ""), "chainId"],
    ["an unknown field", text.replace("{", '{"aaa":1,'), "aaa"],
    ["a number for an amount", text.replace('"totalDebtBase":"5"', '"totalDebtBase":5'), "totalDebtBase"],
    ["a padded amount", text.replace('"totalDebtBase":"5"', '"totalDebtBase":"05"'), "decimal string"],
    ["a negative amount", text.replace('"totalDebtBase":"5"', '"totalDebtBase":"-5"'), "at least 0"],
    ["an upper-case hash", text.replace("0xabab", "0xABab"), "lower-case"],
    ["a position of 0", text.replace('[0,"1"]', '[0,"0"]'), "above 0"],
    ["a reserve that is not there", text.replaceAll('[1,"98', '[2,"98'), "reserve 2"],
    ["whitespace", text.replace(",", ", "), "not canonical"],
    [
      "unsorted keys",
      `{"schema":"bulkhead/snapshot/1",${text.slice(1).replace(',"schema":"bulkhead/snapshot/1"', "")}`,
      "not canonical",
    ],
  ];
  for (const [title, given, says] of broken) {
    it(`error: SnapshotMalformed for ${title}`, () => {
      expect(given).to.not.equal(text);
      expect(() => parseSnapshot(given)).to.throw(SnapshotMalformed, says);
    });
  }

  it("error: SnapshotMalformed for a position in a reserve of another market than its account's", () => {
    const base = sampleSnapshot();
    const [venue] = base.venues;
    const reserves = venue!.reserves.map((reserve, r) => ({ ...reserve, market: `m${r}` }));
    const inMarket = (market: string): string =>
      canonicalJson({
        ...base,
        venues: [
          { ...venue!, reserves, accounts: [{ market, account: addressOf(1), collateral: [[0, 1n]], debt: [] }] },
        ],
      });
    expect(canonicalJson(parseSnapshot(inMarket("m0")))).to.equal(inMarket("m0"));
    expect(() => parseSnapshot(inMarket("m1"))).to.throw(
      SnapshotMalformed,
      /reserve 0 of .* one of the account's market/,
    );
  });

  it("error: SnapshotMalformed for lists out of order or with repetitions", () => {
    const base = sampleSnapshot();
    const [venue] = base.venues;
    const unordered: Snapshot[] = [
      { ...base, assets: base.assets.toReversed() },
      { ...base, feeds: [...base.feeds, ...base.feeds] },
      { ...base, venues: [{ ...venue!, accounts: venue!.accounts.toReversed() }] },
      { ...base, venues: [{ ...venue!, reserves: venue!.reserves.toReversed() }] },
      { ...base, pools: [{ ...samplePool, ticks: samplePool.ticks.toReversed() }] },
      { ...base, forcedSales: [...base.forcedSales, ...base.forcedSales] },
      sampleSnapshot([
        {
          account: addressOf(100),
          collateral: [],
          debt: [
            [1, 1n],
            [0, 1n],
          ],
        },
      ]),
    ];
    for (const snapshot of unordered) {
      expect(() => parseSnapshot(canonicalJson(snapshot))).to.throw(SnapshotMalformed, "out of order");
    }
  });
});
