import { expect } from "chai";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Hex } from "../../keeper/src/units.js";
import { requireShared } from "../shared-data.js";
import { immutablePlaces, readRecordedCodes, toBytes, withoutImmutables, withoutMetadata } from "./recorded-code.js";

/** keccak256 of the code at 0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb, mainnet. */
const MAINNET = "0xfa259fa317";
const ARTIFACT = "../../artifacts-foreign/@morpho-org/morpho-blue/src/Morpho.sol/Morpho.json";

describe("Morpho Blue runtime code: our build of its npm sources and mainnet", () => {
  let recorded: Map<Hex, Buffer>;
  let built: Buffer;
  before(function () {
    recorded = readRecordedCodes(requireShared(this, "data/evm-pevm-blocks/bytecodes_by_keccak.json.gz"));
    const text = readFileSync(fileURLToPath(new URL(ARTIFACT, import.meta.url)), "utf8");
    built = toBytes((JSON.parse(text) as { deployedBytecode: string }).deployedBytecode);
  });

  /** Code without what may differ: the domain separator, of which the chain and the address are part, and the metadata. */
  const bare = (code: Buffer): string =>
    withoutMetadata(withoutImmutables(code, immutablePlaces(built))).toString("hex");

  it("is mainnet's to the byte, apart from the domain separator and the compiler's hash of the source paths", () => {
    const twins = [...recorded].filter(([, code]) => code.length === built.length && bare(code) === bare(built));
    expect(twins.map(([hash]) => hash.slice(0, MAINNET.length))).to.deep.equal([MAINNET]);
  });

  it("behavior: a code that differs in one byte elsewhere is no twin", () => {
    const other = Buffer.from(built);
    other.writeUInt8(other.readUInt8(100) ^ 1, 100);
    expect(bare(other)).to.not.equal(bare(built));
  });
});
