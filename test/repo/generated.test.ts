import { expect } from "chai";
import { artifacts, storageText } from "./build-output.js";
import { filesUnder, read } from "./sources.js";

const WHERE_FROM = "run `npx tsx scripts/storage-layout.ts --write`, review the change like code, and commit it";

describe("typechain-types", () => {
  it("hold a factory for our contracts and for nothing that is gone", () => {
    const factories = filesUnder("typechain-types/factories", /__factory\.ts$/);
    const typed = factories.map((file) => /([^/]+)__factory\.ts$/.exec(file)?.[1] ?? "");
    const built = new Set(artifacts().map(({ contractName }) => contractName));
    expect(typed.filter((name) => !built.has(name))).to.deep.equal([]);
    const untyped = [...built].filter((name) => !typed.includes(name));
    // TypeChain writes no factory for a library or contract with an empty ABI.
    const abi = new Map(artifacts().map((artifact) => [artifact.contractName, artifact.abi.length]));
    expect(untyped.filter((name) => (abi.get(name) ?? 0) > 0)).to.deep.equal([]);
  });
});

describe("snapshots/storage.txt", () => {
  it("is the storage layout of the contracts", () => {
    expect(storageText().split("\n"), WHERE_FROM).to.deep.equal(read("snapshots/storage.txt").split("\n"));
  });
});
