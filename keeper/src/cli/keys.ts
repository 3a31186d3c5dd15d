import { encryptKeystoreJson, Wallet } from "ethers";
import { writeFile } from "node:fs/promises";

/** Cost of the keystore's key derivation: scrypt N. `fast` is for throw-away keys of development chains only. */
const SCRYPT_N = { standard: 131_072, fast: 1_024 } as const;

/** The file to write is already there. */
export class KeystoreExists extends Error {
  override readonly name = "KeystoreExists";
  constructor(file: string, cause: unknown) {
    super(`${file}: saw a file, expected none; a key is never overwritten, choose another --out`, { cause });
  }
}

/** Make a key and write it as a keystore v3 file, readable by its owner only. Throws {@link KeystoreExists}. */
export async function newKeystore(options: { file: string; password: string; isFast: boolean }): Promise<string> {
  const wallet = Wallet.createRandom();
  const scrypt = { N: SCRYPT_N[options.isFast ? "fast" : "standard"] };
  const json = await encryptKeystoreJson({ address: wallet.address, privateKey: wallet.privateKey }, options.password, {
    scrypt,
  });
  try {
    await writeFile(options.file, `${json}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new KeystoreExists(options.file, error);
    throw error;
  }
  return wallet.address;
}
