import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const binary = path.resolve(`node_modules/@foundry-rs/forge-${process.platform}-amd64/bin/forge`);

/** Whether forge is installed: its package is optional, and there is one for Linux on x64 only in the lockfile. */
export const hasForge = (): boolean => existsSync(binary);

/** Runs forge in the repository and returns what it printed, whatever its exit code. */
export function forge(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    const chunks: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.on("error", reject);
    child.on("close", () => {
      const output = Buffer.concat(chunks).toString();
      if (output.trim() === "") reject(new Error(`forge printed nothing: ${Buffer.concat(errors).toString()}`));
      else resolve(output);
    });
  });
}
