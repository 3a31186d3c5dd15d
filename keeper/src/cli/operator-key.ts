import { SigningKey, Wallet } from "ethers";
import { readFile } from "node:fs/promises";
import type { KeyPassword, KeySource } from "../config.js";

/** The operator's key is not there, or is not a key. The message never holds any part of it. */
export class OperatorKeyMissing extends Error {
  override readonly name = "OperatorKeyMissing";
  constructor(where: string, seen: string, cause?: unknown) {
    super(`${where}: saw ${seen}, expected the operator's key; make one with \`bulkhead keys new\``, { cause });
  }
}

/** Read the key that the configuration points at. Throws {@link OperatorKeyMissing}. */
export async function loadOperatorKey(source: KeySource | undefined): Promise<SigningKey> {
  if (source === undefined)
    throw new OperatorKeyMissing("operator", "neither keystore, keyFile nor BULKHEAD_OPERATOR_KEY");
  switch (source.kind) {
    case "text":
      return parseKey(source.text, source.from);
    case "keyFile":
      return parseKey(await readSecret(source.file), source.file);
    case "keystore":
      return openKeystore(source.file, source.password);
  }
}

function parseKey(text: string, where: string): SigningKey {
  const key = text.trim();
  if (!/^(0x)?[0-9a-fA-F]{64}$/.test(key))
    throw new OperatorKeyMissing(where, `${key.length} characters that are no key`);
  return new SigningKey(key.startsWith("0x") ? key : `0x${key}`);
}

async function openKeystore(file: string, password: KeyPassword): Promise<SigningKey> {
  const json = await readSecret(file);
  const secret = "file" in password ? (await readSecret(password.file)).replace(/\r?\n$/, "") : password.text;
  try {
    return new SigningKey((await Wallet.fromEncryptedJson(json, secret)).privateKey);
  } catch (error) {
    throw new OperatorKeyMissing(file, error instanceof Error ? error.message : String(error), error);
  }
}

function readSecret(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new OperatorKeyMissing(file, "no readable file", error);
  });
}
