import { expect } from "chai";
import { getAddress } from "ethers";
import { readFileSync } from "node:fs";
import { loadSources } from "../../../keeper/src/config.js";

const FILE = "keeper/sources/mainnet.yaml";

describe("keeper/sources/mainnet.yaml", () => {
  const text = readFileSync(FILE, "utf8");
  const sources = loadSources(FILE);

  it("default: can be read, and names every proven lending kind", () => {
    const proven = /^\| `([a-z0-9-]+)` \| (?!\*\*not proven)/gm;
    const kinds = [...readFileSync("docs/venues.md", "utf8").matchAll(proven)].map(([, kind]) => kind!);
    const lending = kinds.filter((kind) => !/^(perpetual|synthetix)/.test(kind)).sort();
    expect([...new Set(sources.venues.map(({ kind }) => kind))].sort()).to.deep.equal(lending);
    expect(lending.length).to.be.above(5);
  });

  it("behavior: nothing unproven counts as covered by default", () => {
    expect(sources.venues.filter((venue) => "unproven" in venue)).to.deep.equal([]);
  });

  it("behavior: addresses are written with the checksum that tells a wrong digit (EIP-55)", () => {
    const addresses = text.match(/0x[0-9a-fA-F]{40}/g)!;
    expect(addresses.length).to.be.above(20);
    for (const address of addresses) expect(address).to.equal(getAddress(address.toLowerCase()));
  });
});
