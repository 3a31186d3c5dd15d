import { expect } from "chai";
import { computeAddress } from "ethers";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { KeystoreExists, newKeystore } from "../../../keeper/src/cli/keys.js";
import { loadOperatorKey, OperatorKeyMissing } from "../../../keeper/src/cli/operator-key.js";
import { bulkhead } from "./bulkhead-process.js";

async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("keys", function () {
  this.timeout(30_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-keys-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("makes a keystore that opens with its password, and nobody else may read", async () => {
    writeFileSync(at("password"), "correct horse\n");
    const { code, stdout } = await bulkhead(
      "keys",
      "new",
      "--out",
      at("k.json"),
      "--password-file",
      at("password"),
      "--fast",
    );
    expect(code).to.equal(0);
    expect(statSync(at("k.json")).mode & 0o777).to.equal(0o600);
    expect(JSON.parse(readFileSync(at("k.json"), "utf8"))).to.include({ version: 3 });
    const key = await loadOperatorKey({ kind: "keystore", file: at("k.json"), password: { file: at("password") } });
    expect(computeAddress(key)).to.equal(stdout.trim());
  });

  it("error: KeystoreExists, and the file is left as it was", async () => {
    writeFileSync(at("k.json"), "precious");
    const error = await rejectionOf(newKeystore({ file: at("k.json"), password: "x", isFast: true }));
    expect(error).to.be.instanceOf(KeystoreExists);
    expect(readFileSync(at("k.json"), "utf8")).to.equal("precious");
  });

  it("reads a key from a file or from text, with or without 0x", async () => {
    const hex = "01".repeat(32);
    writeFileSync(at("key"), `${hex}\n`);
    const [fromFile, fromText] = await Promise.all([
      loadOperatorKey({ kind: "keyFile", file: at("key") }),
      loadOperatorKey({ kind: "text", text: `0x${hex}`, from: "BULKHEAD_OPERATOR_KEY" }),
    ]);
    expect([fromFile.privateKey, fromText.privateKey]).to.deep.equal([`0x${hex}`, `0x${hex}`]);
  });

  it("error: OperatorKeyMissing, for no source, no file, no key, or a wrong password", async () => {
    await newKeystore({ file: at("k.json"), password: "right", isFast: true });
    const errors = await Promise.all(
      [
        loadOperatorKey(undefined),
        loadOperatorKey({ kind: "keyFile", file: at("none") }),
        loadOperatorKey({ kind: "text", text: "hunter2", from: "BULKHEAD_OPERATOR_KEY" }),
        loadOperatorKey({ kind: "keystore", file: at("k.json"), password: { text: "wrong" } }),
      ].map(rejectionOf),
    );
    for (const error of errors) expect(error).to.be.instanceOf(OperatorKeyMissing);
    expect(String(errors[2])).to.contain("BULKHEAD_OPERATOR_KEY: saw 7 characters").and.not.to.contain("hunter2");
    expect(String(errors[3])).to.contain("incorrect password");
  });
});
