import type { BlockChoice } from "../chain/archive/record.js";

/** An argument of `bulkhead fork` is not what it has to be. */
export class ForkArgumentInvalid extends Error {
  override readonly name = "ForkArgumentInvalid";
  constructor(option: string, seen: string, expected: string) {
    super(`${option}: saw ${seen}, expected ${expected}`);
  }
}

/** The port that a fork is to listen on is taken. */
export class ForkPortUnavailable extends Error {
  override readonly name = "ForkPortUnavailable";
  constructor(port: number, cause: unknown) {
    super(`--port: saw that ${port} is in use, expected a free port; 0, the default, takes one`, { cause });
  }
}

const MAX_PORT = 65_535;

/** `--block`: a number, `latest` or `finalized`. **Throws** {@link ForkArgumentInvalid}. */
export function parseBlockChoice(text: string): BlockChoice {
  if (text === "latest" || text === "finalized") return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ForkArgumentInvalid("--block", text, "a block number, latest or finalized");
}

/** `--port`: 0 to 65535. **Throws** {@link ForkArgumentInvalid}. */
export function parsePort(text: string | undefined): number {
  const port = /^\d{1,5}$/.test(text ?? "0") ? Number(text ?? "0") : MAX_PORT + 1;
  if (port > MAX_PORT) throw new ForkArgumentInvalid("--port", text ?? "", `a number from 0 to ${MAX_PORT}`);
  return port;
}

/** `--chain-id`: a positive number, or nothing. **Throws** {@link ForkArgumentInvalid}. */
export function parseChainId(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,14}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new ForkArgumentInvalid("--chain-id", text, "a positive number");
}

/** `--rpc`: an http or https URL. Not repeated in messages beyond its scheme: it may hold a key. **Throws** {@link ForkArgumentInvalid}. */
export function parseRpcUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : "no URL";
  if (protocol === "http:" || protocol === "https:") return text;
  throw new ForkArgumentInvalid("--rpc", protocol, "an http or https URL");
}

/** Listen with `start`. **Throws** {@link ForkPortUnavailable} where the port is taken. */
export async function onPort<Server>(port: number, start: (port: number) => Promise<Server>): Promise<Server> {
  try {
    return await start(port);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new ForkPortUnavailable(port, error);
    throw error;
  }
}

/** Resolves at the next SIGINT or SIGTERM. A second one ends the process at once. */
export function stopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}
