import { expect } from "chai";
import {
  ArtifactMissingError,
  LibraryMissingError,
  creationCode,
  loadAave,
  loadForeign,
  loadUniswapPeriphery,
} from "../../../keeper/src/lab/world/artifacts.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";

describe("creationCode", () => {
  it("default: puts libraries where the compiler left gaps, and arguments at the end", () => {
    const library = derivedAddress("library");
    const pool = loadAave("protocol/pool/Pool");
    const names = Object.values(pool.linkReferences).flatMap((file) => Object.keys(file));
    const gaps = Object.values(pool.linkReferences).flatMap((file) => Object.values(file).flat());
    const provider = derivedAddress("provider");
    const code = creationCode(pool, [provider], Object.fromEntries(names.map((name) => [name, library])));
    expect(names).to.have.length(7);
    expect(code.split(library.slice(2)).length - 1).to.equal(gaps.length);
    expect(code.endsWith(provider.slice(2))).to.equal(true);
    expect(code).to.match(/^0x[0-9a-f]+$/);
  });

  it("error: LibraryMissingError names the contract and the library", () => {
    const pool = loadAave("protocol/pool/Pool");
    expect(() => creationCode(pool, [derivedAddress("provider")])).to.throw(LibraryMissingError, /Pool.*Logic/);
  });
});

describe("load", () => {
  it("error: ArtifactMissingError says which command makes the file", () => {
    expect(() => loadAave("protocol/pool/NoSuchPool")).to.throw(ArtifactMissingError, /NoSuchPool.*npm ci/);
    expect(() => loadForeign("no/Such")).to.throw(ArtifactMissingError, /Such.*hardhat\.foreign\.config\.ts/);
  });

  it("default: finds the contracts of every package", () => {
    expect(loadUniswapPeriphery("lens/QuoterV2").abi.hasFunction("quoteExactInputSingle")).to.equal(true);
    expect(loadAave("misc/AaveOracle").name).to.equal("AaveOracle");
  });
});
