import { expect } from "chai";
import { sendFaultOf, type SendFault } from "../../../keeper/src/publish/send-fault.js";

/** Refusals as nodes word them; sources: go-ethereum core/txpool/errors.go, EDR, anvil, nethermind AcceptTxResult, reth, besu. */
const refusals: [string, SendFault][] = [
  ["already known", "known"],
  ["Known transaction: 0xdead", "known"],
  ["transaction already imported", "known"],
  ["AlreadyKnown", "known"],
  ["nonce too low: next nonce 7, tx nonce 6", "used"],
  ["Nonce too low. Expected nonce to be 5 but got 4.", "used"],
  ["OldNonce, Current nonce: 7, nonce of rejected tx: 6", "used"],
  ["replacement transaction underpriced", "replaced"],
  ["Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 2.2 is necessary", "replaced"],
  ["transaction underpriced: tip needed 1, tip permitted 0", "cheap"],
  ["max fee per gas less than block base fee: address 0x0, maxFeePerGas: 1, baseFee: 7", "cheap"],
  ["FeeTooLow, MaxFeePerGas too low", "cheap"],
  ["insufficient funds for gas * price + value: balance 0", "poor"],
  ["Sender doesn't have enough funds to send tx.", "poor"],
  ["Upfront cost exceeds account balance", "poor"],
  ["internal error", "unclear"],
];

describe("sendFaultOf", () => {
  for (const [text, fault] of refusals) {
    it(`reads "${text.slice(0, 40)}" as ${fault}`, () => {
      expect(sendFaultOf(new Error(text))).to.equal(fault);
    });
  }

  it("looks through the chain of causes, whatever they are wrapped in", () => {
    const node = { code: -32_000, message: "already known" };
    expect(sendFaultOf(new Error("send failed", { cause: new Error("refused", { cause: node }) }))).to.equal("known");
    expect(sendFaultOf({ error: { message: "nonce too low" } })).to.equal("used");
    expect(sendFaultOf(new AggregateError([new Error("timeout"), new Error("already known")]))).to.equal("known");
    expect(sendFaultOf("insufficient funds")).to.equal("poor");
    expect(sendFaultOf(undefined)).to.equal("unclear");
  });

  it("ends on a cause that points at itself", () => {
    const loop = new Error("round");
    loop.cause = loop;
    expect(sendFaultOf(loop)).to.equal("unclear");
  });
});
