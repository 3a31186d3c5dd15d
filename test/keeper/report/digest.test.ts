import { expect } from "chai";
import { Signature, SigningKey, verifyTypedData, Wallet } from "ethers";
import { recoverSigner, reportDigest, signDigest, SignatureMalformed } from "../../../keeper/src/report/digest.js";
import { draftReport } from "../../../keeper/src/report/report.js";
import {
  decodeMessage,
  decodeReport,
  encodeMessage,
  encodeReport,
  MessageMalformed,
} from "../../../keeper/src/report/signed-report.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { assessment, CHAIN_ID, context, hash32 } from "./assessments.js";

const ORACLE: Address = "0x00000000000000000000000000000000000000ff";
const domain = { chainId: CHAIN_ID, oracle: ORACLE };
const wallet = new Wallet(hash32("01"));
const key = new SigningKey(hash32("01"));
const { report } = draftReport(assessment(), context());

describe("signDigest", () => {
  it("makes the signature that a wallet makes of the same typed data, in 64 bytes", async () => {
    const types = {
      Report: [
        ..."configDigest:bytes32 epoch:uint48 observedBlock:uint48 observedBlockHash:bytes32 observedAt:uint48".split(
          " ",
        ),
        ..."coverage:uint16 flags:uint8 modelHash:bytes32 snapshotHash:bytes32 scoresRoot:bytes32 lanes:uint256[]".split(
          " ",
        ),
      ].map((field) => ({ name: field.split(":")[0] ?? "", type: field.split(":")[1] ?? "" })),
    };
    const typed = { name: "Bulkhead RiskOracle", version: "1", chainId: CHAIN_ID, verifyingContract: ORACLE };
    const expected = await wallet.signTypedData(typed, types, report);
    const compact = signDigest(reportDigest(report, domain), key);
    expect(compact).to.equal(Signature.from(expected).compactSerialized);
    expect(compact).to.have.length(130);
    expect(verifyTypedData(typed, types, report, Signature.from(compact))).to.equal(wallet.address);
  });

  it("is deterministic", () => {
    const digest = reportDigest(report, domain);
    expect(signDigest(digest, key)).to.equal(signDigest(digest, new SigningKey(hash32("01"))));
  });
});

describe("reportDigest", () => {
  it("changes with the chain, the oracle and every field", () => {
    const others = [
      reportDigest(report, { ...domain, chainId: 1 }),
      reportDigest(report, { ...domain, oracle: "0x00000000000000000000000000000000000000fe" }),
      reportDigest({ ...report, epoch: report.epoch + 1 }, domain),
      reportDigest({ ...report, lanes: [0n] }, domain),
      reportDigest({ ...report, flags: 3 }, domain),
    ];
    expect(new Set([reportDigest(report, domain), ...others]).size).to.equal(6);
  });
});

describe("recoverSigner", () => {
  it("finds the signer, and somebody else for another digest", () => {
    const digest = reportDigest(report, domain);
    expect(recoverSigner(digest, signDigest(digest, key))).to.equal(wallet.address.toLowerCase());
    expect(recoverSigner(hash32("12"), signDigest(digest, key))).not.to.equal(wallet.address.toLowerCase());
  });

  it("error: SignatureMalformed", () => {
    const digest = reportDigest(report, domain);
    expect(() => recoverSigner(digest, "0x1234")).to.throw(SignatureMalformed, "0x1234");
    expect(() => recoverSigner(digest, `0x${"ff".repeat(64)}`)).to.throw(SignatureMalformed);
    expect(() => recoverSigner(digest, wallet.signMessageSync("x") as Hex)).to.throw(SignatureMalformed);
  });
});

describe("decodeMessage", () => {
  const signature = signDigest(reportDigest(report, domain), key);
  const body = encodeMessage({ report, signature });

  it("reads what encodeMessage wrote, to the bit", () => {
    expect(decodeMessage(body)).to.deep.equal({ report, signature });
    expect(decodeReport(encodeReport(report))).to.deep.equal(report);
  });

  it("error: MessageMalformed, naming the field", () => {
    const broken = (from: string, to: string) => () => decodeMessage(body.replace(from, to));
    expect(() => decodeMessage("{")).to.throw(MessageMalformed, "not JSON");
    expect(broken('"epoch":7', '"epoch":-7')).to.throw(MessageMalformed, "report.epoch");
    expect(broken('"epoch":7', '"epoch":7,"extra":1')).to.throw(MessageMalformed);
    expect(broken('"flags":2', '"flags":256')).to.throw(MessageMalformed, "report.flags");
    expect(broken(hash32("bb"), hash32("bb").slice(0, -2))).to.throw(MessageMalformed, "report.observedBlockHash");
    expect(broken('"lanes":["0x', '"lanes":["0xzz')).to.throw(MessageMalformed, "report.lanes.0");
  });
});
