import { expect } from "chai";
import { AbiCoder, getBytes, hexlify, keccak256, TypedDataEncoder, toUtf8Bytes, Wallet } from "ethers";
import { network } from "hardhat";

import { reportDigest, signDigest } from "../../keeper/src/report/digest.js";
import type { Report } from "../../keeper/src/report/report.js";
import type { Address, Hex } from "../../keeper/src/units.js";
import { deployBulkhead, exampleParameters } from "../deploy/bulkhead-fixture.js";

const TYPES = {
  Report: [
    { name: "configDigest", type: "bytes32" },
    { name: "epoch", type: "uint48" },
    { name: "observedBlock", type: "uint48" },
    { name: "observedBlockHash", type: "bytes32" },
    { name: "observedAt", type: "uint48" },
    { name: "coverage", type: "uint16" },
    { name: "flags", type: "uint8" },
    { name: "modelHash", type: "bytes32" },
    { name: "snapshotHash", type: "bytes32" },
    { name: "scoresRoot", type: "bytes32" },
    { name: "lanes", type: "uint256[]" },
  ],
};

const hash = (text: string): Hex => keccak256(toUtf8Bytes(text)) as Hex;

function report(fields: Partial<Report>): Report {
  return {
    configDigest: hash("config"),
    epoch: 7,
    observedBlock: 123_456,
    observedBlockHash: hash("block"),
    observedAt: 1_700_000_000,
    coverage: 9_876,
    flags: 3,
    modelHash: hash("model"),
    snapshotHash: hash("snapshot"),
    scoresRoot: hash("root"),
    lanes: [1n, (1n << 256n) - 1n, 0n],
    ...fields,
  };
}

const extremes: Partial<Report>[] = [
  {},
  { lanes: [] },
  { epoch: 2 ** 48 - 1, observedBlock: 2 ** 48 - 1, observedAt: 2 ** 48 - 1, coverage: 65_535, flags: 255 },
  { epoch: 0, observedBlock: 0, observedAt: 0, coverage: 0, flags: 0, lanes: Array<bigint>(64).fill(42n) },
];

describe("reportDigest", function () {
  it("default: contract, keeper and EIP-712 agree", async function () {
    const connection = await network.create("lab");
    const { oracle } = await deployBulkhead(connection, await exampleParameters(connection));
    const verifyingContract = await oracle.getAddress();
    const domain = { name: "Bulkhead RiskOracle", version: "1", chainId: 31_337, verifyingContract };
    for (const fields of extremes) {
      const one = report(fields);
      const expected = TypedDataEncoder.hash(domain, TYPES, one);
      expect(await oracle.reportDigest({ ...one, lanes: [...one.lanes] })).to.equal(expected);
      expect(reportDigest(one, { chainId: 31_337, oracle: verifyingContract as Address })).to.equal(expected);
    }
  });

  it("behavior: the type string is the one that wallets derive", function () {
    expect(TypedDataEncoder.from(TYPES).encodeType("Report")).to.equal(
      "Report(bytes32 configDigest,uint48 epoch,uint48 observedBlock,bytes32 observedBlockHash,uint48 observedAt," +
        "uint16 coverage,uint8 flags,bytes32 modelHash,bytes32 snapshotHash,bytes32 scoresRoot,uint256[] lanes)",
    );
  });

  it("behavior: a signature by a wallet's typed-data call is the keeper's, compacted", async function () {
    const wallet = new Wallet(hash("key"));
    const oracle = "0x00000000000000000000000000000000000000aa";
    const domain = { name: "Bulkhead RiskOracle", version: "1", chainId: 1, verifyingContract: oracle };
    const full = getBytes(await wallet.signTypedData(domain, TYPES, report({})));
    const compact = full.slice(0, 64);
    compact[32]! |= full[64] === 28 ? 0x80 : 0;
    const digest = reportDigest(report({}), { chainId: 1, oracle });
    expect(signDigest(digest, wallet.signingKey)).to.equal(hexlify(compact));
  });
});

describe("configDigest", function () {
  it("default: the hash of what it stands for", async function () {
    const connection = await network.create("lab");
    const parameters = await exampleParameters(connection);
    const { oracle } = await deployBulkhead(connection, parameters);
    const coder = AbiCoder.defaultAbiCoder();
    const signersHash = keccak256(coder.encode(["address", "address", "address"], parameters.signers));
    // The deployment makes four configurations: constructor, subjects, signers, model.
    const values = [31_337, await oracle.getAddress(), 4, signersHash, parameters.threshold, parameters.modelHash, 4];
    const types = ["uint256", "address", "uint256", "bytes32", "uint8", "bytes32", "uint16"];
    expect(await oracle.configDigest()).to.equal(keccak256(coder.encode(types, values)));
  });
});
